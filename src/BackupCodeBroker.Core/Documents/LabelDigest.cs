using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BackupCodeBroker.Core.Documents;

/// <summary>What a set keeps of each label that its identity had at issue: 64 bits of SHA-256 over name and value, enough to compare and short to keep.</summary>
public static class LabelDigest
{
    /// <summary>The digest of one label, 16 hex digits.</summary>
    public static string Of(string name, string value) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name.Length}:{name}={value}"))).AsSpan(0, 8));

    /// <summary>The digests of all labels.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyDictionary<string, string> labels) => [.. labels.Select(l => Of(l.Key, l.Value))];
}
