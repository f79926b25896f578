namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>What came of reading a policy's text.</summary>
public abstract record VaultPolicyParse
{
    private VaultPolicyParse()
    {
    }

    /// <summary>The text is a policy.</summary>
    public sealed record Parsed(VaultPolicy Policy) : VaultPolicyParse;

    /// <summary>
    /// The text is no policy. The message is the whole text that Vault's <c>sys/policies/acl</c> answers in <c>errors</c>,
    /// <c>failed to parse policy: </c> included.
    /// </summary>
    public sealed record Invalid(string Message) : VaultPolicyParse;
}
