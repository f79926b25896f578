using System.Reflection;
using System.Text.RegularExpressions;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Bootstrap;

/// <summary>A policy as it is to stand in Vault; a templated one still lacks the token mount's accessor.</summary>
internal sealed record ShippedPolicy(string ShippedName, string Name, string Text)
{
    /// <summary>What stands for the token mount's accessor in a shipped policy.</summary>
    public const string AccessorPlaceholder = "TOKEN_MOUNT_ACCESSOR";

    /// <summary>Whether it waits for the accessor.</summary>
    public bool IsTemplated => Text.Contains(AccessorPlaceholder, StringComparison.Ordinal);

    /// <summary>The text for the Vault whose token mount has this accessor.</summary>
    public string For(string tokenMountAccessor) => Text.Replace(AccessorPlaceholder, tokenMountAccessor, StringComparison.Ordinal);
}

/// <summary>
/// The files of <c>vault-policies/</c>, which the executable carries. They are written with the default names; where configuration
/// names mounts, keys, roles or policies otherwise, each segment of each path that is a default name is replaced, and nothing else.
/// </summary>
internal static partial class ShippedPolicies
{
    private const string Folder = "vault-policies/";
    private const string Extension = ".hcl";
    private const string Prefix = "bcb-";

    private static readonly VaultSettings Defaults = new();

    /// <summary>The policy that bootstrap itself runs under: it may look at this one and not write it.</summary>
    public const string OwnName = "bcb-bootstrap";

    /// <summary>The policy that the broker's token needs beside its own where some profile has a recovery.</summary>
    public const string Recovery = "bcb-recovery";

    /// <summary>What a shipped policy for others than the broker's roles is called where its prefix is another.</summary>
    public static string NameOf(string shipped, string prefix) => prefix + shipped[Prefix.Length..];

    /// <summary>Every shipped policy, in the words of <paramref name="settings"/>.</summary>
    public static IReadOnlyList<ShippedPolicy> In(VaultSettings settings, string prefix)
    {
        var names = Names(settings, prefix);
        return [.. Files().Select(file => new ShippedPolicy(file.Name, names[file.Name], Rewrite(file.Text, names)))];
    }

    /// <summary>A policy's text with the segments of its paths renamed.</summary>
    internal static string Rewrite(string text, IReadOnlyDictionary<string, string> names) => PathOfRule().Replace(text, rule =>
        string.Join('/', rule.Value.Split('/').Select(segment => names.GetValueOrDefault(segment, segment))));

    private static Dictionary<string, string> Names(VaultSettings settings, string prefix)
    {
        var names = Files().ToDictionary(file => file.Name, file => NameOf(file.Name, prefix), StringComparer.Ordinal);
        names[Defaults.TokenRole] = settings.TokenRole;
        names[Defaults.SweeperRole] = settings.SweeperRole;
        names[Defaults.AppRoleName] = settings.AppRoleName;
        names[Defaults.KvMount] = settings.KvMount;
        names[Defaults.AskMount] = settings.AskMount;
        names[Defaults.TransitMount] = settings.TransitMount;
        names[Defaults.PepperKey] = settings.PepperKey;
        names[Defaults.AppRoleMount] = settings.AppRoleMount;
        names[Defaults.RecoveryMount] = settings.RecoveryMount;
        names[Defaults.RecoveryRolePrefix + "*"] = settings.RecoveryRolePrefix + "*";
        return names;
    }

    private static IEnumerable<(string Name, string Text)> Files()
    {
        var assembly = typeof(ShippedPolicies).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (name[Folder.Length..^Extension.Length], Read(assembly, name)));
    }

    private static string Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not in the executable");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>What stands between the quotes of a rule's path; rules shown in comments are renamed with the others.</summary>
    [GeneratedRegex("""(?<=^(#\s+)?path ")[^"]+(?=")""", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex PathOfRule();
}
