using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.VaultPolicies;

namespace BackupCodeBroker.Core.WhoCan;

/// <summary>A stanza that counts for a token: the policy, the path as it is written there, and as it reads for this token.</summary>
internal sealed record CountingRule(string Policy, VaultPathRule Rule, PathPattern Pattern);

/// <summary>A stanza by which something is granted.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Path">The stanza's path as the policy writes it, templates and wildcards included.</param>
public sealed record GrantingStanza(string Policy, string Path);

/// <summary>What grants an operation.</summary>
/// <param name="IsOwners">Whether it is granted to whoever owns the identity, and not by name.</param>
/// <param name="Stanzas">By which stanzas; several policies can have one with the same path.</param>
public sealed record Grant(bool IsOwners, IReadOnlyList<GrantingStanza> Stanzas);

/// <summary>
/// What all tokens that carry the same policies, for whomever they read the same, can do at the broker. The broker's own gate is followed step by step: a
/// token that a wildcard lets at the probe is too broad for everything; one that may not ask who it is gets nowhere; then the identity's own path is looked
/// at, and only where that says no, the owner's.
/// </summary>
internal sealed class TokenReach
{
    private readonly VaultAcl _acl;
    private readonly AskedPaths _paths;
    private readonly IReadOnlyList<CountingRule> _rules;

    public TokenReach(int number, VaultAcl acl, IReadOnlyList<CountingRule> rules, IReadOnlyList<string> unread, AskedPaths paths)
    {
        (Number, _acl, _rules, Unread, _paths) = (number, acl, rules, unread, paths);
        IsTooBroad = acl.CapabilitiesOf(paths.Probe) is not VaultCapabilities.Deny;
        CanIntroduceItself = Reads(AskedPaths.LookUp) && acl.CapabilitiesOf(AskedPaths.Capabilities).HasFlag(VaultCapabilities.Update);
        BroadStanzas = IsTooBroad ? StanzasOf(paths.Probe, ~VaultCapabilities.None) : [];
    }

    /// <summary>Tells it from the others.</summary>
    public int Number { get; }

    /// <summary>Policies that the tokens carry and nobody could read: they may grant more, or deny.</summary>
    public IReadOnlyList<string> Unread { get; }

    /// <summary>Whether the broker refuses them for what they may do beside.</summary>
    public bool IsTooBroad { get; }

    /// <summary>By which stanzas; empty for the root policy.</summary>
    public IReadOnlyList<GrantingStanza> BroadStanzas { get; }

    /// <summary>Whether the broker's two questions about the token itself are allowed to it.</summary>
    public bool CanIntroduceItself { get; }

    /// <summary>Whether anything of an operation's could be granted: most tokens are for other things, and need not be asked about each identity.</summary>
    public bool Mentions(Operation operation) => _acl.IsRoot || _rules.Any(rule => rule.Rule.Capabilities.HasFlag(VaultCapabilities.Read) && _paths.Concerns(rule.Pattern, operation));

    /// <summary>What grants the operation by name, or null.</summary>
    public Grant? ByName(AccessQuestion question) => At(question.Path(_paths.Mount), isOwners: false);

    /// <summary>
    /// What grants it to an owner, or null. The broker asks in this form only where capabilities do not have the name's, even if Vault then refuses that.
    /// </summary>
    public Grant? AsOwner(AccessQuestion question) =>
        question.OwnedPath(_paths.Mount) is { } path && !MayRead(question.Path(_paths.Mount)) ? At(path, isOwners: true) : null;

    /// <summary>What Vault answers about a path, to compare with what it answers.</summary>
    public VaultCapabilities CapabilitiesOf(string path) => _acl.CapabilitiesOf(path);

    private Grant? At(string path, bool isOwners) => Reads(path) ? new Grant(isOwners, StanzasOf(path, VaultCapabilities.Read)) : null;

    // A stanza can grant reading and yet ask for a wrapped answer, or for parameters that the broker does not send: then Vault refuses the question.
    private bool Reads(string path) => MayRead(path) && _acl.Check(new AclRequest(path, AclOperation.Read)).Allowed;

    private bool MayRead(string path) => _acl.IsRoot || _acl.CapabilitiesOf(path).HasFlag(VaultCapabilities.Read);

    private IReadOnlyList<GrantingStanza> StanzasOf(string path, VaultCapabilities wanted)
    {
        var deciding = _acl.Check(new AclRequest(path, AclOperation.Read)).Rule;
        return
        [
            .. _rules.Where(rule => rule.Pattern.Source == deciding && (rule.Rule.Capabilities & wanted) != 0)
                .Select(rule => new GrantingStanza(rule.Policy, rule.Rule.Path)).Distinct(),
        ];
    }
}
