namespace BackupCodeBroker.Core.Audit;

/// <summary>What a request to Vault is about, as far as it concerns the broker.</summary>
/// <param name="Kind">Which kind.</param>
/// <param name="Name">Identity, operation with its target, policy, role, entity or mount; empty where the kind says it all.</param>
public readonly record struct Subject(SubjectKind Kind, string Name = "")
{
    /// <summary>Nothing that concerns the broker.</summary>
    public static Subject Other => default;

    /// <summary>Whether it is code data: hashes, what leads to them, or the state that decides about them.</summary>
    public bool IsCodeData => Kind is SubjectKind.Document or SubjectKind.State or SubjectKind.Fleet or SubjectKind.Documents;
}

/// <summary>Kinds of subjects.</summary>
public enum SubjectKind
{
    /// <summary>Nothing that concerns the broker.</summary>
    Other,

    /// <summary>An identity's document; the name is what follows <c>bcb.</c>.</summary>
    Document,

    /// <summary>The broker's state.</summary>
    State,

    /// <summary>The list of identities, lockdowns or the lease: what the sweeper's child works with.</summary>
    Fleet,

    /// <summary>Anything else below the documents' mount: deleting, undeleting, destroying, metadata.</summary>
    Documents,

    /// <summary>The documents' mount's configuration.</summary>
    KvConfig,

    /// <summary>A caller's permission; the name is operation and target.</summary>
    Ask,

    /// <summary>Whether the mount is there by which callers are authorised.</summary>
    AskReady,

    /// <summary>A child token by a role of the broker's; the name is the role.</summary>
    Mint,

    /// <summary>Another new token.</summary>
    TokenMade,

    /// <summary>Who a token is.</summary>
    LookupSelf,

    /// <summary>A token's renewal by itself.</summary>
    RenewSelf,

    /// <summary>A token's end by itself.</summary>
    RevokeSelf,

    /// <summary>Whether an accessor's token lives.</summary>
    LookupAccessor,

    /// <summary>The end of a token by its accessor.</summary>
    RevokeAccessor,

    /// <summary>What a token may do.</summary>
    Capabilities,

    /// <summary>The entity that an alias leads to.</summary>
    AliasLookup,

    /// <summary>An entity, or a group, which may own as well, read; the name is its id.</summary>
    EntityRead,

    /// <summary>An entity, changed; the name is its id, or empty where the path has none.</summary>
    EntityChange,

    /// <summary>An alias, changed.</summary>
    AliasChange,

    /// <summary>A group, changed; the name is its id, or empty where the path has none.</summary>
    GroupChange,

    /// <summary>The pepper, used.</summary>
    PepperHmac,

    /// <summary>The pepper's key, changed, exported or backed up.</summary>
    PepperKey,

    /// <summary>The pepper's key, looked at.</summary>
    PepperRead,

    /// <summary>A credential of a recovery, made; the name is the identity's.</summary>
    RecoveryMade,

    /// <summary>A recovery role's public half, read; the name is the identity's.</summary>
    RecoveryRole,

    /// <summary>A recovery's secret-id, ended; the name is the identity's.</summary>
    RecoveryEnded,

    /// <summary>A recovery role, changed; the name is the role's.</summary>
    RecoveryRoleChange,

    /// <summary>A wrap, made.</summary>
    Wrap,

    /// <summary>A wrap, opened.</summary>
    Unwrap,

    /// <summary>A wrap, wrapped again.</summary>
    Rewrap,

    /// <summary>A wrap, looked at.</summary>
    WrapLookup,

    /// <summary>A policy, changed; the name is its.</summary>
    Policy,

    /// <summary>A mount, changed; the name is its path.</summary>
    Mount,

    /// <summary>Mounts, moved.</summary>
    Remount,

    /// <summary>An audit device or an audited header, changed.</summary>
    Audit,

    /// <summary>A token role or the broker's log-in, changed; the name is the role's.</summary>
    Role,

    /// <summary>The broker's log-in's public half or a credential, looked at.</summary>
    RoleRead,

    /// <summary>Log-in by the broker's method.</summary>
    Login,

    /// <summary>Storage, past all interfaces.</summary>
    Storage,

    /// <summary>A root token in the making.</summary>
    GenerateRoot,

    /// <summary>Seal, rekey, key rotation: to know, not to explain.</summary>
    Upkeep,
}
