using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Health;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Doctor;

/// <summary>What the node at the address tells everybody of itself: neither a token nor an audit entry is needed for it.</summary>
internal sealed class NodeChecks(BootstrapSession session, VaultSurvey survey, TimeProvider time)
{
    /// <summary>Answers for the clock: each narrows the bounds, and more than a few add nothing.</summary>
    private const int Samples = 4;

    private ClockSkew? _skew;

    /// <summary>Why nothing more can be asked of Vault; null where it can.</summary>
    public string? Blocked { get; private set; }

    /// <summary>All that the node tells.</summary>
    public async Task<IReadOnlyList<CheckReport>> AllAsync(CancellationToken cancellation)
    {
        var health = await HealthAsync(cancellation);
        if (health.Fault is { } fault)
        {
            Blocked = "Vault does not answer";
            return [Of(DoctorChecks.VaultReachable, Unreachable(fault))];
        }

        for (var more = 1; more < Samples; more++)
        {
            await HealthAsync(cancellation);
        }

        var node = new VaultNode(health, await session.Client.IsHighlyAvailableAsync(session.Call(cancellation)));
        Blocked = !health.Initialized ? "Vault is not initialised" : health.Sealed ? "Vault is sealed" : null;
        return
        [
            Of(DoctorChecks.VaultReachable, new CheckResult.Ok()),
            Of(DoctorChecks.VaultInitialised, Initialised(health)),
            Of(DoctorChecks.VaultUnsealed, Unsealed(health)),
            Of(DoctorChecks.VaultVersion, Version(node)),
            Of(DoctorChecks.VaultStorage, Storage(await survey.StorageAsync(cancellation))),
            Of(DoctorChecks.VaultReplication, Replication(node)),
            Of(DoctorChecks.StandbyReads, Reads(node)),
            Of(DoctorChecks.ClockSkew, Clock()),
        ];
    }

    private static CheckReport Of(string id, CheckResult result) => new(id, "", result);

    private async Task<VaultHealth> HealthAsync(CancellationToken cancellation)
    {
        var sent = time.GetUtcNow();
        var health = await session.Client.HealthAsync(session.Call(cancellation));
        if (health.ServerTime is { } vault)
        {
            var skew = ClockSkew.Of(sent, time.GetUtcNow(), vault);
            _skew = _skew?.With(skew) ?? skew;
        }

        return health;
    }

    private CheckResult.Finding Unreachable(VaultFault fault) => new(
        Severity.Error,
        fault.Describe(),
        "the broker serves nothing without Vault",
        new Remedy(
            $"see that Vault runs and that {session.Settings.Address} is its address (VAULT_ADDR); for a certificate of your own authority set VAULT_CACERT",
            "vault status"));

    private static CheckResult Initialised(VaultHealth health) => health.Initialized ? new CheckResult.Ok() : new CheckResult.Finding(
        Severity.Error, "Vault is not initialised", "it holds nothing yet", new Remedy("initialise it, and keep the keys apart", "vault operator init"));

    private static CheckResult Unsealed(VaultHealth health) => !health.Sealed ? new CheckResult.Ok()
        : !health.Initialized ? new CheckResult.NotChecked("Vault is not initialised")
        : new CheckResult.Finding(
            Severity.Error, "Vault is sealed", "it answers nothing until it is opened", new Remedy("unseal every node", "vault operator unseal"));

    private static CheckResult Version(VaultNode node) => node switch
    {
        { Number: null } => new CheckResult.NotChecked($"the version '{node.Health.Version}' is not written as versions are"),
        { IsSupported: true } => new CheckResult.Ok($"{node.Shown}, cluster {(node.Health.ClusterId.Length > 0 ? node.Health.ClusterId : "not told")}"),
        _ => new CheckResult.Finding(
            Severity.Error,
            $"{node.Shown} is older than 1.8",
            "token roles of that version cannot keep children to the broker's aliases as its policies need it",
            new Remedy("upgrade Vault to 1.8 or later, or to OpenBao 2")),
    };

    private static CheckResult Storage(VaultAnswer<string> answer) => answer switch
    {
        VaultAnswer<string>.Ok { Value: "inmem" or "inmem_ha" or "inmem_transactional" or "inmem_transactional_ha" } => new CheckResult.Finding(
            Severity.Warning,
            "Vault keeps everything in memory (a development server)",
            "every code is gone when it stops",
            new Remedy("for anything but trying out, run Vault with lasting storage in its configuration (storage \"raft\")")),
        VaultAnswer<string>.Ok { Value.Length: > 0 } ok => new CheckResult.Ok(ok.Value),
        VaultAnswer<string>.Faulted { Fault: var fault } => Unseen.Fault(fault),
        _ => new CheckResult.NotChecked("Vault does not tell what it keeps its data on"),
    };

    private static CheckResult Replication(VaultNode node) => node switch
    {
        { Replica: { } way } => new CheckResult.Finding(
            Severity.Error,
            $"the address leads to a {way} secondary",
            "tokens, entities and writes of the broker belong to the primary cluster, and a copy lags behind it",
            new Remedy("set vault.address to the primary cluster's address")),
        { Health: { PerformanceMode: "" or "unknown", Sealed: true } } => new CheckResult.NotChecked("Vault is sealed"),
        _ => new CheckResult.Ok(),
    };

    private static CheckResult Reads(VaultNode node) => node.Reads switch
    {
        _ when node.Health.Sealed => new CheckResult.NotChecked("Vault is sealed"),
        StandbyReads.Here => new CheckResult.Finding(
            Severity.Warning,
            node.IsOpenBao
                ? "a standby answers at the address, and OpenBao's standbys answer reads unless disable_standby_reads is set"
                : "a performance standby answers at the address",
            "a lockdown or a revocation could be seen late (nothing is spent twice: writes go to the active node and carry the version)",
            new Remedy(node.StandbyReadsFix)),
        StandbyReads.Elsewhere => new CheckResult.Finding(
            Severity.Hint,
            "the active node answers here; other nodes of this cluster may answer reads where the address leads to them",
            "a load balancer that spreads requests over all nodes would show lockdowns late",
            new Remedy(node.StandbyReadsFix)),
        _ => new CheckResult.Ok(node.Health.Standby ? "a standby that forwards to the active node" : "the active node"),
    };

    private CheckResult Clock()
    {
        if (_skew is not { } skew)
        {
            return new CheckResult.NotChecked("Vault did not tell its time");
        }

        var certain = skew.Certain.Duration();
        return certain <= ClockSkew.Noticeable
            ? new CheckResult.Ok($"Vault's clock against this one: between {VaultNode.Seconds(skew.Least)} and {VaultNode.Seconds(skew.Most)}")
            : new CheckResult.Finding(
                certain > ClockSkew.Harmful ? Severity.Error : Severity.Warning,
                $"Vault's clock is {VaultNode.Seconds(skew.Estimate)[1..]} {(skew.Estimate > TimeSpan.Zero ? "ahead of" : "behind")} this machine's",
                "lifetimes of codes and deadlines of wraps are reckoned by both",
                new Remedy("synchronise both clocks by NTP; where this is not the broker's machine, run doctor there", "timedatectl set-ntp true"));
    }
}
