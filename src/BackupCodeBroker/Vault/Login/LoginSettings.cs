namespace BackupCodeBroker.Vault.Login;

/// <summary>Where the broker's own access to Vault comes from: exactly one of the two.</summary>
internal sealed record LoginSettings
{
    /// <summary>A folder with <c>role-id</c> and <c>secret-id</c> or <c>wrapped-secret-id</c>.</summary>
    public string? CredentialsDirectory { get; init; }

    /// <summary>A file that holds a token and that somebody else, such as Vault Agent, keeps fresh.</summary>
    public string? TokenFile { get; init; }

    /// <summary>
    /// Every error of the settings. Files that are not there yet are none: whoever delivers them may come after the broker, which says
    /// until then what it waits for.
    /// </summary>
    public IReadOnlyList<string> Validate() => (CredentialsDirectory, TokenFile) switch
    {
        (null or "", null or "") => ["vault.login: name a credentials directory (--credentials) or a token file"],
        (not (null or ""), not (null or "")) => ["vault.login: a credentials directory and a token file are two ways; name one"],
        _ => [],
    };
}
