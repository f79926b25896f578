namespace BackupCodeBroker.Bootstrap;

/// <summary>Names of what bootstrap makes, for programs: <c>bcb doctor</c> and <c>/readyz</c> call a thing by the same one.</summary>
internal static class StepIds
{
    public const string DocumentMount = "document-mount";
    public const string DocumentConfig = "document-config";
    public const string AskMount = "ask-mount";
    public const string TransitMount = "transit-mount";
    public const string Pepper = "pepper";
    public const string BrokerPolicies = "broker-policies";
    public const string PeoplesPolicies = "peoples-policies";
    public const string TokenRoles = "token-roles";
    public const string AppRoleMount = "approle-mount";
    public const string LoginMount = "login-mount";
    public const string BrokerRole = "broker-role";
    public const string RecoveryMount = "recovery-mount";
    public const string AuditedHeader = "audited-header";
    public const string DecoyEntity = "decoy-entity";
    public const string DecoyDocument = "decoy-document";
    public const string State = "broker-state";
    public const string Credentials = "credentials";
}
