using System.Text.Json;

namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>
/// What all stanzas with the same path grant together. Capabilities add up, but one deny is all there is. Parameter lists and
/// wrapping bounds only add up as well: a stanza without them lifts no other stanza's, an empty list of values (any) beats a list,
/// and of two bounds the lesser holds, of minima too.
/// </summary>
internal sealed class PathPermissions(PathPattern pattern, VaultPathRule first)
{
    private ParameterRules _parameters = ParameterRules.Of(first);
    private TimeSpan _minWrappingTtl = first.MinWrappingTtl;
    private TimeSpan _maxWrappingTtl = first.MaxWrappingTtl;

    public PathPattern Pattern { get; } = pattern;

    public VaultCapabilities Capabilities { get; private set; } = first.Capabilities;

    public void Merge(VaultPathRule rule)
    {
        if (Capabilities.HasFlag(VaultCapabilities.Deny))
        {
            return;
        }

        if (rule.Capabilities.HasFlag(VaultCapabilities.Deny))
        {
            Capabilities = VaultCapabilities.Deny;
            return;
        }

        Capabilities |= rule.Capabilities;
        _minWrappingTtl = Lesser(_minWrappingTtl, rule.MinWrappingTtl);
        _maxWrappingTtl = Lesser(_maxWrappingTtl, rule.MaxWrappingTtl);
        _parameters = _parameters.With(rule);
    }

    /// <summary>Why the request is refused, or <see cref="AclReason.Granted"/>.</summary>
    public AclReason Judge(AclRequest request)
    {
        if (Capabilities.HasFlag(VaultCapabilities.Deny))
        {
            return AclReason.ExplicitDeny;
        }

        if ((Capabilities & Needed(request.Operation)) == 0)
        {
            return AclReason.CapabilityMissing;
        }

        if (!AllowsWrapping(request.WrapTtl))
        {
            return AclReason.WrappingTtl;
        }

        return request.Operation is AclOperation.List or AclOperation.Delete
            ? AclReason.Granted
            : _parameters.Judge(request.Data is { ValueKind: JsonValueKind.Object } data ? data : null);
    }

    private static VaultCapabilities Needed(AclOperation operation) => operation switch
    {
        AclOperation.Create => VaultCapabilities.Create,
        AclOperation.Read => VaultCapabilities.Read,
        AclOperation.Update => VaultCapabilities.Update,
        AclOperation.Delete => VaultCapabilities.Delete,
        AclOperation.List => VaultCapabilities.List,
        AclOperation.Patch => VaultCapabilities.Patch,
        _ => VaultCapabilities.None,
    };

    // Merging can leave a minimum above the maximum; then no TTL will do, nor no wrapping at all.
    private bool AllowsWrapping(TimeSpan? ttl)
    {
        bool belowMaximum = _maxWrappingTtl <= TimeSpan.Zero || ttl <= _maxWrappingTtl;
        bool aboveMinimum = _minWrappingTtl <= TimeSpan.Zero || ttl >= _minWrappingTtl;
        bool crossed = _minWrappingTtl != TimeSpan.Zero && _maxWrappingTtl != TimeSpan.Zero && _maxWrappingTtl < _minWrappingTtl;
        return belowMaximum && aboveMinimum && !crossed;
    }

    private static TimeSpan Lesser(TimeSpan held, TimeSpan added) =>
        added > TimeSpan.Zero && (held == TimeSpan.Zero || added < held) ? added : held;
}
