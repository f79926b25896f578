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
        (null or "", null or "") => ["login.credentials (--credentials) or login.token_file is needed: how the broker logs in at Vault"],
        (not (null or ""), not (null or "")) => ["login.credentials and login.token_file exclude each other"],
        _ => [],
    };
}
