using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Bootstrap;

/// <summary>The shipped policies, each as it stands in the executable, in the words of the configuration.</summary>
internal sealed class PolicySteps(BootstrapSession session, string prefix)
{
    /// <summary>One step a policy.</summary>
    public IEnumerable<BootstrapStep> All() => ShippedPolicies.In(session.Settings, prefix).Select(Step);

    private BootstrapStep Step(ShippedPolicy policy) => new()
    {
        Id = IsBrokersOwn(policy) ? StepIds.BrokerPolicies : StepIds.PeoplesPolicies,
        What = $"policy {policy.Name}",
        Lost = LostWithout(policy),
        Read = cancellation => ReadAsync(policy, cancellation),
        Change = cancellation => ChangeAsync(policy, cancellation),
    };

    private bool IsBrokersOwn(ShippedPolicy policy) =>
        policy.Name == session.Settings.AppRoleName || policy.Name == session.Settings.TokenRole || policy.Name == session.Settings.SweeperRole;

    private string LostWithout(ShippedPolicy policy) => policy.Name switch
    {
        _ when policy.ShippedName == ShippedPolicies.OwnName =>
            "It is what bootstrap runs under, so it does not write it: who may should compare it with the shipped one.",
        var name when name == session.Settings.AppRoleName => "Without it the broker's log-in may do nothing.",
        var name when name == session.Settings.TokenRole => "Without it the broker reaches no identity's document.",
        var name when name == session.Settings.SweeperRole => "Without it nothing is swept, listed or reported.",
        _ when policy.ShippedName == ShippedPolicies.Recovery => "Without it nobody recovers without a Vault token.",
        _ => "Without it those who would be given it can do nothing here until they have a policy of your own.",
    };

    private async Task<Reading> ReadAsync(ShippedPolicy policy, CancellationToken cancellation) =>
        await TextAsync(policy, cancellation) switch
        {
            VaultAnswer<string>.Ok desired => Reading.Of(
                await session.Admin.ReadPolicyAsync(policy.Name, cancellation), actual => PolicyComparison.Judge(policy.Name, desired.Value, actual)),
            var unknown => Reading.Of(unknown, _ => new Reading.AsDesired()),
        };

    private async Task<Changing> ChangeAsync(ShippedPolicy policy, CancellationToken cancellation) =>
        await TextAsync(policy, cancellation) switch
        {
            VaultAnswer<string>.Ok desired => Changing.Of(await session.Admin.WritePolicyAsync(policy.Name, desired.Value, cancellation)),
            var unknown => Changing.Of(unknown),
        };

    private async Task<VaultAnswer<string>> TextAsync(ShippedPolicy policy, CancellationToken cancellation)
    {
        if (!policy.IsTemplated)
        {
            return new VaultAnswer<string>.Ok(policy.Text, "");
        }

        return await session.Admin.ReadTokenMountAccessorAsync(cancellation) switch
        {
            VaultAnswer<string>.Ok accessor => new VaultAnswer<string>.Ok(policy.For(accessor.Value), accessor.RequestId),
            var unknown => unknown,
        };
    }
}
