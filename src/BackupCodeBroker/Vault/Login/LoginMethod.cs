namespace BackupCodeBroker.Vault.Login;

/// <summary>What came of trying to get a token. Closed.</summary>
internal abstract record Obtained
{
    private Obtained()
    {
    }

    /// <summary>A token that Vault accepts; a lease of zero never ends.</summary>
    internal sealed record Token(VaultToken Value, string Accessor, TimeSpan Lease, bool Renewable) : Obtained;

    /// <summary>No token, and why, for people.</summary>
    internal sealed record Nothing(string Why) : Obtained;
}

/// <summary>A way to get a token of the broker's own.</summary>
internal abstract class LoginMethod
{
    /// <summary>Whether tokens obtained are the broker's alone, so that it revokes the last one when it stops.</summary>
    public abstract bool OwnsToken { get; }

    /// <summary>How often to look whether the source has changed; null where it cannot change a token that is already held.</summary>
    public virtual TimeSpan? WatchEvery => null;

    /// <summary>Whether the source now holds another token than the one obtained last.</summary>
    public virtual bool HasChanged() => false;

    /// <summary>Tries to get a token.</summary>
    public abstract Task<Obtained> ObtainAsync(VaultCall call);

    /// <summary>The method that the settings name.</summary>
    public static LoginMethod Of(LoginSettings settings, VaultClient vault, VaultSettings names) => settings switch
    {
        { CredentialsDirectory: { Length: > 0 } directory } => new AppRoleLogin(directory, vault, names),
        { TokenFile: { Length: > 0 } file } => new TokenFileLogin(file, vault),
        _ => throw new ArgumentException(string.Join("; ", settings.Validate()), nameof(settings)),
    };
}
