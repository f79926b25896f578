using System.Globalization;
using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <content>The pepper: an HMAC under a key of Transit's that never leaves Vault.</content>
internal sealed partial class VaultClient
{
    /// <summary>
    /// Digests of some inputs, in their order, in one call, with the version of the key that was stored with a hash, or the latest.
    /// </summary>
    public Task<VaultAnswer<IReadOnlyList<PepperedDigest>>> TransitHmacAsync(
        VaultToken token, IReadOnlyList<byte[]> inputs, int? keyVersion, VaultCall call)
    {
        ArgumentOutOfRangeException.ThrowIfZero(inputs.Count);
        var body = RequestBody.Of(writer => WriteInputs(writer, inputs, keyVersion), inputs.Sum(input => input.Length * 2 + 32) + 128);
        var path = VaultPath.Of($"{_settings.TransitMount}/hmac/{_settings.PepperKey}");
        return _transport.CallAsync(Post(CallClass.Read, path, token, body, call), reply => DigestsOf(reply, path, inputs.Count));
    }

    private static void WriteInputs(Utf8JsonWriter writer, IReadOnlyList<byte[]> inputs, int? keyVersion)
    {
        if (keyVersion is { } version)
        {
            writer.WriteNumber("key_version", version);
        }

        writer.WriteStartArray("batch_input");
        foreach (var input in inputs)
        {
            writer.WriteStartObject();
            writer.WriteBase64String("input", input);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static VaultAnswer<IReadOnlyList<PepperedDigest>> DigestsOf(VaultReply reply, VaultPath path, int count)
    {
        if (Verdict.Denial(reply) is { } why)
        {
            return new VaultAnswer<IReadOnlyList<PepperedDigest>>.Denied(why, path.Text);
        }

        if (reply is { Status: 200, Root: { } root } && BatchOf(root, count) is { } digests)
        {
            return new VaultAnswer<IReadOnlyList<PepperedDigest>>.Ok(digests, reply.RequestId);
        }

        var missing = reply.Status is 400 or 404 && (reply.Says("encryption key not found") || Verdict.IsAbsent(reply));
        return new VaultAnswer<IReadOnlyList<PepperedDigest>>.Faulted(
            missing ? new VaultFault.WronglySetUp("the pepper's key does not exist in Transit") : Verdict.Fault(reply));
    }

    private static List<PepperedDigest>? BatchOf(JsonElement root, int count)
    {
        if (root.Object("data")?.Member("batch_results") is not { ValueKind: JsonValueKind.Array } results || results.GetArrayLength() != count)
        {
            return null;
        }

        var digests = new List<PepperedDigest>(count);
        foreach (var result in results.EnumerateArray())
        {
            if (DigestOf(result.Text("hmac")) is not { } digest)
            {
                return null;
            }

            digests.Add(digest);
        }

        return digests;
    }

    // vault:v<version>:<base64>
    private static PepperedDigest? DigestOf(string text)
    {
        var parts = text.Split(':', 3);
        if (parts is not ["vault", ['v', .. var number], var base64]
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return null;
        }

        var digest = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, digest, out var length) && length >= 32
            ? new PepperedDigest(version, digest[..length])
            : null;
    }
}
