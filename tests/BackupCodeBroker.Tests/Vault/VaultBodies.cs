namespace BackupCodeBroker.Tests.Vault;

/// <summary>Bodies as Vault sends them.</summary>
internal static class VaultBodies
{
    public const string Nothing = """{"errors":[]}""";
    public const string BadToken = """{"errors":["permission denied"]}""";
    public const string NoCapability = """{"errors":["1 error occurred:\n\t* permission denied\n\n"]}""";
    public const string NewBadToken = """{"errors":["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]}""";
    public const string NoToken = """{"errors":["missing client token"]}""";
    public const string Disabled = """{"errors":["entity from given entity alias is disabled"]}""";
    public const string Sealed = """{"errors":["Vault is sealed"]}""";
    public const string NoLeader = """{"errors":["local node not active but active cluster node not found"]}""";
    public const string NoHandler = """{"errors":["no handler for route 'backup-codes/data/x'"]}""";
    public const string InternalError = """{"errors":["internal error"]}""";
    public const string Conflict = """{"errors":["check-and-set parameter did not match the current version"]}""";
    public const string CasRequired = """{"errors":["check-and-set parameter required for this call"]}""";
    public const string NotValid = """{"errors":["wrapping token is not valid or does not exist"]}""";
    public const string InvalidAccessor = """{"errors":["1 error occurred:\n\t* invalid accessor\n\n"]}""";

    public const string Document =
        """{"request_id":"r1","data":{"data":{"k": "v1","n":3},"metadata":{"created_time":"t","deletion_time":"","destroyed":false,"version":7}}}""";

    public const string Removed =
        """{"request_id":"r1","data":{"data":null,"metadata":{"created_time":"t","deletion_time":"t2","destroyed":false,"version":7}}}""";

    public const string Saved = """{"request_id":"r1","data":{"created_time":"t","deletion_time":"","destroyed":false,"version":8}}""";

    public const string Wrapped =
        """{"request_id":"","wrap_info":{"token":"s.QvHdqH6txBRYUXab5CKHiPfX","accessor":"wa","ttl":60,"creation_time":"2026-11-24T05:20:52.799202400Z","creation_path":"sys/wrapping/wrap"}}""";

    public const string Login =
        """{"request_id":"r1","auth":{"client_token":"s.BrokerBrokerBrokerBroker","accessor":"a1","policies":["bcb-broker"],"lease_duration":600,"renewable":true,"entity_id":"e1","token_type":"service","orphan":true}}""";

    public static readonly string Child =
        $$$"""{"request_id":"r1","auth":{"client_token":"b.{{{new string('A', 100)}}}","accessor":"","policies":["bcb-identity"],"lease_duration":60,"renewable":false,"entity_id":"e1","token_type":"batch","orphan":false}}""";

    public const string Entity =
        """{"request_id":"r1","data":{"aliases":[{"canonical_id":"e1","id":"x","mount_accessor":"auth_token_1","mount_path":"auth/token/","name":"bcb.a"}],"direct_group_ids":["g1"],"disabled":false,"group_ids":["g1","g2"],"id":"e1","inherited_group_ids":["g2"],"metadata":{"team":"red"},"name":"n","policies":null}}""";

    public const string Self =
        """{"request_id":"r1","data":{"accessor":"a1","display_name":"token","entity_id":"","explicit_max_ttl":0,"id":"s.x","num_uses":0,"orphan":false,"path":"auth/token/create","policies":["default"],"renewable":true,"ttl":599,"type":"service"}}""";
}
