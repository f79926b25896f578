using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Transit;

/// <summary>A named key whose versions never leave the engine.</summary>
internal sealed class TransitKey
{
    public required string Name { get; init; }

    public required string Type { get; init; }

    public bool Derived { get; init; }

    public bool Convergent { get; init; }

    public bool Exportable { get; set; }

    public bool AllowPlaintextBackup { get; set; }

    public bool DeletionAllowed { get; set; }

    public int MinDecryptionVersion { get; set; } = 1;

    public int MinEncryptionVersion { get; set; }

    public int MinAvailableVersion { get; set; }

    public int LatestVersion => _versions.Count;

    private readonly List<(byte[] HmacKey, long Created)> _versions = [];

    public void Rotate(Instant now) => _versions.Add((RandomNumberGenerator.GetBytes(32), now.UnixSeconds));

    public byte[] HmacKey(int version) => _versions[version - 1].HmacKey;

    public JsonObject View()
    {
        var keys = new JsonObject();
        for (int version = Math.Max(1, MinDecryptionVersion); version <= LatestVersion; version++)
        {
            keys[version.ToString(CultureInfo.InvariantCulture)] = _versions[version - 1].Created;
        }

        var view = new JsonObject
        {
            ["name"] = Name,
            ["type"] = Type,
            ["derived"] = Derived,
            ["deletion_allowed"] = DeletionAllowed,
            ["min_available_version"] = MinAvailableVersion,
            ["min_decryption_version"] = MinDecryptionVersion,
            ["min_encryption_version"] = MinEncryptionVersion,
            ["latest_version"] = LatestVersion,
            ["exportable"] = Exportable,
            ["allow_plaintext_backup"] = AllowPlaintextBackup,
            ["supports_encryption"] = true,
            ["supports_decryption"] = true,
            ["supports_signing"] = false,
            ["supports_derivation"] = true,
            ["keys"] = keys,
        };
        if (Derived)
        {
            view["kdf"] = "hkdf_sha256";
            view["convergent_encryption"] = Convergent;
        }

        return view;
    }
}
