using System.Buffers;

namespace BackupCodeBroker.Vault;

/// <summary>
/// The secret half of an AppRole log-in. Like a <see cref="VaultToken"/> it prints as a placeholder and is read by this folder alone.
/// </summary>
internal sealed class VaultSecretId
{
    private const int MaxLength = 512;

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+/=");

    private readonly string _text;

    private VaultSecretId(string text) => _text = text;

    /// <summary>Takes a secret-id as Vault makes them (UUIDs) or as an administrator chose it.</summary>
    public static VaultSecretId? TryParse(string? text, out string error)
    {
        error = text switch
        {
            null or "" => "the secret-id is missing",
            { Length: > MaxLength } => "the secret-id has at most 512 characters",
            _ when text.AsSpan().ContainsAnyExcept(Alphabet) => "the secret-id has a character that secret-ids do not have",
            _ => "",
        };
        return error.Length == 0 ? new VaultSecretId(text!) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => "[secret-id]";

    /// <summary>The text, for a body sent to Vault or a file only its owner reads.</summary>
    internal string Reveal() => _text;
}
