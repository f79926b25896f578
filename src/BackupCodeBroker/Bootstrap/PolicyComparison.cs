using System.Globalization;
using BackupCodeBroker.Core.VaultPolicies;

namespace BackupCodeBroker.Bootstrap;

/// <summary>
/// Whether a policy as it stands in Vault means what the shipped one means. Comments, order and layout are whoever's edits it; a path more, a
/// capability more or a lost restriction is said, path by path.
/// </summary>
internal static class PolicyComparison
{
    private const int MostPathsNamed = 3;

    // What Enterprise asks of a holder beyond capabilities: Core leaves it to Vault, so it is compared by its presence alone.
    private static readonly string[] LeftToVault = ["control_group", "mfa_methods"];

    /// <summary>How the text in Vault stands to the shipped one.</summary>
    public static Reading Judge(string name, string shipped, string actual)
    {
        if (VaultPolicy.Parse(name, shipped) is not VaultPolicyParse.Parsed { Policy: var wanted })
        {
            throw new InvalidOperationException($"the shipped policy {name} does not parse");
        }

        if (VaultPolicy.Parse(name, actual) is not VaultPolicyParse.Parsed { Policy: var found })
        {
            return new Reading.Differs("its text cannot be read as a policy") { Widened = true };
        }

        var (want, have) = (ByPath(wanted), ByPath(found));
        var beyond = have.Keys.Where(path => !want.ContainsKey(path) && Grants(have[path])).ToList();
        var changed = want.Keys.Where(path => have.ContainsKey(path) && Meaning(have[path]) != Meaning(want[path])).ToList();
        var strange = LeftToVault.Any(word => actual.Contains(word, StringComparison.Ordinal) && !shipped.Contains(word, StringComparison.Ordinal));
        string[] differences =
        [
            .. Named("grants beyond the shipped one", beyond),
            .. Named("lacks", want.Keys.Where(path => !have.ContainsKey(path)).ToList()),
            .. Named("is otherwise at", changed),
            .. Named("denies besides", have.Keys.Where(path => !want.ContainsKey(path) && !Grants(have[path])).ToList()),
            .. strange ? ["asks for approvals or MFA, which the broker cannot give"] : (string[])[],
        ];
        return differences.Length == 0
            ? new Reading.AsDesired()
            : new Reading.Differs(string.Join("; ", differences)) { Widened = beyond.Count > 0 || changed.Any(path => Widens(want[path], have[path])) };
    }

    private static IEnumerable<string> Named(string what, List<string> paths) => paths.Count == 0
        ? []
        : [$"{what}: {string.Join(", ", paths.Order(StringComparer.Ordinal).Take(MostPathsNamed))}{More(paths.Count - MostPathsNamed)}"];

    private static string More(int rest) => rest > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {rest} more") : "";

    private static Dictionary<string, List<VaultPathRule>> ByPath(VaultPolicy policy) =>
        policy.Rules.GroupBy(rule => rule.Path.TrimStart('/'), StringComparer.Ordinal).ToDictionary(rules => rules.Key, rules => rules.ToList(), StringComparer.Ordinal);

    private static bool Grants(List<VaultPathRule> rules) => Capabilities(rules) is not (VaultCapabilities.None or VaultCapabilities.Deny);

    // A capability more, or the same ones with other bounds: those may be wider, and are taken to be.
    private static bool Widens(List<VaultPathRule> want, List<VaultPathRule> have) =>
        Grants(have) && ((Capabilities(have) & ~Capabilities(want)) != 0 || Bounds(have) != Bounds(want));

    private static VaultCapabilities Capabilities(List<VaultPathRule> rules)
    {
        var all = rules.Aggregate(VaultCapabilities.None, (sum, rule) => sum | rule.Capabilities);
        return all.HasFlag(VaultCapabilities.Deny) ? VaultCapabilities.Deny : all;
    }

    private static string Meaning(List<VaultPathRule> rules) => $"{Capabilities(rules)} {Bounds(rules)}";

    private static string Bounds(List<VaultPathRule> rules) => string.Join(" | ", rules.Select(Bounds).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    private static string Bounds(VaultPathRule rule) =>
        $"required {string.Join(",", rule.RequiredParameters.Order(StringComparer.Ordinal))} allowed {Text(rule.AllowedParameters)} "
        + $"denied {Text(rule.DeniedParameters)} wrap {rule.MinWrappingTtl:c} {rule.MaxWrappingTtl:c}";

    private static string Text(IReadOnlyDictionary<string, IReadOnlyList<ParameterValue>> parameters) => string.Join(
        ";", parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}=[{string.Join(",", p.Value.Select(Text).Order(StringComparer.Ordinal))}]"));

    private static string Text(ParameterValue value) => value switch
    {
        ParameterValue.List list => $"[{string.Join(",", list.Items.Select(Text))}]",
        ParameterValue.Object fields => $"{{{string.Join(",", fields.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}:{Text(f.Value)}"))}}}",
        _ => value.ToString(),
    };
}
