using BackupCodeBroker.Core.VaultPolicies;

namespace BackupCodeBroker.DevVault.Policies;

/// <summary>The ACL policies by name, and the ACLs made of them. An ACL is kept until a policy or an identity changes.</summary>
internal sealed class PolicyStore
{
    private const int MaxKeptAcls = 4096;

    private readonly SortedDictionary<string, Entry> _policies = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Policies, string EntityId), CompiledAcl> _acls = [];

    public PolicyStore()
    {
        Put(BuiltInPolicies.Default, BuiltInPolicies.DefaultText);
        Put(BuiltInPolicies.ResponseWrapping, BuiltInPolicies.ResponseWrappingText);
    }

    public bool Exists(string name) => name == BuiltInPolicies.Root || _policies.ContainsKey(name);

    /// <summary>A policy's text; null where there is none.</summary>
    public string? Read(string name) => name == BuiltInPolicies.Root ? "" : _policies.TryGetValue(name, out Entry? entry) ? entry.Text : null;

    public List<string> List() => [.. _policies.Keys.Where(name => !BuiltInPolicies.IsUnassignable(name)), BuiltInPolicies.Root];

    /// <summary>Stores a policy; the text is why it cannot be one.</summary>
    public string? Write(string name, string text)
    {
        string? error = BuiltInPolicies.IsImmutable(name) ? Check(name, text) ?? $"cannot update \"{name}\" policy" : Put(name, text);
        InvalidateAcls();
        return error;
    }

    public string? Delete(string name)
    {
        if (BuiltInPolicies.IsImmutable(name))
        {
            return $"cannot delete \"{name}\" policy";
        }

        if (name == BuiltInPolicies.Default)
        {
            return "cannot delete default policy";
        }

        _policies.Remove(name);
        InvalidateAcls();
        return null;
    }

    /// <summary>To be called after every change of an entity, alias or group: templates render differently then.</summary>
    public void InvalidateAcls() => _acls.Clear();

    public CompiledAcl Compile(IReadOnlyList<string> names, string entityId, Func<PolicySubject?> subject)
    {
        (string, string) key = (string.Join(',', names), entityId);
        if (_acls.TryGetValue(key, out CompiledAcl? acl))
        {
            return acl;
        }

        acl = names.Contains(BuiltInPolicies.Root) ? CompiledAcl.Root : CompileNew(names, subject());
        if (_acls.Count >= MaxKeptAcls)
        {
            _acls.Clear();
        }

        return _acls[key] = acl;
    }

    public IEnumerable<VaultPathRule> RulesOf(IEnumerable<string> names) =>
        names.Where(_policies.ContainsKey).SelectMany(name => _policies[name].Policy.Rules);

    private static string? Check(string name, string text) =>
        VaultPolicy.Parse(name, text) is VaultPolicyParse.Invalid invalid ? invalid.Message : null;

    private CompiledAcl CompileNew(IReadOnlyList<string> names, PolicySubject? subject)
    {
        List<VaultPolicy> policies = [.. names.Distinct(StringComparer.Ordinal).Where(_policies.ContainsKey).Select(name => _policies[name].Policy)];
        bool readsParameters = policies.Any(policy => policy.Rules.Any(
            rule => rule.AllowedParameters.Count + rule.DeniedParameters.Count + rule.RequiredParameters.Count > 0));
        return new CompiledAcl(VaultAcl.Compile(policies, subject), readsParameters);
    }

    private string? Put(string name, string text)
    {
        switch (VaultPolicy.Parse(name, text))
        {
            case VaultPolicyParse.Parsed parsed:
                _policies[name] = new Entry(text, parsed.Policy);
                return null;
            case VaultPolicyParse.Invalid invalid:
                return invalid.Message;
            default:
                throw new InvalidOperationException("unknown outcome of parsing a policy");
        }
    }

    private sealed record Entry(string Text, VaultPolicy Policy);
}

/// <summary>A token's ACL, and whether it looks into request bodies at all.</summary>
internal sealed record CompiledAcl(VaultAcl Acl, bool ReadsParameters)
{
    public static readonly CompiledAcl Root = new(VaultAcl.Root, ReadsParameters: false);
}
