using BackupCodeBroker.Core.WhoCan;

namespace BackupCodeBroker.WhoCan;

/// <summary>Where an auth method keeps what gives policies to who logs in by it.</summary>
/// <param name="Kind">What it is there.</param>
/// <param name="List">The folder that is listed, below the mount.</param>
/// <param name="Read">The folder that each is read in; mostly the same.</param>
internal sealed record RoleFolder(LogInRoleKind Kind, string List, string Read)
{
    public RoleFolder(LogInRoleKind kind, string folder)
        : this(kind, folder, folder)
    {
    }
}

/// <summary>The auth methods of Vault and OpenBao, as far as they are known here. One that is not makes an answer incomplete.</summary>
internal static class AuthMethods
{
    private static readonly RoleFolder Roles = new(LogInRoleKind.Role, "role");
    private static readonly RoleFolder Users = new(LogInRoleKind.User, "users");
    private static readonly RoleFolder Groups = new(LogInRoleKind.Group, "groups");
    private static readonly RoleFolder ListedAsRoles = new(LogInRoleKind.Role, "roles", "role");

    private static readonly Dictionary<string, RoleFolder[]> Known = new(StringComparer.Ordinal)
    {
        ["token"] = [new(LogInRoleKind.TokenRole, "roles")],
        ["ns_token"] = [new(LogInRoleKind.TokenRole, "roles")],
        ["approle"] = [new(LogInRoleKind.Account, "role")],
        ["userpass"] = [Users],
        ["ldap"] = [Users, Groups],
        ["okta"] = [Users, Groups],
        ["radius"] = [Users],
        ["kerberos"] = [Groups],
        ["github"] = [new(LogInRoleKind.Group, "map/teams"), new(LogInRoleKind.User, "map/users")],
        ["cert"] = [new(LogInRoleKind.Role, "certs")],
        ["jwt"] = [Roles],
        ["oidc"] = [Roles],
        ["kubernetes"] = [Roles],
        ["azure"] = [Roles],
        ["oci"] = [Roles],
        ["alicloud"] = [Roles],
        ["aws"] = [ListedAsRoles],
        ["gcp"] = [ListedAsRoles],
        ["cf"] = [new(LogInRoleKind.Role, "roles")],
        ["pcf"] = [new(LogInRoleKind.Role, "roles")],
        ["saml"] = [Roles],
    };

    /// <summary>The folders of a method; null for one that is not known here.</summary>
    public static IReadOnlyList<RoleFolder>? FoldersOf(string type) => Known.GetValueOrDefault(type);
}
