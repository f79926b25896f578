using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Bootstrap;

/// <summary>The secrets engines, their configuration, the pepper, and what the audit log keeps in clear.</summary>
internal sealed class EngineSteps(BootstrapSession session)
{
    private const string TraceHeader = "traceparent";

    private VaultAdmin Admin => session.Admin;

    /// <summary>KV v2 for the documents.</summary>
    public BootstrapStep DocumentMount()
    {
        var path = session.Settings.KvMount;
        return new BootstrapStep
        {
            Id = StepIds.DocumentMount,
            What = $"secrets engine {path}/ (kv version 2)",
            Lost = "Without it the broker has nowhere to keep its hashes, and stays unready.",
            Read = cancellation => ReadMountAsync(path, new MountFacts("kv", "2", ""), cancellation),
            Change = async cancellation => Changing.Of(await Admin.MountKvAsync(path, "2", "Backup codes: hashes only", cancellation)),
        };
    }

    /// <summary>Check-and-set for everybody, and one version.</summary>
    public BootstrapStep DocumentConfig(BootstrapStep mount) => new()
    {
        Id = StepIds.DocumentConfig,
        What = $"configuration of {session.Settings.KvMount}/ (check-and-set required, one version kept, nothing expires)",
        Lost = "Without it a code could be spent twice, replaced hashes stay readable, and documents may vanish.",
        Needs = [mount],
        Read = async cancellation => Reading.Of(
            await Admin.ReadKvConfigAsync(cancellation), fields => Reading.Of(BrokerForms.DocumentMount.DifferencesFrom(fields))),
        Change = async cancellation => Changing.Of(await Admin.WriteKvConfigAsync(BrokerForms.DocumentMount, cancellation)),
    };

    /// <summary>KV v1 for asking: it stays empty.</summary>
    public BootstrapStep AskMount()
    {
        var path = session.Settings.AskMount;
        return new BootstrapStep
        {
            Id = StepIds.AskMount,
            What = $"secrets engine {path}/ (kv version 1)",
            Lost = "Without it nobody can be authorised, and every operation is refused.",
            Read = cancellation => ReadMountAsync(path, new MountFacts("kv", "1", ""), cancellation),
            Change = async cancellation => Changing.Of(
                await Admin.MountKvAsync(path, "1", "Backup codes: asked for permissions, keep it empty", cancellation)),
        };
    }

    /// <summary>Transit for the pepper.</summary>
    public BootstrapStep TransitMount()
    {
        var path = session.Settings.TransitMount;
        return new BootstrapStep
        {
            Id = StepIds.TransitMount,
            What = $"secrets engine {path}/ (transit)",
            Lost = "Without it there is no pepper, and printable codes cannot be issued.",
            Read = cancellation => ReadMountAsync(path, new MountFacts("transit", "", ""), cancellation),
            Change = async cancellation => Changing.Of(await Admin.MountTransitAsync(path, "Keys that never leave Vault", cancellation)),
        };
    }

    /// <summary>The pepper's key.</summary>
    public BootstrapStep Pepper(BootstrapStep mount) => new()
    {
        Id = StepIds.Pepper,
        What = $"key {session.Settings.TransitMount}/{session.Settings.PepperKey}",
        Lost = "Without it there is no pepper, and printable codes cannot be issued.",
        Needs = [mount],
        Read = async cancellation => Reading.Of(await Admin.ReadPepperAsync(cancellation), Judge),
        Change = async cancellation => await Admin.ReadPepperAsync(cancellation) is VaultAnswer<AdminFields>.Ok
            ? Changing.Of(await Admin.ConfigurePepperAsync(BrokerForms.PepperKept, cancellation))
            : Changing.Of(await Admin.MakePepperAsync(BrokerForms.NewPepper, cancellation)),
    };

    /// <summary>The operation's trace in every line of the audit log.</summary>
    public BootstrapStep AuditedHeader() => new()
    {
        Id = StepIds.AuditedHeader,
        What = $"audited header {TraceHeader} (in clear)",
        Lost = "Without it lines of Vault's audit log that have no request id (denials, wraps, unwraps) cannot be joined with the "
            + "broker's records. Where there are namespaces, only a token of the root namespace can set it.",
        Read = async cancellation => Reading.Of(
            await Admin.ReadAuditedHeaderAsync(TraceHeader, cancellation),
            header => Reading.Of(BrokerForms.HeaderInClear.DifferencesFrom(header))),
        Change = async cancellation => Changing.Of(await Admin.AuditHeaderAsync(TraceHeader, BrokerForms.HeaderInClear, cancellation)),
    };

    private static Reading Judge(AdminFields key)
    {
        var beyondRepair = BrokerForms.PepperKeptInside.DifferencesFrom(key);
        return beyondRepair.Count == 0
            ? Reading.Of(BrokerForms.PepperKept.DifferencesFrom(key))
            : new Reading.NeedsPerson(string.Join(", ", beyondRepair)
                + ": Vault cannot take that back, so the pepper may be known elsewhere",
                new Remedy("configure another key (vault.pepper_key), run `bcb bootstrap`, and have printable codes issued anew"));
    }

    private async Task<Reading> ReadMountAsync(string path, MountFacts desired, CancellationToken cancellation) =>
        Reading.Of(await Admin.ListMountsAsync(cancellation), mounts => mounts.GetValueOrDefault(path + "/") switch
        {
            null => new Reading.Differs("not there"),
            var mount when mount.Kind == desired.Kind => new Reading.AsDesired(),
            var mount => new Reading.NeedsPerson(
                $"a mount of another kind ({mount.Kind}) is there, and it is not replaced",
                new Remedy("configure another name, or move it away and run `bcb bootstrap`", $"vault secrets move {path}/ {path}-old/")),
        });
}
