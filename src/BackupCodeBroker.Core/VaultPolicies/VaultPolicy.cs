using BackupCodeBroker.Core.VaultPolicies.Hcl;

namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>
/// An ACL policy in Vault's policy language: stanzas, each a path with what it grants there, written in HCL or in the same structure
/// as JSON. Reading one is independent of whom it is for; templates in paths are filled in by <see cref="VaultAcl.Compile"/>, which
/// puts the policies of a token together and decides.
/// </summary>
/// <remarks>
/// The language is that of Vault 1.8, and <c>patch</c> of 1.9. What Vault refuses is refused, in Vault's words where they are about
/// the policy rather than its syntax; only the inside of <c>control_group</c>, which is Enterprise's, is not read. Some few texts that
/// Vault takes by accident are refused too (see <see cref="HclJson"/>).
/// </remarks>
public sealed class VaultPolicy
{
    /// <summary>Vault bounds a policy only by the size of a request. This is far beyond one that a person wrote.</summary>
    public const int MaxTextLength = 256 * 1024;

    private static readonly string[] Keys = ["name", "path"];

    private VaultPolicy(string name, IReadOnlyList<VaultPathRule> rules, bool isTemplated) =>
        (Name, Rules, IsTemplated) = (name, rules, isTemplated);

    /// <summary>The name under which it is stored.</summary>
    public string Name { get; }

    /// <summary>Its stanzas, in the order of the text.</summary>
    public IReadOnlyList<VaultPathRule> Rules { get; }

    /// <summary>Whether a path has a template, so that the policy depends on whom it is for.</summary>
    public bool IsTemplated { get; }

    /// <summary>Reads a policy in HCL or JSON. A text without stanzas is a policy that grants nothing.</summary>
    public static VaultPolicyParse Parse(string name, string text)
    {
        if (text.Length > MaxTextLength)
        {
            return Invalid($"longer than {MaxTextLength} characters");
        }

        HclParse parse = HclJson.Claims(text) ? HclJson.Parse(text) : HclParser.Parse(text);
        return parse.Error is { } error ? Invalid(error) : Read(name, parse.Items);
    }

    private static VaultPolicyParse Read(string name, IReadOnlyList<HclItem> items)
    {
        if (PolicyKeys.Check(items, Keys, prefix: "") is { } unknown)
        {
            return Invalid(unknown);
        }

        // The name in the text is for readers; the one it is stored under counts.
        var decoder = new StanzaDecoder();
        decoder.Text(items, "name");
        if (decoder.Error is { } misfit)
        {
            return Invalid(misfit);
        }

        var rules = new List<VaultPathRule>();
        foreach (HclItem stanza in items.Where(item => item.Keys[0] == "path"))
        {
            // Vault takes a stanza without a label for one about the path "path".
            string path = stanza.Keys.Count > 1 ? stanza.Keys[1] : "path";
            (VaultPathRule? rule, string? error) = PathRuleReader.Read(path, stanza.Value);
            if (rule is null)
            {
                return Invalid(error ?? "");
            }

            rules.Add(rule);
        }

        return new VaultPolicyParse.Parsed(new VaultPolicy(name, rules, rules.Exists(rule => PathTemplate.IsTemplated(rule.Path))));
    }

    private static VaultPolicyParse.Invalid Invalid(string problem) => new($"failed to parse policy: {problem}");
}
