using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Transit;

/// <summary>
/// Keyed hashing with keys that stay here: symmetric keys, their versions, HMAC and its verification. Encryption, signatures,
/// export and backup are not served and answer as unsupported paths.
/// </summary>
internal sealed class TransitBackend : Backend
{
    private readonly SortedDictionary<string, TransitKey> _keys = new(StringComparer.Ordinal);
    private readonly Clock _clock;

    public TransitBackend(Clock clock)
    {
        _clock = clock;
        Add(
            Route.At("keys/{name}/config").With(FieldType.Int, "min_decryption_version", "min_encryption_version")
                .With(FieldType.Bool, "deletion_allowed", "exportable", "allow_plaintext_backup").On(Operation.Update, (_, fields) => Configure(fields)),
            Route.At("keys/{name}/trim").With(FieldType.Int, "min_available_version").On(Operation.Update, (_, fields) => Trim(fields)),
            Route.At("keys/{name}/rotate").On(Operation.Update, (_, fields) => Rotate(fields.Text("name"))),
            Route.At("keys/?").On(Operation.List, (_, _) => Result.List(_keys.Keys)),
            Route.At("keys/{name}").WithDefault(FieldType.String, "type", "aes256-gcm96")
                .With(FieldType.Bool, "derived", "convergent_encryption", "exportable", "allow_plaintext_backup").With(FieldType.String, "context")
                .On(Operation.Update, (_, fields) => Create(fields))
                .On(Operation.Read, (_, fields) => _keys.TryGetValue(fields.Text("name"), out TransitKey? key) ? Result.Data(key.View()) : Result.None)
                .On(Operation.Delete, (_, fields) => Delete(fields.Text("name"))));
        Add(HmacPaths.Routes(name => _keys.GetValueOrDefault(name)));
    }

    private Result Create(FieldData fields)
    {
        string type = fields.Text("type");
        bool derived = fields.Flag("derived");
        if (!derived && fields.Flag("convergent_encryption"))
        {
            return Result.Error("convergent encryption requires derivation to be enabled");
        }

        if (type is not ("aes128-gcm96" or "aes256-gcm96" or "chacha20-poly1305"))
        {
            return IsAsymmetric(type) ? Failure.UnsupportedOperation : Result.Invalid($"unknown key type {type}");
        }

        string name = fields.Text("name");
        if (!_keys.ContainsKey(name))
        {
            var key = new TransitKey
            {
                Name = name,
                Type = type,
                Derived = derived,
                Convergent = fields.Flag("convergent_encryption"),
                Exportable = fields.Flag("exportable"),
                AllowPlaintextBackup = fields.Flag("allow_plaintext_backup"),
            };
            key.Rotate(_clock.Now());
            _keys[name] = key;
        }

        return Result.None;
    }

    private static bool IsAsymmetric(string type) =>
        type is "ecdsa-p256" or "ecdsa-p384" or "ecdsa-p521" or "ed25519" or "rsa-2048" or "rsa-3072" or "rsa-4096";

    private Result Delete(string name)
    {
        if (!_keys.TryGetValue(name, out TransitKey? key))
        {
            return Result.Error($"error deleting policy {name}: could not delete key; not found", new Failure(FailureKind.BadRequest, "could not delete key; not found"));
        }

        if (!key.DeletionAllowed)
        {
            return Result.Error(
                $"error deleting policy {name}: deletion is not allowed for this key",
                new Failure(FailureKind.BadRequest, "deletion is not allowed for this key"));
        }

        _keys.Remove(name);
        return Result.None;
    }

    private Result Rotate(string name)
    {
        if (!_keys.TryGetValue(name, out TransitKey? key))
        {
            return Result.Invalid("key not found");
        }

        key.Rotate(_clock.Now());
        return Result.None;
    }

    private Result Configure(FieldData fields)
    {
        string name = fields.Text("name");
        if (!_keys.TryGetValue(name, out TransitKey? key))
        {
            return Result.Invalid($"no existing key named {name} could be found");
        }

        int decryption = fields.Has("min_decryption_version") ? fields.Number("min_decryption_version") : key.MinDecryptionVersion;
        int encryption = fields.Has("min_encryption_version") ? fields.Number("min_encryption_version") : key.MinEncryptionVersion;
        bool forced = decryption == 0;
        decryption = forced ? 1 : decryption;
        if (VersionError(key, decryption, encryption) is { } error)
        {
            return Result.Error(error);
        }

        bool changed = decryption != key.MinDecryptionVersion || encryption != key.MinEncryptionVersion;
        (key.MinDecryptionVersion, key.MinEncryptionVersion) = (decryption, encryption);
        if (fields.Has("deletion_allowed"))
        {
            changed |= key.DeletionAllowed != fields.Flag("deletion_allowed");
            key.DeletionAllowed = fields.Flag("deletion_allowed");
        }

        // Once allowed, these two stay allowed.
        key.Exportable |= fields.Flag("exportable");
        key.AllowPlaintextBackup |= fields.Flag("allow_plaintext_backup");
        return forced && changed
            ? new VaultResponse().Warned("since Vault 0.3, transit key numbering starts at 1; forcing minimum to 1")
            : Result.None;
    }

    private static string? VersionError(TransitKey key, int decryption, int encryption)
    {
        int latest = key.LatestVersion;
        return decryption < 0 ? "min decryption version cannot be negative"
            : decryption != key.MinDecryptionVersion && decryption > latest
                ? $"cannot set min decryption version of {decryption}, latest key version is {latest}"
            : encryption < 0 ? "min encryption version cannot be negative"
            : encryption != key.MinEncryptionVersion && encryption > latest
                ? $"cannot set min encryption version of {encryption}, latest key version is {latest}"
            : encryption > 0 && encryption < decryption
                ? $"cannot set min encryption/decryption values; min encryption version of {encryption} must be greater than or equal to min decryption version of {decryption}"
            : key.MinAvailableVersion > encryption && key.MinAvailableVersion > 0 ? "min encryption version should not be less than min available version"
            : key.MinAvailableVersion > decryption ? "min decryption version should not be less then min available version"
            : null;
    }

    private Result Trim(FieldData fields)
    {
        if (!_keys.TryGetValue(fields.Text("name"), out TransitKey? key))
        {
            return Result.Invalid("invalid key name");
        }

        if (!fields.Has("min_available_version"))
        {
            return Result.Error("missing min_available_version");
        }

        int version = fields.Number("min_available_version");
        string? error = version < key.MinAvailableVersion ? "minimum available version cannot be decremented"
            : key.MinEncryptionVersion == 0 ? "minimum available version cannot be set when minimum encryption version is not set"
            : key.MinDecryptionVersion == 0 ? "minimum available version cannot be set when minimum decryption version is not set"
            : version > key.LatestVersion || version > key.MinDecryptionVersion || version > key.MinEncryptionVersion
                ? "minimum available version cannot be higher than minimum decryption version, minimum encryption version or the latest version"
            : version < 0 ? "minimum available version cannot be negative"
            : version == 0 ? "minimum available version should be positive"
            : null;
        if (error is not null)
        {
            return Result.Invalid(error);
        }

        key.MinAvailableVersion = version;
        return Result.None;
    }
}
