using System.Text;
using BackupCodeBroker.Core.VaultPolicies;

namespace BackupCodeBroker.Core.WhoCan;

/// <summary>
/// Thousands of tokens differ in their names and carry the same few sets of stanzas: each set is put together once. Of every policy only what could decide
/// at the broker is kept; what a template makes of it is part of the set.
/// </summary>
internal sealed class ReachBook
{
    private const string Root = "root";

    private readonly AskedPaths _paths;
    private readonly Dictionary<string, Kept> _policies = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, TokenReach> _reaches = new(StringComparer.Ordinal);

    public ReachBook(AccessMap map, AskedPaths paths)
    {
        _paths = paths;
        foreach (var (name, policy) in map.Policies)
        {
            _policies[name] = KeptOf(name, policy);
        }

        foreach (var name in map.UnreadPolicies)
        {
            _policies[name] = new Kept(name, [], [], IsUnread: true);
        }
    }

    /// <summary>The different reaches that were found.</summary>
    public IReadOnlyCollection<TokenReach> All => _reaches.Values;

    /// <summary>What a token with these policies can do; <paramref name="subject"/> is its entity, null where it has none.</summary>
    public TokenReach Of(IEnumerable<string> policies, PolicySubject? subject)
    {
        var kept = new SortedDictionary<string, Kept>(StringComparer.Ordinal);
        foreach (var name in policies)
        {
            if (string.Equals(name, Root, StringComparison.OrdinalIgnoreCase))
            {
                return Interned(Root, () => new TokenReach(_reaches.Count, VaultAcl.Root, [], [], _paths));
            }

            if (_policies.TryGetValue(name, out var policy))
            {
                kept[policy.Name] = policy;
            }
        }

        var rendered = new List<CountingRule>();
        foreach (var rule in kept.Values.SelectMany(policy => policy.Templated.Select(rule => (policy.Name, Rule: rule))))
        {
            if (PathTemplate.Render(rule.Rule.Path, subject) is not { } path)
            {
                continue;
            }

            // A path that is none makes the token good for nothing, at Vault as well.
            if (PathPattern.Parse(path) is not { } pattern)
            {
                return Interned("nothing", () => new TokenReach(_reaches.Count, VaultAcl.Of([]), [], [], _paths));
            }

            if (_paths.Concern(pattern))
            {
                rendered.Add(new CountingRule(rule.Name, rule.Rule, pattern));
            }
        }

        return Interned(KeyOf(kept.Values, rendered), () => Make(kept.Values, rendered));
    }

    private TokenReach Make(IEnumerable<Kept> kept, List<CountingRule> rendered)
    {
        List<CountingRule> rules = [.. kept.SelectMany(policy => policy.Fixed), .. rendered];
        return new TokenReach(_reaches.Count, VaultAcl.Of(rules.Select(rule => (rule.Pattern, rule.Rule))), rules, [.. kept.Where(policy => policy.IsUnread).Select(policy => policy.Name)], _paths);
    }

    private TokenReach Interned(string key, Func<TokenReach> make)
    {
        if (!_reaches.TryGetValue(key, out var reach))
        {
            _reaches[key] = reach = make();
        }

        return reach;
    }

    // Names can hold anything, so lengths stand before them.
    private static string KeyOf(IEnumerable<Kept> kept, List<CountingRule> rendered)
    {
        var key = new StringBuilder();
        foreach (var policy in kept.Where(policy => policy.Fixed.Count > 0 || policy.IsUnread))
        {
            Append(key, policy.Name);
        }

        key.Append('|');
        foreach (var rule in rendered)
        {
            Append(key, rule.Policy);
            Append(key, rule.Rule.Path);
            Append(key, rule.Pattern.Source);
        }

        return key.ToString();
    }

    private static void Append(StringBuilder key, string text) => key.Append(text.Length).Append(':').Append(text);

    private Kept KeptOf(string name, VaultPolicy policy)
    {
        var plain = policy.Rules.Where(rule => !PathTemplate.IsTemplated(rule.Path))
            .Select(rule => (Rule: rule, Pattern: PathPattern.Parse(rule.Path)))
            .Where(rule => rule.Pattern is not null && _paths.Concern(rule.Pattern))
            .Select(rule => new CountingRule(name, rule.Rule, rule.Pattern!));
        return new Kept(name, [.. plain], [.. policy.Rules.Where(rule => PathTemplate.IsTemplated(rule.Path))], IsUnread: false);
    }

    private sealed record Kept(string Name, IReadOnlyList<CountingRule> Fixed, IReadOnlyList<VaultPathRule> Templated, bool IsUnread);
}
