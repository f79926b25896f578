namespace BackupCodeBroker.Vault.Login;

/// <summary>
/// A token from a file that somebody else keeps, such as the sink of Vault Agent. The token is not the broker's to revoke, and the file
/// is read again when what is in it changes.
/// </summary>
internal sealed class TokenFileLogin(string file, VaultClient vault) : ILoginMethod
{
    private VaultToken? _current;

    /// <inheritdoc/>
    public bool OwnsToken => false;

    /// <inheritdoc/>
    public TimeSpan? WatchEvery { get; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public bool HasChanged() =>
        SecretFile.Read(file, out _) is { } text
        && VaultToken.TryParse(text, out _) is { } token
        && _current?.SameAs(token) is not true;

    /// <inheritdoc/>
    public async Task<Obtained> ObtainAsync(VaultCall call)
    {
        if (SecretFile.Read(file, out var why) is not { } text)
        {
            return new Obtained.Nothing(why);
        }

        if (VaultToken.TryParse(text, out var error) is not { } token)
        {
            return new Obtained.Nothing($"'{file}': {error}");
        }

        _current = token;
        return await vault.LookupSelfAsync(token, call).ConfigureAwait(false) switch
        {
            VaultAnswer<TokenFacts>.Ok(var facts, _) => new Obtained.Token(token, facts.Accessor, facts.Ttl, facts.Renewable),
            VaultAnswer<TokenFacts>.Denied => new Obtained.Nothing($"Vault does not accept the token in '{file}'"),
            VaultAnswer<TokenFacts>.Faulted(var fault) => new Obtained.Nothing(fault.Describe()),
            _ => new Obtained.Nothing("Vault does not know the token"),
        };
    }
}
