namespace BackupCodeBroker.Vault.Login;

/// <summary>The method that the settings name.</summary>
internal static class LoginMethods
{
    /// <summary>Makes it. The settings must be sound.</summary>
    public static ILoginMethod Of(LoginSettings settings, VaultClient vault, VaultSettings names, TimeProvider time) => settings switch
    {
        { CredentialsDirectory: { } directory } => new AppRoleLogin(directory, vault, names),
        { TokenFile: { } file } => new TokenFileLogin(file, vault),
        { Kubernetes: { } kubernetes } => new JwtLogin(kubernetes, vault, time),
        { Jwt: { } jwt } => new JwtLogin(jwt, vault, time),
        { Library: { } library } => LoginLibrary.Load()?.Create(library, names, time) ?? throw new ArgumentException(LoginLibrary.Missing, nameof(settings)),
        _ => throw new ArgumentException(LoginSettings.NoMethod, nameof(settings)),
    };
}
