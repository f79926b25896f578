using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli.Broker;

/// <summary>
/// The user's own Vault token: <c>VAULT_TOKEN</c>, else what <c>vault login</c> left in <c>~/.vault-token</c>. There is no option for it, as
/// arguments are seen by every user of the machine.
/// </summary>
internal sealed class UserToken
{
    private readonly SecretText _text;

    private UserToken(SecretText text, VaultToken forVault)
    {
        _text = text;
        ForVault = forVault;
    }

    /// <summary>The token for calls to Vault itself.</summary>
    public VaultToken ForVault { get; }

    /// <summary>Finds the token; what is wrong is said without repeating it.</summary>
    public static UserToken? Find(CliSurroundings surroundings, out string error)
    {
        var (text, where) = surroundings.Setting("VAULT_TOKEN") is { } variable
            ? (variable, "VAULT_TOKEN")
            : (FromFile(Path.Combine(surroundings.Home, ".vault-token")), "~/.vault-token");
        if (string.IsNullOrEmpty(text))
        {
            error = "there is no Vault token: set VAULT_TOKEN, or run 'vault login', which writes ~/.vault-token";
            return null;
        }

        var token = VaultToken.TryParse(text, out var why);
        error = token is null ? $"{where}: {why}" : "";
        return token is null ? null : new UserToken(new SecretText(text), token);
    }

    /// <summary>Puts the token into a request to the broker.</summary>
    public void AttachTo(HttpRequestMessage request) => request.Headers.Add("X-Vault-Token", _text.Reveal());

    /// <inheritdoc/>
    public override string ToString() => "[vault token]";

    private static string? FromFile(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var buffer = new char[VaultToken.MaxLength + 2];
            return new string(buffer, 0, reader.ReadBlock(buffer)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
