using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Bootstrap;

/// <summary>The token roles that children are minted through, and the broker's log-in.</summary>
internal sealed class RoleSteps(BootstrapSession session)
{
    private VaultAdmin Admin => session.Admin;

    /// <summary>Children for identities.</summary>
    public BootstrapStep IdentityRole() => TokenRole(
        session.Settings.TokenRole, "bcb.*", "Without it the broker cannot mint children, and does nothing.");

    /// <summary>The sweep's child.</summary>
    public BootstrapStep SweeperRole() => TokenRole(
        session.Settings.SweeperRole, "bcb._sweeper", "Without it nothing is swept, listed or reported.");

    /// <summary>The AppRole method.</summary>
    public BootstrapStep AppRoleMount()
    {
        var path = session.Settings.AppRoleMount;
        return new BootstrapStep
        {
            Id = StepIds.AppRoleMount,
            What = $"auth method {path}/ (approle)",
            Lost = "Without it the broker has to log in otherwise: a token file, Kubernetes or JWT.",
            Read = async cancellation => Reading.Of(
                await Admin.ListAuthMethodsAsync(cancellation), methods => Judge(methods.GetValueOrDefault(path + "/"))),
            Change = async cancellation => Changing.Of(await Admin.EnableAppRoleAsync(path, "Log-in of services", cancellation)),
        };
    }

    /// <summary>The broker's role, with these policies.</summary>
    public BootstrapStep BrokerRole(BootstrapStep method, IReadOnlyList<string> policies)
    {
        var desired = BrokerForms.BrokerRole(policies);
        return new BootstrapStep
        {
            Id = StepIds.BrokerRole,
            What = $"role {session.Settings.AppRoleMount}/{session.Settings.AppRoleName}",
            Lost = "Without it the broker cannot log in by AppRole.",
            Needs = [method],
            Read = async cancellation => Reading.Of(
                await Admin.ReadBrokerRoleAsync(cancellation), role => Reading.Of(desired.DifferencesFrom(role), Seen(role))),
            Change = async cancellation => Changing.Of(await Admin.WriteBrokerRoleAsync(desired, cancellation)),
        };
    }

    // What is the operator's to choose is shown: it is neither right nor wrong.
    private static string Seen(AdminFields role) =>
        $"log-ins live {role.Show("token_ttl")} s, at most {role.Show("token_max_ttl")} s; secret-ids live {Life(role.Show("secret_id_ttl"))}; "
        + $"log-in from {Place(role.Show("secret_id_bound_cidrs"))}, use from {Place(role.Show("token_bound_cidrs"))}";

    private static string Life(string seconds) => seconds == "0" ? "for ever" : $"{seconds} s";

    private static string Place(string cidrs) => cidrs is "null" or "[]" or "not there" ? "anywhere" : cidrs;

    private static Reading Judge(MountFacts? method) => method switch
    {
        null => new Reading.Differs("not there"),
        { Type: "approle" } => new Reading.AsDesired(),
        _ => new Reading.NeedsPerson(
            $"a method of another kind ({method.Type}) is there, and it is not replaced",
            new Remedy("configure another name (vault.approle_mount) and run `bcb bootstrap`")),
    };

    private BootstrapStep TokenRole(string name, string alias, string lost)
    {
        var desired = BrokerForms.ChildRole(name, alias);
        return new BootstrapStep
        {
            Id = StepIds.TokenRoles,
            What = $"token role {name}",
            Lost = lost,
            Read = async cancellation => Reading.Of(
                await Admin.ReadTokenRoleAsync(name, cancellation), role => Reading.Of(desired.DifferencesFrom(role))),
            Change = async cancellation => Changing.Of(await Admin.WriteTokenRoleAsync(name, desired, cancellation)),
        };
    }
}
