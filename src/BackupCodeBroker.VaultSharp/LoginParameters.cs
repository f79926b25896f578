using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.VaultSharp;

/// <summary>The values of one log-in, read when it begins.</summary>
internal sealed class LoginParameters : IDisposable
{
    private readonly Dictionary<string, string> _values;

    private LoginParameters(Dictionary<string, string> values, X509Certificate2? certificate) => (_values, Certificate) = (values, certificate);

    /// <summary>The method's mount, without <c>auth/</c>.</summary>
    public required string Mount { get; init; }

    /// <summary>The client's certificate with its key; null where the method has none.</summary>
    public X509Certificate2? Certificate { get; }

    /// <summary>Reads them; null where a file cannot be read, which is said in <paramref name="why"/>, naming the file and never its content.</summary>
    public static LoginParameters? Read(LoginKind kind, LibraryLoginSettings settings, out string why)
    {
        why = "";
        var given = new Dictionary<string, string>(settings.Parameters, StringComparer.Ordinal);
        if (kind.Name == "kubernetes")
        {
            given.TryAdd("jwt_file", JwtLoginSettings.ServiceAccountFile);
        }

        foreach (var (name, path) in given.Where(each => each.Key.EndsWith("_file", StringComparison.Ordinal)).ToList())
        {
            if (SecretFile.Read(path, out why, ServiceJwt.MaxLength) is not { } text)
            {
                return null;
            }

            given[name] = text;
        }

        var certificate = given.TryGetValue("certificate", out var pem) ? Load(pem, given.GetValueOrDefault("key"), out why) : null;
        return why.Length > 0 ? null : new LoginParameters(given, certificate) { Mount = given.GetValueOrDefault("mount") ?? kind.DefaultMount };
    }

    /// <summary>A value that must be there.</summary>
    public string Text(string name) => _values[name];

    /// <summary>A value that may be there.</summary>
    public string? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>Whether a text repeats one of the values that came from files.</summary>
    public bool AreIn(string text) => _values.Any(each => each.Key.EndsWith("_file", StringComparison.Ordinal) && text.Contains(each.Value, StringComparison.Ordinal));

    /// <inheritdoc/>
    public void Dispose() => Certificate?.Dispose();

    private static X509Certificate2? Load(string certificate, string? key, out string why)
    {
        try
        {
            why = "";
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            why = $"'{certificate}' and '{key}' cannot be read as a PEM certificate and its key";
            return null;
        }
    }
}
