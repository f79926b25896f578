namespace BackupCodeBroker.Telemetry;

/// <summary>Every name that leaves the program as telemetry: sources, spans, metrics, attributes, events. Nothing else spells one.</summary>
internal static class TelemetryNames
{
    /// <summary>Activity source and meter of the whole product.</summary>
    public const string Source = "BackupCodeBroker";

    /// <summary>Span of one call to Vault; its attributes name the path's template, never a value in it.</summary>
    public const string VaultCallSpan = "bcb.vault.call";

    /// <summary>Histogram, seconds: one call to Vault.</summary>
    public const string VaultCallDuration = "bcb.vault.call.duration";

    /// <summary>Counter: tries of a Vault call that were repeated by a resilience pipeline.</summary>
    public const string VaultRetries = "bcb.vault.retries";

    /// <summary>Counter: operations by operation, outcome and reason.</summary>
    public const string Operations = "bcb.operations";

    /// <summary>Histogram, seconds: one operation of the API.</summary>
    public const string OperationDuration = "bcb.operation.duration";

    /// <summary>Counter: check-and-set writes that lost against another writer.</summary>
    public const string CasConflicts = "bcb.cas.conflicts";

    /// <summary>Counter: alarms that a person should look at, by kind.</summary>
    public const string Alarms = "bcb.alarms";

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

    /// <summary>Name of the log record that every operation leaves exactly once.</summary>
    public const string AccessEvent = "bcb.access";

    /// <summary>Attribute: the operation, as it stands in a policy path.</summary>
    public const string Operation = "bcb.operation";

    /// <summary>Attribute: the operation's id.</summary>
    public const string OperationId = "bcb.operation_id";

    /// <summary>Attribute: identity that the operation is about.</summary>
    public const string Identity = "bcb.identity";

    /// <summary>Attribute: outcome of an operation.</summary>
    public const string Outcome = "bcb.outcome";

    /// <summary>Attribute: reason of a refusal.</summary>
    public const string Reason = "bcb.reason";

    /// <summary>Attribute: kind of an alarm.</summary>
    public const string AlarmKind = "bcb.alarm";

    /// <summary>Attribute: caller's Vault entity.</summary>
    public const string CallerEntity = "bcb.caller.entity";

    /// <summary>Attribute: accessor of the caller's token.</summary>
    public const string CallerAccessor = "bcb.caller.accessor";

    /// <summary>Attribute: generation of the code set.</summary>
    public const string Generation = "bcb.generation";

    /// <summary>Attribute: digest of the profile in force.</summary>
    public const string ProfileDigest = "bcb.profile.digest";

    /// <summary>Attribute: template of a Vault path, with names replaced.</summary>
    public const string VaultPath = "vault.path";

    /// <summary>Attribute: Vault's id of a request, where an answer has one.</summary>
    public const string VaultRequestId = "vault.request_id";

    /// <summary>Attribute: HTTP status that Vault answered.</summary>
    public const string VaultStatus = "vault.status";

    /// <summary>Attribute: what a Vault call came to (ok, absent, denied, conflict, fault, unknown).</summary>
    public const string VaultOutcome = "vault.outcome";
}
