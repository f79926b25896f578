using System.Text.Json;
using System.Text.RegularExpressions;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Bootstrap;

/// <summary>Whether a role lets in whoever its method knows. What narrows it at all is its administrator's to judge; what names nobody is found.</summary>
internal static partial class LoginReach
{
    /// <summary>Of a role of Kubernetes, the labels of namespaces whose accounts it lets in beside those that it names (Vault 1.15).</summary>
    public const string NamespaceSelector = "bound_service_account_namespace_selector";

    // Kubernetes itself labels every namespace with its name.
    private const string LabelOfAll = "kubernetes.io/metadata.name";

    /// <summary>Of a role of Kubernetes: a pattern among its names or namespaces, or labels that namespaces need not have.</summary>
    public static bool IsOpenKubernetes(AdminFields role) =>
        Texts(role.Find("bound_service_account_names")).Concat(Texts(role.Find("bound_service_account_namespaces"))).Any(name => name.Contains('*', StringComparison.Ordinal))
        || Selector(role) is { Length: > 0 } selector && !Narrows(selector);

    /// <summary>Of a role of JWT: no subject, and no claim that has to say something.</summary>
    public static bool IsOpenJwt(AdminFields role) =>
        Text(role.Find("bound_subject")).Length == 0 && !Claims(role).Any(claim => Narrows(claim, isGlob: Text(role.Find("bound_claims_type")) == "glob"));

    /// <summary>A role's namespace selector; empty where it has none.</summary>
    public static string Selector(AdminFields role) => Text(role.Find(NamespaceSelector)).Trim();

    /// <summary>
    /// What a role of Kubernetes should be where its account is named: namespaces that are chosen by their labels would be another way in. A Vault that knows no
    /// selectors has none to take away.
    /// </summary>
    public static AdminFields NamedAlone(AdminFields desired, AdminFields role) =>
        Selector(role).Length > 0 ? desired.And(AdminFields.Of((NamespaceSelector, ""))) : desired;

    // All claims must fit, of each any of its values; as a pattern * fits everything.
    private static bool Narrows(JsonElement claim, bool isGlob) => !Texts(claim).Any(value => isGlob && value.Length > 0 && value.All(c => c == '*'));

    // A label selector, as JSON or YAML. It is met by namespaces without any label unless a label has to have a value, or to be there.
    private static bool Narrows(string selector)
    {
        var words = Words().Matches(selector).Select(match => match.Value).Where(word => word is not ("-" or "~" or "null")).ToList();
        var (labels, expressions) = (words.IndexOf("matchLabels"), words.IndexOf("matchExpressions"));
        return labels >= 0 && labels + 1 < words.Count && labels + 1 != expressions
            || expressions >= 0 && (words.Contains("In") || words.Contains("Exists") && !words.Contains(LabelOfAll));
    }

    private static IEnumerable<JsonElement> Claims(AdminFields role) =>
        role.Find("bound_claims") is { ValueKind: JsonValueKind.Object } claims ? claims.EnumerateObject().Select(claim => claim.Value) : [];

    private static string Text(JsonElement? value) => value is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    private static IEnumerable<string> Texts(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray().Select(item => item.ToString()),
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } or null => [],
        { } one => [one.ToString()],
    };

    [GeneratedRegex("""[^\s{}\[\],:"']+""")]
    private static partial Regex Words();
}
