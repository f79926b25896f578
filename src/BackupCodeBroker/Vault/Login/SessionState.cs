namespace BackupCodeBroker.Vault.Login;

/// <summary>Whether the broker is logged in at Vault. Closed.</summary>
internal abstract record SessionState
{
    private SessionState()
    {
    }

    /// <summary>Logged in. The generation rises with each new token; children of an earlier one died with it.</summary>
    internal sealed record LoggedIn(VaultToken Token, string Accessor, long Generation) : SessionState;

    /// <summary>Not logged in, and why, for people and without a secret.</summary>
    internal sealed record LoggedOut(string Why) : SessionState;
}
