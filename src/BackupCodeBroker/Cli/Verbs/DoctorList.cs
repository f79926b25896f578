using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.Doctor;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// Asks the broker for its identities on doctor's behalf. Doctor often looks with an administrator's token, which is nobody's to see, a broker's least of
/// all: so Vault is asked first, and only a token that may list and is not too broad is shown.
/// </summary>
internal sealed class DoctorList(CliContext context, VaultSettings settings)
{
    private const string TooBroad = "no broker is shown so broad a token: use an auditor's (bcb-auditor)";

    /// <summary>The identities, or why there are none.</summary>
    public async Task<IdentitiesListed> ReadAsync(CancellationToken cancellation)
    {
        using var vault = new VaultClient(settings, context.Surroundings.Time, context.Surroundings.VaultHandler);
        var (list, probe) = (vault.AskPath(Operation.List.Name, null), vault.AskPath(Operation.Probe, Operation.Probe));
        return await vault.CapabilitiesSelfAsync(context.Token.ForVault, [list, probe], context.Call(cancellation)) switch
        {
            VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>.Ok { Value: var capabilities } =>
                capabilities[probe] is not ["deny"] ? new IdentitiesListed(null, TooBroad)
                : capabilities[list].Contains("read") ? await ListAsync(cancellation)
                : new IdentitiesListed(null, "this token may not list identities", list),
            VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>.Faulted { Fault: var fault } => new IdentitiesListed(null, fault.Describe()),
            _ => new IdentitiesListed(null, "this token may not ask Vault what it may (sys/capabilities-self)"),
        };
    }

    private async Task<IdentitiesListed> ListAsync(CancellationToken cancellation)
    {
        List<string> errors = [];
        if (CliContext.BrokerConnection(context.Settings, errors) is not { } connection)
        {
            return new IdentitiesListed(null, string.Join("; ", errors));
        }

        using var broker = new BrokerApi(connection.Address, context.Token, connection.Handler, TraceContext.Create());
        var (listed, failure) = await WholeList.ReadAsync(broker, context.Surroundings, cancellation);
        return failure is not null
            ? new IdentitiesListed(null, "the broker does not list identities: " + (string?)failure.Json["error"]?["detail"])
            : new IdentitiesListed([.. listed.Where(one => one.State != "retired").Select(one => new IdentityAccess(one.Identity, one.Owner, one.Entity))]);
    }
}
