using System.Security.Cryptography;
using System.Text;

namespace BackupCodeBroker.Telemetry;

/// <summary>
/// What identities are called in spans and logs. With a key it is a pseudonym, <c>~</c> and 20 hex digits of an HMAC over the name: the same for the same
/// name everywhere, so that traces can be followed, and only whoever has the key, or the access file, can tell whose it is.
/// </summary>
internal sealed class Pseudonyms(byte[]? key)
{
    /// <summary>What a key has at least.</summary>
    public const int MinKeyLength = 32;

    private const int Digits = 20;

    /// <summary>Names as they are.</summary>
    public static Pseudonyms None { get; } = new(null);

    /// <summary>Whether names are replaced.</summary>
    public bool Replace => key is not null;

    /// <summary>What an identity is called.</summary>
    public string? Of(string? identity) => key is null || identity is null
        ? identity
        : "~" + Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(identity)).AsSpan(0, Digits / 2));

    /// <summary>A text of Vault's or of a defect, in which the name may stand.</summary>
    public string In(string text, string? identity) =>
        key is null || identity is null ? text : text.Replace(identity, Of(identity), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => key is null ? "names" : "pseudonyms";
}
