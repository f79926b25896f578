using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Access;

/// <summary>
/// Tells people from machines by where they logged in: Vault says by which path a token was made, and log-in methods are mounted under their type's name
/// unless somebody chose another, which configuration then names. A token made by another token (<c>auth/token</c>) tells nothing.
/// </summary>
/// <param name="people">Mount paths of further log-ins that people use.</param>
/// <param name="machines">Mount paths of further log-ins that machines use.</param>
internal sealed class LoginKinds(IReadOnlyList<string> people, IReadOnlyList<string> machines)
{
    private static readonly string[] PeoplesMethods = ["userpass", "ldap", "oidc", "github", "okta", "radius", "kerberos", "saml"];

    private static readonly string[] MachinesMethods =
        ["approle", "kubernetes", "aws", "azure", "gcp", "alicloud", "cf", "cert", "jwt", "oci", "spiffe"];

    /// <summary>By the methods' usual mounts alone.</summary>
    public static LoginKinds Usual { get; } = new([], []);

    /// <summary>Who holds a token that was made by this path.</summary>
    public CallerKind Of(string creationPath) =>
        (Longest(creationPath, people), Longest(creationPath, machines)) switch
        {
            (0, 0) => Usually(creationPath),
            var (person, machine) => person >= machine ? CallerKind.Person : CallerKind.Machine,
        };

    private static CallerKind Usually(string path) =>
        Longest(path, PeoplesMethods) > 0 ? CallerKind.Person
        : Longest(path, MachinesMethods) > 0 ? CallerKind.Machine
        : CallerKind.Unknown;

    private static int Longest(string path, IReadOnlyList<string> mounts) =>
        mounts.Where(m => path.StartsWith($"auth/{m}/", StringComparison.Ordinal)).Select(m => m.Length).DefaultIfEmpty().Max();
}
