using System.Diagnostics;
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
    VaultClient client,
    HttpMessageInvoker http,
    BootstrapDocuments documents,
    TimeProvider time,
    Action<StepReport> sink)
{
    /// <summary>Runs every step, telling the sink of each as it ends.</summary>
    public async Task<BootstrapReport> RunAsync(BootstrapOptions options, VaultToken admin, CancellationToken cancellation)
    {
        var traceParent = $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";
        var wire = new AdminWire(http, settings, admin, traceParent, time);
        var session = new BootstrapSession(settings, new VaultAdmin(wire, settings), client, admin, traceParent);
        var steps = BootstrapPlan.For(session, options, documents);
        return await new BootstrapRunner(options.Check, sink).RunAsync(steps, cancellation);
    }
}

/// <summary>What the steps of one run work with.</summary>
internal sealed record BootstrapSession(VaultSettings Settings, VaultAdmin Admin, VaultClient Client, VaultToken Token, string TraceParent)
{
    /// <summary>A call of this run: all carry one trace, by which Vault's audit log shows the run as a whole.</summary>
    public VaultCall Call(CancellationToken cancellation) => new(TraceParent, cancellation);
}
