using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault.Login;

/// <summary>A log-in by the optional library. What a method needs the library knows; secrets stand in files that are named here, never here.</summary>
/// <param name="Method">The method's name, such as <c>ldap</c>; empty where none was given, which is an error.</param>
/// <param name="Parameters">What else stands under <c>login.vaultsharp</c>, by name.</param>
internal sealed record LibraryLoginSettings(string Method, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>Name in the configuration.</summary>
    public const string Setting = "login.vaultsharp";

    /// <summary>The method's mount, without <c>auth/</c>: named as the method where nothing else is said, as in Vault.</summary>
    public string Mount => Parameters.GetValueOrDefault("mount") ?? Method;

    /// <summary>Every error, the library's own included; that it is not there is one.</summary>
    public IEnumerable<string> Errors()
    {
        if (LoginLibrary.Load() is not { } library)
        {
            return [LoginLibrary.Missing];
        }

        var errors = library.Errors(this);
        return Method.Length > 0 && !VaultPath.IsPath(Mount)
            ? errors.Append("mount consists of letters, digits, '.', '_', '-' and inner slashes").Select(Located)
            : errors.Select(Located);
    }

    private static string Located(string error) => $"{Setting}.{error}";
}
