namespace BackupCodeBroker.Telemetry;

/// <summary>Every name that leaves the program as telemetry: sources, spans, metrics, attributes, events. Nothing else spells one, and src/docs/telemetry.md explains each.</summary>
internal static class TelemetryNames
{
    /// <summary>Activity source and meter of the whole product.</summary>
    public const string Source = "BackupCodeBroker";

    /// <summary>Default of the resource's <c>service.name</c>.</summary>
    public const string Service = "backup-code-broker";

    /// <summary>Category of the access records in the log.</summary>
    public const string AccessCategory = "BackupCodeBroker.Telemetry.AccessLog";

    /// <summary>Name of the log record that every operation leaves exactly once.</summary>
    public const string AccessEvent = "bcb.access";

    /// <summary>What the names of operations' spans begin with; the operation's own name follows.</summary>
    public const string SpanPrefix = "bcb.";

    /// <summary>Span of one call to Vault; its attributes name the path's template, never a value in it.</summary>
    public const string VaultCallSpan = "bcb.vault.call";

    /// <summary>Histogram, seconds: one call to Vault, its retries included.</summary>
    public const string VaultCallDuration = "bcb.vault.call.duration";

    /// <summary>Counter: tries of a Vault call that were repeated by a resilience pipeline.</summary>
    public const string VaultRetries = "bcb.vault.retries";

    /// <summary>Counter: operations by operation, outcome and reason.</summary>
    public const string Operations = "bcb.operations";

    /// <summary>Histogram, seconds: one operation.</summary>
    public const string OperationDuration = "bcb.operation.duration";

    /// <summary>Counter: check-and-set writes that lost against another writer.</summary>
    public const string CasConflicts = "bcb.cas.conflicts";

    /// <summary>Counter: alarms that a person should look at, by kind.</summary>
    public const string Alarms = "bcb.alarms";

    /// <summary>Counter: telemetry that was not delivered, by sink and cause.</summary>
    public const string Dropped = "bcb.telemetry.dropped";

    /// <summary>Gauge: 1 while the broker can serve, else 0.</summary>
    public const string Ready = "bcb.ready";

    /// <summary>Gauge, always 1: which Vault the broker stands beside, by its labels.</summary>
    public const string VaultInfo = "bcb.vault.info";

    /// <summary>Gauge, seconds: how far Vault's clock is certainly ahead of this machine's; negative where it is behind, 0 where they may agree.</summary>
    public const string VaultClockSkew = "bcb.vault.clock_skew";

    /// <summary>Label: Vault's version.</summary>
    public const string VaultVersion = "bcb.vault.version";

    /// <summary>Label: id of Vault's cluster.</summary>
    public const string VaultCluster = "bcb.vault.cluster_id";

    /// <summary>Counter: exports that failed, by sink.</summary>
    public const string FailedExports = "bcb.telemetry.failed_exports";

    /// <summary>Gauge: what waits to be delivered, by sink.</summary>
    public const string QueueLength = "bcb.telemetry.queue";

    /// <summary>Gauge, always 1: which build runs.</summary>
    public const string BuildInfo = "bcb.build.info";

    /// <summary>Gauge: lockdowns in force, by mode.</summary>
    public const string Lockdowns = "bcb.lockdowns";

    /// <summary>Gauge: identities that lockdowns in force hit, by mode and how far that got.</summary>
    public const string LockdownIdentities = "bcb.lockdown.identities";

    /// <summary>Label: mode of a lockdown.</summary>
    public const string LockdownMode = "bcb.lockdown.mode";

    /// <summary>Label: how far a lockdown got with identities (matched, ended, reissued).</summary>
    public const string LockdownStage = "bcb.lockdown.stage";

    /// <summary>Counter and attribute: a person spent a code of a non-human identity.</summary>
    public const string PersonUsedMachineCode = "bcb.person_used_machine_code";

    /// <summary>Name of the log record that the sink <c>log</c> writes for each notice.</summary>
    public const string NoticeEvent = "bcb.notice";

    /// <summary>Counter: notices that a sink took.</summary>
    public const string NoticesDelivered = "bcb.notices.delivered";

    /// <summary>Counter: tries that a sink did not take, by cause.</summary>
    public const string NoticesFailed = "bcb.notices.failed";

    /// <summary>Counter: notices that were given up: too old, or more than an outbox holds.</summary>
    public const string NoticesDead = "bcb.notices.dead";

    /// <summary>Gauge: notices that this replica has in hand.</summary>
    public const string NoticesQueue = "bcb.notices.queue";

    /// <summary>Gauge: 1 while this replica finds that the sink takes nothing, else 0.</summary>
    public const string NoticesSinkDown = "bcb.notices.sink_down";

    /// <summary>Attribute: where a notice goes: the log or the webhook.</summary>
    public const string NoticeSink = "bcb.notice.sink";

    /// <summary>Attribute: why a sink did not take a notice.</summary>
    public const string NoticeFailure = "bcb.notice.failure";

    /// <summary>Gauge: 1 while this replica's worker leads, else 0.</summary>
    public const string Leads = "bcb.worker.leads";

    /// <summary>Counter: identities that sweeps looked at.</summary>
    public const string SweepIdentities = "bcb.sweep.identities";

    /// <summary>Counter: what sweeps did, by act.</summary>
    public const string SweepActs = "bcb.sweep.acts";

    /// <summary>Counter: sweeps that broke off.</summary>
    public const string SweepsBroken = "bcb.sweep.broken";

    /// <summary>Histogram, seconds: one whole sweep.</summary>
    public const string SweepDuration = "bcb.sweep.duration";

    /// <summary>Attribute: what a sweep did.</summary>
    public const string SweepAct = "bcb.sweep.act";

    /// <summary>Gauge: identities by where they stand.</summary>
    public const string FleetIdentities = "bcb.fleet.identities";

    /// <summary>Label: where an identity stands.</summary>
    public const string FleetState = "bcb.fleet.state";

    /// <summary>Gauge: codes left in active sets, by profile.</summary>
    public const string FleetCodes = "bcb.fleet.codes_remaining";

    /// <summary>Gauge, seconds: age of the oldest active set.</summary>
    public const string FleetOldestSet = "bcb.fleet.oldest_set";

    /// <summary>Gauge: active sets that should have been replaced.</summary>
    public const string FleetOverdue = "bcb.fleet.overdue_rotations";

    /// <summary>Gauge: identities with a set whose owner is gone or disabled.</summary>
    public const string FleetOwnerless = "bcb.fleet.ownerless";

    /// <summary>Gauge: active sets of which no code was ever used.</summary>
    public const string FleetUnproven = "bcb.fleet.unproven";

    /// <summary>Gauge: approvals that wait for a second person.</summary>
    public const string FleetApprovalsOpen = "bcb.fleet.approvals_open";

    /// <summary>Gauge: uses that nobody has reviewed.</summary>
    public const string FleetReviewsOpen = "bcb.fleet.reviews_open";

    /// <summary>Gauge: notices that were given up.</summary>
    public const string FleetDeadLetters = "bcb.fleet.dead_letters";

    /// <summary>Gauge: documents that are deleted or cannot be read.</summary>
    public const string FleetUnreadable = "bcb.fleet.unreadable";

    /// <summary>Attribute: the operation, as it stands in a policy path, or the broker's own work.</summary>
    public const string Operation = "bcb.operation";

    /// <summary>Attribute: the operation's id.</summary>
    public const string OperationId = "bcb.operation_id";

    /// <summary>Attribute: identity that the operation is about, or its pseudonym.</summary>
    public const string Identity = "bcb.identity";

    /// <summary>Attribute: what the operation came to.</summary>
    public const string Outcome = "bcb.outcome";

    /// <summary>Attribute: why it was not done.</summary>
    public const string Reason = "bcb.reason";

    /// <summary>Attribute: caller's Vault entity.</summary>
    public const string CallerEntity = "bcb.caller.entity";

    /// <summary>Attribute: accessor of the caller's token.</summary>
    public const string CallerAccessor = "bcb.caller.accessor";

    /// <summary>Attribute: Vault's display name of the caller's token.</summary>
    public const string CallerName = "bcb.caller.name";

    /// <summary>Attribute: whether a person or a machine calls.</summary>
    public const string CallerKind = "bcb.caller.kind";

    /// <summary>Attribute: Vault entity that owns the identity.</summary>
    public const string Owner = "bcb.owner";

    /// <summary>Attribute: generation of the code set.</summary>
    public const string Generation = "bcb.generation";

    /// <summary>Attribute: profile in force.</summary>
    public const string Profile = "bcb.profile";

    /// <summary>Attribute: digest of the profile in force.</summary>
    public const string ProfileDigest = "bcb.profile.digest";

    /// <summary>Attribute: id of the approval that a use ran under.</summary>
    public const string Approval = "bcb.approval";

    /// <summary>Attribute: which broker process.</summary>
    public const string Replica = "bcb.replica";

    /// <summary>Attribute: when the operation began.</summary>
    public const string StartedAt = "bcb.started_at";

    /// <summary>Attribute: requests of the operation that stand in Vault's audit log.</summary>
    public const string VaultCalls = "bcb.vault.calls";

    /// <summary>Attribute: requests that may or may not.</summary>
    public const string VaultUncertain = "bcb.vault.uncertain";

    /// <summary>Attribute: Vault's ids of requests.</summary>
    public const string VaultRequests = "bcb.vault.requests";

    /// <summary>Attribute: kind of an alarm.</summary>
    public const string AlarmKind = "bcb.alarm";

    /// <summary>Attribute: where telemetry goes: traces, metrics, logs or the access file.</summary>
    public const string Sink = "bcb.telemetry.sink";

    /// <summary>Attribute: why telemetry was dropped.</summary>
    public const string Cause = "bcb.telemetry.cause";

    /// <summary>Attribute: version of the build.</summary>
    public const string Version = "bcb.version";

    /// <summary>Attribute: template of a Vault path, with names replaced.</summary>
    public const string VaultPath = "vault.path";

    /// <summary>Attribute: Vault's id of a request, where an answer has one.</summary>
    public const string VaultRequestId = "vault.request_id";

    /// <summary>Attribute: HTTP status that Vault answered.</summary>
    public const string VaultStatus = "vault.status";

    /// <summary>Attribute: what a Vault call came to (ok, absent, denied, conflict, fault, unknown, cancelled).</summary>
    public const string VaultOutcome = "vault.outcome";

    /// <summary>Attribute of the semantic conventions: the method.</summary>
    public const string HttpMethod = "http.request.method";

    /// <summary>Attribute of the semantic conventions: the route's template, never the path.</summary>
    public const string HttpRoute = "http.route";

    /// <summary>Attribute of the semantic conventions: the answer's status.</summary>
    public const string HttpStatus = "http.response.status_code";
}
