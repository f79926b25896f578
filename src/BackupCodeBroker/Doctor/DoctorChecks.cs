using BackupCodeBroker.Bootstrap;

namespace BackupCodeBroker.Doctor;

/// <summary>What one check is about.</summary>
/// <param name="Id">Its name for programs; it never changes.</param>
/// <param name="Meaning">What is looked at, and what is right.</param>
/// <param name="Fix">What is usually done about a finding.</param>
internal sealed record DoctorCheck(string Id, string Meaning, string Fix);

/// <summary>Every check there is. The table in <c>src/docs/doctor.md</c> is this one, held equal by a test.</summary>
internal static class DoctorChecks
{
    public const string Configuration = "configuration";
    public const string VaultAddress = "vault-address";
    public const string VaultReachable = "vault-reachable";
    public const string VaultInitialised = "vault-initialised";
    public const string VaultUnsealed = "vault-unsealed";
    public const string VaultVersion = "vault-version";
    public const string VaultStorage = "vault-storage";
    public const string VaultReplication = "vault-replication";
    public const string StandbyReads = "standby-reads";
    public const string ClockSkew = "clock-skew";
    public const string LoginJwt = "login-jwt";
    public const string Token = "token";
    public const string StateContent = "state-content";
    public const string DecoyContent = "decoy-content";
    public const string Epoch = "epoch";
    public const string Heartbeat = "heartbeat";
    public const string SweeperEntity = "sweeper-entity";
    public const string IdentityEntities = "identity-entities";
    public const string RecoveryRoles = "recovery-roles";
    public const string AuditDevices = "audit-devices";
    public const string AuditLogRaw = "audit-log-raw";
    public const string AuditSpare = "audit-spare";
    public const string AuditAccessors = "audit-accessors";
    public const string AuditClearKeys = "audit-clear-keys";
    public const string AuditedSecrets = "audited-secrets";
    public const string PoliciesTooBroad = "policies-too-broad";
    public const string PoliciesOnDocuments = "policies-on-documents";
    public const string PoliciesOnChildren = "policies-on-children";
    public const string OwnRecovery = "own-recovery";
    public const string BrokerReachable = "broker-reachable";
    public const string BrokerReady = "broker-ready";
    public const string BrokerVersion = "broker-version";

    private const string RunBootstrap = "`bcb bootstrap`";

    /// <summary>All of them, in the order in which they are made.</summary>
    public static IReadOnlyList<DoctorCheck> All { get; } =
    [
        new(Configuration, "The server's configuration file and environment hold no error.", "correct each setting that is named"),
        new(LoginJwt, "Where the broker logs in by JWT: the file on this machine holds one that has not ended.", "whoever keeps the file"),
        new(VaultAddress, "The token is sent over https, or over http on this machine alone; the configuration and `VAULT_ADDR` mean the same Vault; nobody counts on `VAULT_SKIP_VERIFY`.", "make the two the same, give `VAULT_CACERT`"),
        new(VaultReachable, "Vault answers.", "address, network, certificate"),
        new(VaultInitialised, "Vault is initialised.", "`vault operator init`"),
        new(VaultUnsealed, "Vault is unsealed.", "`vault operator unseal`"),
        new(VaultVersion, "Vault 1.8 or later, or OpenBao 2.", "upgrade Vault"),
        new(VaultStorage, "Vault keeps its data on something that outlives it.", "a storage backend (raft)"),
        new(VaultReplication, "The address leads to a primary cluster, not to a replica of one.", "the primary's address"),
        new(StandbyReads, "Reads are answered by the active node, never by a standby that may lag behind.", "turn standby reads off, or the active node's address"),
        new(ClockSkew, "This machine's clock and Vault's differ by at most 5 s (error above 30 s). Run doctor where the broker runs.", "synchronise clocks (NTP)"),
        new(Token, "Vault takes the token that doctor looks with.", "`vault login`"),
        new(StepIds.DocumentMount, "The mount of the documents is KV version 2.", RunBootstrap),
        new(StepIds.DocumentConfig, "`cas_required` is on, `max_versions` is 1, `delete_version_after` is off.", RunBootstrap),
        new(StepIds.AskMount, "The mount by which callers are authorised is KV version 1.", RunBootstrap),
        new(StepIds.TransitMount, "The pepper's mount is Transit.", RunBootstrap),
        new(StepIds.Pepper, "The pepper's key is there, cannot be exported, backed up in plaintext or deleted.", RunBootstrap),
        new(StepIds.BrokerPolicies, "The policies of the broker and its children mean what the shipped ones mean, and no more.", RunBootstrap),
        new(StepIds.PeoplesPolicies, "The shipped policies for people mean what was shipped (an error where one grants more).", RunBootstrap),
        new(StepIds.TokenRoles, "The token roles make children of the one kind: one policy, the broker's aliases, batch, 60 s, no orphans.", RunBootstrap),
        new(StepIds.AppRoleMount, "AppRole is enabled, where the broker logs in by it.", RunBootstrap),
        new(StepIds.LoginMount, "Kubernetes or JWT is enabled, where the broker logs in by it.", "the commands that are named"),
        new(StepIds.RecoveryMount, "AppRole is enabled for recoveries, where a profile has one.", RunBootstrap),
        new(StepIds.BrokerRole, "The broker's role has its one policy, no default policy, service tokens, a secret-id for many uses or one whom it lets in; lifetimes and CIDRs are shown.", RunBootstrap),
        new(StepIds.Credentials, "The broker's role-id and secret-id on this machine are those that Vault takes, and nobody else may read them.", "`bcb bootstrap --credentials DIR`"),
        new(StepIds.AuditedHeader, "`traceparent` stands in the audit log in clear.", RunBootstrap),
        new(StepIds.DecoyEntity, "The decoy's entity is there, enabled, without a policy.", RunBootstrap + ", or the command that is named"),
        new(StepIds.DecoyDocument, "The decoy's document is there.", RunBootstrap),
        new(StepIds.State, "`broker/state` is there.", RunBootstrap),
        new(DecoyContent, "The decoy's document can be read by this version and belongs to the decoy's entity.", "restore it, or " + RunBootstrap),
        new(StateContent, "`broker/state` can be read by this version.", "upgrade, or restore it"),
        new(Epoch, "The configured epoch is not below the floor in `broker/state`.", "the deployment's epoch in its configuration"),
        new(Heartbeat, "The leading worker's last beat does not lie ahead of this machine's clock: where it does no broker of such a clock takes a code or leads.", "synchronise clocks (NTP), or raise `epoch`"),
        new(SweeperEntity, "The sweeper's entity is enabled and without a policy, once it is there.", "the command that is named"),
        new(IdentityEntities, "No entity that carries an identity's alias was given a policy, itself or by a group (the first 500).", "the command that is named"),
        new(RecoveryRoles, "The roles that recoveries hand credentials of give nothing of the broker's own, can be ended, and live shortly (the first 500 of each kind).", "the command that is named"),
        new(AuditDevices, "Vault has an audit device.", "`vault audit enable`"),
        new(AuditLogRaw, "No audit device writes secrets in clear (`log_raw`).", "enable another without `log_raw`, then disable the device"),
        new(AuditSpare, "There is a second audit device: Vault stops answering when it can write to none.", "`vault audit enable`"),
        new(AuditAccessors, "Audit devices hash accessors.", "enable another without `hmac_accessor=false`, then disable the device"),
        new(AuditClearKeys, "No mount that the broker uses was tuned to show values in clear in the audit log.", "`vault secrets tune`"),
        new(AuditedSecrets, "No request header that carries a token (`X-Vault-Token`, `Authorization`, `Cookie`) stands in the audit log in clear.", "`vault delete sys/config/auditing/request-headers/NAME`"),
        new(PoliciesTooBroad, "No policy grants the probe path (the first 500 policies): the broker refuses its holders.", "grant operations by name"),
        new(PoliciesOnDocuments, "No other policy lets its holders write or delete on the mount of the documents.", "take the rule out, or deny the mount in it"),
        new(PoliciesOnChildren, "No other policy lets its holders mint the broker's children.", "take the rule out, or deny the path in it"),
        new(OwnRecovery, "No identity's own entity may issue codes for it: whoever stole its log-in would make themselves some (needs a token that may `list`, and is not too broad; the first 500).", "another owner, or the commands that are named"),
        new(BrokerReachable, "A broker answers at `BCB_ADDR`.", "start it, or set `BCB_ADDR`"),
        new(BrokerReady, "That broker is ready; what it remarks beside that is shown.", "what it says"),
        new(BrokerVersion, "That broker and this program are of one version.", "the same version on both"),
    ];
}
