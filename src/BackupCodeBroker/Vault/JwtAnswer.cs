namespace BackupCodeBroker.Vault;

/// <summary>What came of showing Vault a JWT. Closed.</summary>
internal abstract record JwtAnswer
{
    private JwtAnswer()
    {
    }

    /// <summary>Logged in.</summary>
    internal sealed record LoggedIn(LoginFacts Login) : JwtAnswer;

    /// <summary>Vault does not take the JWT, or not for this role; why, for people and without the JWT.</summary>
    internal sealed record Refused(string Why) : JwtAnswer;

    /// <summary>No answer.</summary>
    internal sealed record Faulted(VaultFault Fault) : JwtAnswer;
}
