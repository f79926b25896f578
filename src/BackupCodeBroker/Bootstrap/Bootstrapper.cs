using System.Diagnostics;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Bootstrap;

/// <summary>
/// Sets Vault up for the broker, with an administrator's token: the engine behind <c>bcb bootstrap</c>. What has to stand is a list
/// of steps (<see cref="BootstrapPlan"/>), each of which looks first and changes only what differs, so running it again changes
/// nothing, and running it with <see cref="BootstrapOptions.Check"/> never does.
/// <para>
/// It takes nothing away: no mount, policy, role, key or document is ever deleted, a mount of another kind is refused, and a
/// document that exists, or existed and was removed, is left for a person. What the token may not do is said with what is lost, and
/// the rest is done. The policy <c>bcb-bootstrap</c> is all that it needs.
/// </para>
/// </summary>
internal sealed class Bootstrapper(
    VaultSettings settings,
    BootstrapDocuments documents,
    TimeProvider time,
    Action<StepReport> sink,
    Func<HttpMessageHandler>? handler = null)
{
    /// <summary>Mounting an engine on a busy storage takes longer than any call that the broker makes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Runs every step, telling the sink of each as it ends.</summary>
    public async Task<BootstrapReport> RunAsync(BootstrapOptions options, VaultToken admin, CancellationToken cancellation)
    {
        var patient = settings with { CallTimeout = Patience };
        using var span = new OperationSpan(OwnWork.Bootstrap, ActivityKind.Internal, time, default);
        using var client = new VaultClient(patient, time, handler);
        var call = span.Call(CancellationToken.None);
        using var wire = new AdminWire(patient, admin, call, time, handler);
        var session = new BootstrapSession(patient, new VaultAdmin(wire, patient), client, admin, call);
        var outcome = Outcomes.Fault;
        try
        {
            var report = await new BootstrapRunner(options.Check, sink).RunAsync(BootstrapPlan.For(session, options, documents), cancellation);
            outcome = report.HasFailures ? Outcomes.Fault : Outcomes.Done;
            return report.SawNothing ? report : report with { Remarks = await RemarksAsync(wire, cancellation) };
        }
        finally
        {
            options.AccessFile?.Write(span.Record(outcome, null));
        }
    }

    private static async Task<IReadOnlyList<string>> RemarksAsync(AdminWire wire, CancellationToken cancellation) =>
        AuditAdvice.Remark(await new VaultSurvey(wire).AuditDevicesAsync(cancellation)) is { } remark ? [remark] : [];
}

/// <summary>What the steps of one run work with.</summary>
internal sealed record BootstrapSession(VaultSettings Settings, VaultAdmin Admin, VaultClient Client, VaultToken Token, VaultCall Run)
{
    /// <summary>A call of this run: all carry one trace, by which Vault's audit log shows the run as a whole, and are noted in one journal.</summary>
    public VaultCall Call(CancellationToken cancellation) => Run with { Cancellation = cancellation };

    /// <summary>The entity that an alias of the token mount leads to. It creates nothing.</summary>
    public async Task<VaultAnswer<EntityFacts>> FindEntityAsync(string alias, CancellationToken cancellation) =>
        await Admin.ReadTokenMountAccessorAsync(cancellation) switch
        {
            VaultAnswer<string>.Ok accessor => await Client.LookupAliasAsync(Token, alias, accessor.Value, Call(cancellation)),
            VaultAnswer<string>.Denied denied => new VaultAnswer<EntityFacts>.Denied(denied.Why, denied.Path),
            VaultAnswer<string>.Faulted faulted => new VaultAnswer<EntityFacts>.Faulted(faulted.Fault),
            _ => new VaultAnswer<EntityFacts>.Absent(),
        };
}
