namespace BackupCodeBroker.Vault.Login;

/// <summary>
/// Where the broker's own access to Vault comes from: one of these. Files that are not there yet are no error of the settings: whoever delivers them may come
/// after the broker, which says until then what it waits for.
/// </summary>
internal sealed record LoginSettings
{
    /// <summary>What is said where there is none.</summary>
    public const string NoMethod =
        "the broker has no way to log in to Vault: give --credentials DIR (bcb bootstrap --credentials DIR makes it), login.token_file, login.kubernetes or login.jwt";

    /// <summary>A folder with <c>role-id</c> and <c>secret-id</c> or <c>wrapped-secret-id</c>; null where AppRole is not used.</summary>
    public string? CredentialsDirectory { get; init; }

    /// <summary>A file that holds a token and that somebody else, such as Vault Agent, keeps fresh; null where there is none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The pod's service account; null where it is not used.</summary>
    public JwtLoginSettings? Kubernetes { get; init; }

    /// <summary>A JWT of somebody whom Vault trusts; null where it is not used.</summary>
    public JwtLoginSettings? Jwt { get; init; }

    /// <summary>A method of the optional library; null where it is not used.</summary>
    public LibraryLoginSettings? Library { get; init; }

    /// <summary>Whether nothing is set.</summary>
    public bool IsEmpty => Given.Count == 0;

    /// <summary>Whether it is AppRole, which is also what bootstrap prepares where nothing is set.</summary>
    public bool IsAppRole => IsEmpty || CredentialsDirectory is not null;

    /// <summary>Kubernetes or JWT, whichever is set.</summary>
    public JwtLoginSettings? ByJwt => Kubernetes ?? Jwt;

    private IReadOnlyList<string> Given =>
    [
        .. Name(CredentialsDirectory is not null, "login.credentials"),
        .. Name(TokenFile is not null, "login.token_file"),
        .. Name(Kubernetes is not null, "login.kubernetes"),
        .. Name(Jwt is not null, "login.jwt"),
        .. Name(Library is not null, "login.vaultsharp"),
    ];

    /// <summary>The mount that the broker logs in at, without <c>auth/</c>: AppRole's where nobody can say.</summary>
    public string MountIn(VaultSettings names) => ByJwt?.Mount ?? Library?.Mount ?? names.AppRoleMount;

    /// <summary>Every error; empty where they are sound, also where nothing is set.</summary>
    public IEnumerable<string> Errors() =>
    [
        .. Given.Count > 1 ? [string.Join(" and ", Given) + " exclude each other: one log-in is the broker's"] : (string[])[],
        .. Kubernetes?.Errors() ?? [],
        .. Jwt?.Errors() ?? [],
        .. Library?.Errors() ?? [],
    ];

    private static string[] Name(bool isGiven, string name) => isGiven ? [name] : [];
}
