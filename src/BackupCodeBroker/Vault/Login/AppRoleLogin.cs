using System.Security.Cryptography;
using System.Text.Json;

namespace BackupCodeBroker.Vault.Login;

/// <summary>
/// AppRole from a credentials directory. Beside a plain <c>secret-id</c> it takes a <c>wrapped-secret-id</c>: a wrapping token that is
/// opened once and whose secret-id then lives in memory only, for every later log-in. Where the wrap comes from is checked before it is
/// opened, and one that somebody else has opened is said to be just that, because then somebody else has the secret-id.
/// </summary>
internal sealed class AppRoleLogin(string directory, VaultClient vault, VaultSettings names) : ILoginMethod
{
    private VaultToken? _opened;
    private VaultSecretId? _unwrapped;
    private string _unwrapFailure = "";

    /// <inheritdoc/>
    public bool OwnsToken => true;

    /// <inheritdoc/>
    public async Task<Obtained> ObtainAsync(VaultCall call)
    {
        if (SecretFile.Read(Path.Combine(directory, "role-id"), out var why) is not { } roleId)
        {
            return new Obtained.Nothing(why);
        }

        var (secretId, missing) = await SecretIdAsync(call).ConfigureAwait(false);
        if (secretId is null)
        {
            return new Obtained.Nothing(missing);
        }

        switch (await vault.LoginAppRoleAsync(roleId, secretId, call).ConfigureAwait(false))
        {
            case VaultAnswer<LoginFacts>.Ok(var login, _):
                return new Obtained.Token(login.Token, login.Accessor, login.Lease, login.Renewable);
            case VaultAnswer<LoginFacts>.Denied:
                Forget(secretId);
                return new Obtained.Nothing("Vault does not accept the role-id and secret-id");
            case VaultAnswer<LoginFacts>.Faulted(var fault):
                return new Obtained.Nothing(fault.Describe());
            default:
                return new Obtained.Nothing("Vault has no such log-in");
        }
    }

    private async Task<(VaultSecretId? SecretId, string Why)> SecretIdAsync(VaultCall call)
    {
        var wrappedFile = Path.Combine(directory, "wrapped-secret-id");
        if (File.Exists(wrappedFile))
        {
            return await WrappedAsync(wrappedFile, call).ConfigureAwait(false);
        }

        var file = Path.Combine(directory, "secret-id");
        if (SecretFile.Read(file, out var why) is not { } text)
        {
            return (null, why);
        }

        return VaultSecretId.TryParse(text, out var error) is { } secretId ? (secretId, "") : (null, $"'{file}': {error}");
    }

    private async Task<(VaultSecretId? SecretId, string Why)> WrappedAsync(string file, VaultCall call)
    {
        if (SecretFile.Read(file, out var why) is not { } text)
        {
            return (null, why);
        }

        if (VaultToken.TryParse(text, out var error) is not { } wrapping)
        {
            return (null, $"'{file}': {error}");
        }

        if (_opened?.SameAs(wrapping) is true)
        {
            return (_unwrapped, _unwrapFailure);
        }

        if (await OriginFaultAsync(wrapping, call).ConfigureAwait(false) is { } fault)
        {
            return (null, fault);
        }

        return await OpenAsync(wrapping, call).ConfigureAwait(false);
    }

    private async Task<string?> OriginFaultAsync(VaultToken wrapping, VaultCall call)
    {
        var expected = $"auth/{names.AppRoleMount}/role/{names.AppRoleName}/secret-id";
        switch (await vault.LookupWrapAsync(wrapping, call).ConfigureAwait(false))
        {
            case VaultAnswer<WrapFacts>.Ok(var facts, _) when facts.CreationPath == expected:
                return null;
            case VaultAnswer<WrapFacts>.Ok:
                return $"the wrapped secret-id was not made at '{expected}': it is not opened";
            case VaultAnswer<WrapFacts>.Absent:
                return Spent(wrapping);
            case VaultAnswer<WrapFacts>.Faulted(var fault):
                return fault.Describe();
            default:
                return "Vault does not say where the wrapped secret-id comes from";
        }
    }

    private async Task<(VaultSecretId? SecretId, string Why)> OpenAsync(VaultToken wrapping, VaultCall call)
    {
        switch (await vault.UnwrapAloneAsync(wrapping, call).ConfigureAwait(false))
        {
            case VaultAnswer<byte[]>.Ok(var data, _):
                _opened = wrapping;
                _unwrapped = SecretIdIn(data, out _unwrapFailure);
                CryptographicOperations.ZeroMemory(data);
                return (_unwrapped, _unwrapFailure);
            case VaultAnswer<byte[]>.Absent:
                return (null, Spent(wrapping));
            case VaultAnswer<byte[]>.Faulted(var fault):
                return (null, fault.Describe());
            default:
                return (null, "Vault does not open the wrapped secret-id");
        }
    }

    private string Spent(VaultToken wrapping)
    {
        (_opened, _unwrapped) = (wrapping, null);
        return _unwrapFailure =
            "the wrapped secret-id has expired or somebody has opened it already: revoke it and deliver another";
    }

    private void Forget(VaultSecretId secretId)
    {
        if (ReferenceEquals(secretId, _unwrapped))
        {
            _unwrapped = null;
            _unwrapFailure = "Vault no longer accepts the secret-id that was wrapped: deliver another";
        }
    }

    private static VaultSecretId? SecretIdIn(byte[] data, out string why)
    {
        using var document = JsonDocument.Parse(data);
        var text = document.RootElement.TryGetProperty("secret_id", out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
        return VaultSecretId.TryParse(text, out why);
    }
}
