using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Bootstrap;

/// <summary>What recoveries need, where some profile has one: the mount of their AppRoles. The roles in it, one for each identity, are the platform team's.</summary>
internal sealed class RecoverySteps(BootstrapSession session)
{
    /// <summary>The AppRole method for recoveries alone.</summary>
    public BootstrapStep Mount()
    {
        var path = session.Settings.RecoveryMount;
        return new BootstrapStep
        {
            Id = StepIds.RecoveryMount,
            What = $"auth method {path}/ (approle, for recoveries)",
            Lost = "Without it nobody recovers by an AppRole.",
            Read = async cancellation => Reading.Of(
                await session.Admin.ListAuthMethodsAsync(cancellation), methods => Judge(methods.GetValueOrDefault(path + "/"))),
            Change = async cancellation => Changing.Of(await session.Admin.EnableAppRoleAsync(path, "Recoveries by backup codes: one role for each identity, called like it", cancellation)),
        };
    }

    private static Reading Judge(MountFacts? method) => method switch
    {
        null => new Reading.Differs("not there"),
        { Type: "approle" } => new Reading.AsDesired(),
        _ => new Reading.NeedsPerson(
            $"a method of another kind ({method.Type}) is there, and it is not replaced",
            new Remedy("configure another name (vault.recovery_mount) and run `bcb bootstrap`")),
    };
}
