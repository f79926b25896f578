using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Configuration;

internal sealed partial class SettingsReader
{
    private static readonly string[] JwtKeys = [":mount", ":role", ":file"];

    private LoginSettings Login()
    {
        var login = new LoginSettings
        {
            CredentialsDirectory = Text("login:credentials"),
            TokenFile = Text("login:token_file"),
            Kubernetes = ByJwt(JwtLoginSettings.KubernetesSetting, "kubernetes", JwtLoginSettings.ServiceAccountFile),
            Jwt = ByJwt(JwtLoginSettings.JwtSetting, "jwt", ""),
            Library = ByLibrary("login:vaultsharp"),
        };
        _errors.AddRange(login.Errors());
        return login;
    }

    // Chosen by being mentioned: each has at least a role.
    private JwtLoginSettings? ByJwt(string setting, string mount, string file)
    {
        var at = setting.Replace('.', ':');
        return !JwtKeys.Any(key => Text(at + key) is not null) ? null : new JwtLoginSettings(setting)
        {
            Mount = WithoutAuth(Text(at + ":mount") ?? mount),
            Role = Text(at + ":role") ?? "",
            File = Text(at + ":file") ?? file,
        };
    }

    private LibraryLoginSettings? ByLibrary(string at)
    {
        // Which there may be is the library's to say, so here all are known.
        var given = _configuration.GetSection(at).GetChildren()
            .Select(child => (Name: child.Key.ToLowerInvariant(), Value: Text(child.Path)))
            .Where(child => child.Value is not null)
            .ToDictionary(child => child.Name, child => child.Name == "mount" ? WithoutAuth(child.Value!) : child.Value!, StringComparer.Ordinal);
        return given.Count == 0 ? null : new LibraryLoginSettings(given.Remove("method", out var method) ? method : "", given);
    }

    // As people know a mount: its path, perhaps with auth/ before it.
    private static string WithoutAuth(string mount) =>
        (mount.StartsWith("auth/", StringComparison.Ordinal) ? mount["auth/".Length..] : mount).Trim('/');
}
