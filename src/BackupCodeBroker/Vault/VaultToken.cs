using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace BackupCodeBroker.Vault;

/// <summary>
/// A Vault token: somebody's authority. Its text is for the wire alone, so nothing but this folder can read it
/// (an architecture test holds <see cref="Reveal"/> inside), it prints as a placeholder, and it has no property that a
/// serialiser or a logger could pick up. Others compare tokens, or remember them by a keyed fingerprint.
/// </summary>
internal sealed class VaultToken
{
    /// <summary>The longest token taken; batch tokens with many policies are the longest there are.</summary>
    public const int MaxLength = 4096;

    /// <summary>A batch token shorter than this makes old Vaults drop the connection that others share.</summary>
    public const int MinBatchLength = 90;

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private readonly string _text;

    /// <summary>Holds a token that is known to be well formed, such as one that Vault sent.</summary>
    public VaultToken(string text)
    {
        if (Fault(text) is { } fault)
        {
            throw new ArgumentException(fault, nameof(text));
        }

        _text = text;
    }

    /// <summary>Whether it is a batch token: no accessor, not renewable, not revocable.</summary>
    public bool IsBatch => LooksLikeBatch(_text);

    /// <summary>
    /// Whether it has the form of a token that Vault keeps (<c>s.</c> or <c>hvs.</c> and at least 24 characters), as wrapping tokens have: text that has not was
    /// mistyped or cut, and its absence in Vault says nothing about theft.
    /// </summary>
    public bool IsKeptForm => _text.StartsWith("s.", StringComparison.Ordinal) ? _text.Length >= 26
        : _text.StartsWith("hvs.", StringComparison.Ordinal) && _text.Length >= 28;

    /// <summary>Takes a token from outside; what is wrong with one that is not taken is said without repeating it.</summary>
    public static VaultToken? TryParse(string? text, out string error)
    {
        error = Fault(text) ?? "";
        return error.Length == 0 ? new VaultToken(text!) : null;
    }

    /// <summary>A name for the token that only holders of the key can compute: what caches may be keyed by.</summary>
    public byte[] Fingerprint(ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[MaxLength];
        var length = Encoding.ASCII.GetBytes(_text, bytes);
        var fingerprint = HMACSHA256.HashData(key, bytes[..length]);
        CryptographicOperations.ZeroMemory(bytes[..length]);
        return fingerprint;
    }

    /// <summary>Whether both are the same token, in a time that does not depend on where they differ.</summary>
    public bool SameAs(VaultToken other)
    {
        Span<byte> key = stackalloc byte[32];
        RandomNumberGenerator.Fill(key);
        return CryptographicOperations.FixedTimeEquals(Fingerprint(key), other.Fingerprint(key));
    }

    /// <inheritdoc/>
    public override string ToString() => "[vault token]";

    /// <summary>The text, for a header or a body sent to Vault.</summary>
    internal string Reveal() => _text;

    private static string? Fault(string? text) => text switch
    {
        null or "" => "a Vault token is missing",
        { Length: > MaxLength } => "a Vault token has at most 4096 characters",
        _ when text.AsSpan().ContainsAnyExcept(Alphabet) => "a Vault token consists of letters, digits, '.', '_' and '-'",
        _ when LooksLikeBatch(text) && text.Length < MinBatchLength => "a batch token has at least 90 characters",
        _ => null,
    };

    private static bool LooksLikeBatch(string text) =>
        text.StartsWith("b.", StringComparison.Ordinal) || text.StartsWith("hvb.", StringComparison.Ordinal);
}
