namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>
/// The policies of one token, ready to decide. Stanzas of equal path, of whichever policy, are merged; then for each request the
/// closest path decides alone (see <see cref="PathPattern"/>): a grant on <c>a/*</c> says nothing about <c>a/b</c> once some policy
/// has a stanza for <c>a/b</c>. Nothing that is not granted is allowed.
/// </summary>
/// <remarks>
/// This is what Vault 1.8's community edition does. Control groups, MFA methods and Sentinel, which Enterprise adds, are read and
/// left to Vault; namespaces are not known here.
/// </remarks>
public sealed class VaultAcl
{
    private const string RootPolicy = "root";

    private readonly PathRules _rules = new();

    private VaultAcl(bool isRoot) => IsRoot = isRoot;

    /// <summary>The ACL of a root token.</summary>
    public static VaultAcl Root { get; } = new(isRoot: true);

    /// <summary>Whether everything is allowed.</summary>
    public bool IsRoot { get; }

    /// <summary>
    /// Puts a token's policies together, its entity's and groups' included; <paramref name="subject"/> is its entity, null where it
    /// has none. A policy named <c>root</c> gives everything, and only alone: with others it is an error, as it is for Vault.
    /// A templated path that renders to one that is no path (<c>+*</c>) makes the token good for nothing, as it does for Vault.
    /// </summary>
    /// <exception cref="ArgumentException">The root policy stands beside others.</exception>
    public static VaultAcl Compile(IEnumerable<VaultPolicy> policies, PolicySubject? subject)
    {
        List<VaultPolicy> all = [.. policies];
        if (all.Exists(policy => policy.Name == RootPolicy))
        {
            return all.Count == 1 ? Root : throw new ArgumentException("other policies present along with root", nameof(policies));
        }

        var acl = new VaultAcl(isRoot: false);
        foreach (VaultPathRule rule in all.SelectMany(policy => policy.Rules))
        {
            string? path = PathTemplate.IsTemplated(rule.Path) ? PathTemplate.Render(rule.Path, subject) : rule.Path;
            if (path is null)
            {
                continue;
            }

            if (PathPattern.Parse(path) is not { } pattern)
            {
                return new VaultAcl(isRoot: false);
            }

            acl._rules.Add(pattern, rule);
        }

        return acl;
    }

    /// <summary>Puts stanzas together whose paths were rendered and read.</summary>
    internal static VaultAcl Of(IEnumerable<(PathPattern Pattern, VaultPathRule Rule)> rules)
    {
        var acl = new VaultAcl(isRoot: false);
        foreach ((PathPattern pattern, VaultPathRule rule) in rules)
        {
            acl._rules.Add(pattern, rule);
        }

        return acl;
    }

    /// <summary>
    /// What the token may do at a path, as <c>sys/capabilities</c> answers: <see cref="VaultCapabilities.Deny"/> where nothing is
    /// granted. Vault looks a path up here as for a list, so <c>a/b/</c> also finds the rule <c>a/b</c>.
    /// </summary>
    public VaultCapabilities CapabilitiesOf(string path)
    {
        if (IsRoot)
        {
            return VaultCapabilities.Root;
        }

        VaultCapabilities found = _rules.Find(path.TrimStart('/'), isList: true)?.Capabilities ?? VaultCapabilities.None;
        return found is VaultCapabilities.None ? VaultCapabilities.Deny : found;
    }

    /// <summary>Decides on a request.</summary>
    public AclVerdict Check(AclRequest request)
    {
        if (IsRoot)
        {
            return new AclVerdict(Allowed: true, SudoGranted: true, AclReason.Root);
        }

        if (request.Operation is AclOperation.Help)
        {
            return new AclVerdict(Allowed: true, SudoGranted: false, AclReason.Help);
        }

        if (_rules.Find(request.Path.TrimStart('/'), request.Operation is AclOperation.List) is not { } permissions)
        {
            return new AclVerdict(Allowed: false, SudoGranted: false, AclReason.NoRule);
        }

        AclReason reason = permissions.Judge(request);
        bool sudo = permissions.Capabilities.HasFlag(VaultCapabilities.Sudo);
        return new AclVerdict(reason is AclReason.Granted, sudo, reason, permissions.Pattern.Source);
    }
}
