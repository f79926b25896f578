namespace BackupCodeBroker.DevVault.Policies;

/// <summary>The policies that every Vault has. <c>root</c> has no text: it grants everything.</summary>
internal static class BuiltInPolicies
{
    public const string Root = "root";
    public const string Default = "default";
    public const string ResponseWrapping = "response-wrapping";
    public const string ControlGroup = "control-group";

    public const string ResponseWrappingText = """
        path "cubbyhole/response" { capabilities = ["create", "read"] }
        path "sys/wrapping/unwrap" { capabilities = ["update"] }
        """;

    public const string DefaultText = """
        # A token may look itself up, renew and revoke itself, and ask what it may do
        path "auth/token/lookup-self" { capabilities = ["read"] }
        path "auth/token/renew-self" { capabilities = ["update"] }
        path "auth/token/revoke-self" { capabilities = ["update"] }
        path "sys/capabilities-self" { capabilities = ["update"] }

        # It may read its own entity
        path "identity/entity/id/{{identity.entity.id}}" { capabilities = ["read"] }
        path "identity/entity/name/{{identity.entity.name}}" { capabilities = ["read"] }
        path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }

        # It may renew and look up leases whose id it knows
        path "sys/renew" { capabilities = ["update"] }
        path "sys/leases/renew" { capabilities = ["update"] }
        path "sys/leases/lookup" { capabilities = ["update"] }

        # Its cubbyhole is its own
        path "cubbyhole/*" { capabilities = ["create", "read", "update", "delete", "list"] }

        # It may wrap values, and look up and unwrap what it was given
        path "sys/wrapping/wrap" { capabilities = ["update"] }
        path "sys/wrapping/lookup" { capabilities = ["update"] }
        path "sys/wrapping/unwrap" { capabilities = ["update"] }

        path "sys/tools/hash" { capabilities = ["update"] }
        path "sys/tools/hash/*" { capabilities = ["update"] }
        path "sys/control-group/request" { capabilities = ["update"] }
        """;

    /// <summary>Policies that nobody may write or delete.</summary>
    public static bool IsImmutable(string name) => name is Root or ResponseWrapping or ControlGroup;

    /// <summary>Policies that no token may be given.</summary>
    public static bool IsUnassignable(string name) => name is ResponseWrapping or ControlGroup;
}
