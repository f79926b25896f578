using BackupCodeBroker.Access;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Health;

/// <summary>
/// What Vault tells everybody of itself, looked at beside each look at the deployment: version, cluster, clock, standbys. None of it needs a token or
/// leaves an audit entry, and none of it makes the broker unready: what it finds are notices and metrics.
/// </summary>
internal sealed class NodeWatch(VaultClient vault, Deployment deployment, DeskOptions options, HealthMetrics metrics, TimeProvider time)
{
    // Bounds that several answers gave are narrower than one's; two clocks drift apart slowly.
    private ClockSkew? _skew;

    /// <summary>Looks once.</summary>
    public async Task LookAsync(VaultCall call)
    {
        var sent = time.GetUtcNow();
        var health = await vault.HealthAsync(call);
        if (health.Fault is not null)
        {
            metrics.Saw(null, null);
            return;
        }

        if (health.ServerTime is { } theirs)
        {
            var skew = ClockSkew.Of(sent, time.GetUtcNow(), theirs);
            _skew = _skew?.With(skew) ?? skew;
        }

        var node = new VaultNode(health, HighlyAvailable: null);
        if (node.Reads == StandbyReads.Elsewhere)
        {
            node = node with { HighlyAvailable = await vault.IsHighlyAvailableAsync(call) };
        }

        metrics.Saw(node, _skew);
        deployment.Notice([.. Notices(node)]);
    }

    private IEnumerable<Shortcoming> Notices(VaultNode node)
    {
        yield return new("audit-devices", "whether Vault has an audit device is not for the broker's token to see", "run `bcb doctor` with a token that may read sys/audit");
        if (!node.IsSupported && node.Number is not null)
        {
            yield return new("vault-version", "Vault is older than 1.8", "upgrade it");
        }

        if (node.Replica is { } way)
        {
            yield return new("vault-replication", $"the address leads to a {way} secondary", "set vault.address to the primary cluster's address");
        }

        if (node.Reads == StandbyReads.Here)
        {
            yield return new("standby-reads", "a standby that answers reads itself stands at the address, so lockdowns may be seen late", node.StandbyReadsFix);
        }
        else if (node.Reads == StandbyReads.Elsewhere)
        {
            yield return new("standby-reads", "standbys of this cluster may answer reads, where the address leads to them", node.StandbyReadsFix);
        }

        if (deployment.Memory.ClockIsBehind(time.GetUtcNow(), options.Epoch))
        {
            yield return ReadinessWords.ClockIsBehind;
        }

        if (_skew is { } skew && skew.Certain.Duration() > ClockSkew.Noticeable)
        {
            yield return new(
                "clock-skew",
                $"Vault's clock is {VaultNode.Seconds(skew.Estimate)[1..]} {(skew.Estimate > TimeSpan.Zero ? "ahead of" : "behind")} this machine's",
                "synchronise both by NTP");
        }
    }
}
