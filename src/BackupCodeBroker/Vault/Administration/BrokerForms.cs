namespace BackupCodeBroker.Vault.Administration;

/// <summary>What the broker needs Vault's roles, keys and configurations to be, field by field, each with its reason.</summary>
internal static class BrokerForms
{
    private const int ChildSeconds = 60;

    /// <summary>How long a log-in of the broker lasts without renewal: a stopped broker's token dies soon.</summary>
    private const int BrokerTokenSeconds = 20 * 60;

    /// <summary>After a day the broker logs in anew, so that a token that leaked is no good for longer.</summary>
    private const int BrokerTokenMaxSeconds = 24 * 60 * 60;

    /// <summary>
    /// The document mount: every write by check-and-set, a replaced hash is gone at once, and no document goes by itself: identities, the decoy
    /// and the state would be missing one day.
    /// </summary>
    public static AdminFields DocumentMount { get; } = AdminFields.Of(("cas_required", true), ("max_versions", 1), ("delete_version_after", "0s"));

    /// <summary>
    /// A token role for children. A role of type <c>batch</c> would have to make orphans, which outlive the broker's token; so the
    /// default is batch, and the broker's policy lets it ask for nothing else. The glob is named to be empty: it would let in any policy.
    /// </summary>
    public static AdminFields ChildRole(string policy, string alias) => AdminFields.Of(
        ("allowed_policies", new[] { policy }),
        ("allowed_policies_glob", Array.Empty<string>()),
        ("allowed_entity_aliases", new[] { alias }),
        ("token_type", "default-batch"),
        ("orphan", false),
        ("renewable", false),
        ("path_suffix", ""),
        ("token_period", 0),
        ("token_explicit_max_ttl", ChildSeconds));

    /// <summary>The broker's log-in. Any number of brokers share a secret-id; batch tokens could have no children.</summary>
    public static AdminFields BrokerRole(IReadOnlyList<string> policies) =>
        BrokerToken(policies).And(AdminFields.Of(("bind_secret_id", true), ("secret_id_num_uses", 0)));

    /// <summary>The broker's log-in by JWT; whom it lets in is the administrator's to say.</summary>
    public static AdminFields JwtRole(IReadOnlyList<string> policies, bool isKubernetes) =>
        isKubernetes ? BrokerToken(policies) : BrokerToken(policies).And(AdminFields.Of(("role_type", "jwt")));

    /// <summary>A new pepper. Keys of every type can make HMACs; Vault 1.8 has no type of its own for it.</summary>
    public static AdminFields NewPepper { get; } = AdminFields.Of(("type", "aes256-gcm96"), ("exportable", false));

    /// <summary>What can never be taken back from a key: where it is so, the pepper may be known outside Vault.</summary>
    public static AdminFields PepperKeptInside { get; } = AdminFields.Of(("exportable", false), ("allow_plaintext_backup", false));

    /// <summary>Without the pepper every printable code is dead, so nobody deletes it by mistake.</summary>
    public static AdminFields PepperKept { get; } = AdminFields.Of(("deletion_allowed", false));

    /// <summary>A traceparent is no secret, and an HMAC of it joins nothing.</summary>
    public static AdminFields HeaderInClear { get; } = AdminFields.Of(("hmac", false));

    private static AdminFields BrokerToken(IReadOnlyList<string> policies) => AdminFields.Of(
        ("token_policies", policies.ToArray()),
        ("token_no_default_policy", true),
        ("token_type", "service"),
        ("token_ttl", BrokerTokenSeconds),
        ("token_max_ttl", BrokerTokenMaxSeconds),
        ("token_num_uses", 0),
        ("token_period", 0));
}
