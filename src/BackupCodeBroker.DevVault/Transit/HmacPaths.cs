using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Transit;

/// <summary><c>transit/hmac</c> and the HMAC part of <c>transit/verify</c>, single and in batches; a batch's items fail one by one.</summary>
internal sealed class HmacPaths(Func<string, TransitKey?> find)
{
    private const string Prefix = "vault:v";

    public static Route[] Routes(Func<string, TransitKey?> find)
    {
        var paths = new HmacPaths(find);
        return
        [
            Algorithms(Route.At("hmac/{name}(/{urlalgorithm:rest})?")).With(FieldType.Int, "key_version").On(Operation.Update, paths.Hmac),
            Algorithms(Route.At("verify/{name}(/{urlalgorithm:rest})?")).With(FieldType.String, "hmac", "signature", "context", "hash_algorithm")
                .On(Operation.Update, paths.Verify),
        ];
    }

    private static Route Algorithms(Route route) => route.With(FieldType.String, "input").WithDefault(FieldType.String, "algorithm", "sha2-256");

    private Result Hmac(VaultRequest request, FieldData fields)
    {
        if (find(fields.Text("name")) is not { } key)
        {
            return Result.Invalid("encryption key not found");
        }

        int version = fields.Number("key_version") is var asked and not 0 ? asked : key.LatestVersion;
        if (VersionError(key, version) is { } error)
        {
            return Result.Invalid(error);
        }

        if (Algorithm(fields) is not { } algorithm)
        {
            return Result.Error("unsupported algorithm '\\x00'");
        }

        if (Items(request, out Result refusal) is not { } items)
        {
            return refusal;
        }

        if (items.Count == 0)
        {
            return fields.Has("input") ? Single(Compute(key, version, algorithm, fields.Text("input"))) : Result.Invalid("missing input for HMAC");
        }

        return Batch(items.Select(item => item.TryGetValue("input", out string? input)
            ? Compute(key, version, algorithm, input)
            : Failed("missing input for HMAC")));
    }

    private Result Verify(VaultRequest request, FieldData fields)
    {
        if (Items(request, out Result refusal) is not { } items)
        {
            return refusal;
        }

        bool single = items.Count == 0;
        if (single)
        {
            items.Add(Pairs(fields));
        }

        int hmacs = items.Count(item => item.ContainsKey("hmac"));
        int signatures = items.Count(item => item.ContainsKey("signature"));
        if (MixError(single, items.Count, hmacs, signatures) is { } error)
        {
            return Result.Invalid(error);
        }

        if (find(fields.Text("name")) is not { } key)
        {
            return Result.Invalid("encryption key not found");
        }

        if (signatures > 0)
        {
            return Result.Invalid($"key type {key.Type} does not support verification");
        }

        if (Algorithm(fields) is not { } algorithm)
        {
            return Result.Error("unsupported algorithm '\\x00'");
        }

        IEnumerable<JsonObject> results = items.Select(item => Check(key, algorithm, item));
        return single ? Single(results.Single()) : Batch(results.Select(WithoutFalse));
    }

    private static Dictionary<string, string> Pairs(FieldData fields)
    {
        var item = new Dictionary<string, string>(StringComparer.Ordinal) { ["input"] = fields.Text("input") };
        foreach (string name in (string[])["hmac", "signature"])
        {
            if (fields.Has(name))
            {
                item[name] = fields.Text(name);
            }
        }

        return item;
    }

    private static string? MixError(bool single, int count, int hmacs, int signatures) =>
        single && signatures > 0 ? null
        : single && hmacs + signatures == 0 ? "neither a 'signature' nor an 'hmac' were given to verify"
        : hmacs > 0 && signatures > 0 ? "elements of batch_input must all provide 'signature' or all provide 'hmac'"
        : signatures > 0 && signatures < count ? "some elements of batch_input are missing 'signature'"
        : hmacs > 0 && hmacs < count ? "some elements of batch_input are missing 'hmac'"
        : hmacs + signatures == 0 ? "no batch_input elements have 'signature' or 'hmac'"
        : null;

    private static JsonObject Compute(TransitKey key, int version, HashAlgorithmName algorithm, string input)
    {
        if (GoBase64.Decode(input, out string? error) is not { } bytes)
        {
            return Failed($"unable to decode input as base64: {error}");
        }

        byte[] hmac = CryptographicOperations.HmacData(algorithm, key.HmacKey(version), bytes);
        return new JsonObject { ["hmac"] = $"{Prefix}{version}:{Convert.ToBase64String(hmac)}" };
    }

    private static JsonObject Check(TransitKey key, HashAlgorithmName algorithm, Dictionary<string, string> item)
    {
        if (!item.TryGetValue("input", out string? text))
        {
            return Failed("missing input");
        }

        if (GoBase64.Decode(text, out string? error) is not { } input)
        {
            return Failed($"unable to decode input as base64: {error}");
        }

        string given = item["hmac"];
        if (!given.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return Failed("invalid HMAC to verify: no prefix");
        }

        string[] parts = given[Prefix.Length..].Split(':', 2);
        if (parts.Length != 2)
        {
            return Failed("invalid HMAC: wrong number of fields");
        }

        if (!int.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int version))
        {
            return Failed("invalid HMAC: version number could not be decoded");
        }

        if (GoBase64.Decode(parts[1], out error) is not { } expected)
        {
            return Failed($"unable to decode verification HMAC as base64: {error}");
        }

        if (version > key.LatestVersion)
        {
            return Failed("invalid HMAC: version is too new");
        }

        if (version < key.MinDecryptionVersion)
        {
            return Failed("cannot verify HMAC: version is too old (disallowed by policy)");
        }

        byte[] actual = CryptographicOperations.HmacData(algorithm, key.HmacKey(version), input);
        return new JsonObject { ["valid"] = CryptographicOperations.FixedTimeEquals(actual, expected) };
    }

    private static string? VersionError(TransitKey key, int version) =>
        version != key.LatestVersion && key.MinEncryptionVersion > 0 && version < key.MinEncryptionVersion
            ? "cannot generate HMAC: version is too old (disallowed by policy)"
        : version < 0 ? "key version does not exist (cannot be negative)"
        : version > key.LatestVersion ? $"key version does not exist; latest key version is {key.LatestVersion}"
        : null;

    private static HashAlgorithmName? Algorithm(FieldData fields) =>
        (fields.Text("urlalgorithm") is { Length: > 0 } inUrl ? inUrl : fields.Text("algorithm")) switch
        {
            "sha1" => HashAlgorithmName.SHA1,
            "sha2-256" => HashAlgorithmName.SHA256,
            "sha2-384" => HashAlgorithmName.SHA384,
            "sha2-512" => HashAlgorithmName.SHA512,
            _ => null,
        };

    /// <summary>The batch's items; none where the call is a single one, null with the refusal where the batch is not one.</summary>
    private static List<Dictionary<string, string>>? Items(VaultRequest request, out Result refusal)
    {
        refusal = default;
        if (request.Data?["batch_input"] is not { } batch)
        {
            return [];
        }

        if (batch is not JsonArray array)
        {
            refusal = Result.Fault($"failed to parse batch input: '': source data must be an array or slice, got {GoValue.KindName(batch)}");
            return null;
        }

        if (array.Count == 0)
        {
            refusal = Result.Invalid("missing batch input to process");
            return null;
        }

        var errors = new List<string>();
        List<Dictionary<string, string>> items =
        [
            .. array.Select((item, at) => new Dictionary<string, string>(
                WeakDecode.Convert(item, FieldType.StringMap, $"[{at}]", errors) as IDictionary<string, string> ?? new Dictionary<string, string>(),
                StringComparer.Ordinal)),
        ];
        refusal = errors.Count > 0 ? Result.Fault("failed to parse batch input: " + WeakDecode.Gathered(errors)) : default;
        return errors.Count > 0 ? null : items;
    }

    private static JsonObject Failed(string error) => new() { ["error"] = error };

    private static Result Single(JsonObject result) => result["error"] is { } error ? Result.Invalid(error.GetValue<string>()) : Result.Data(result);

    private static Result Batch(IEnumerable<JsonObject> results) => Result.Data(new JsonObject { ["batch_results"] = new JsonArray([.. results]) });

    /// <summary>In a batch Vault leaves out a <c>valid</c> that is false.</summary>
    private static JsonObject WithoutFalse(JsonObject result)
    {
        if (result["valid"] is { } valid && !valid.GetValue<bool>())
        {
            result.Remove("valid");
        }

        return result;
    }
}
