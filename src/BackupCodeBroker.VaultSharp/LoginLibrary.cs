using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.VaultSharp;

/// <summary>
/// Log-in by every method that VaultSharp knows and that a service can use: chosen by name in <c>login.vaultsharp</c>. It is used for the log-in and for nothing
/// after it; the token that comes of it is the broker's own kind, kept, renewed and revoked by the broker.
/// </summary>
internal sealed class LoginLibrary : ILoginLibrary
{
    /// <inheritdoc/>
    public IEnumerable<string> Errors(LibraryLoginSettings settings)
    {
        if (LoginKind.Named(settings.Method) is not { } kind)
        {
            return [$"method must be one of {string.Join(", ", LoginKind.All.Select(known => known.Name))}"];
        }

        return
        [
            .. kind.Required.Where(name => !settings.Parameters.ContainsKey(name)).Select(name => $"{name} is needed for {kind.Name}"),
            .. settings.Parameters.Keys.Where(name => !kind.Takes(name)).Select(name => $"{name} is unknown to {kind.Name}"),
        ];
    }

    /// <inheritdoc/>
    public ILoginMethod Create(LibraryLoginSettings settings, VaultSettings names, TimeProvider time) =>
        new VaultSharpLogin(settings, LoginKind.Named(settings.Method) ?? throw new ArgumentException(string.Join("; ", Errors(settings)), nameof(settings)), names, time);
}
