using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <content>Documents in KV v2. Every write names the version it was decided on.</content>
internal sealed partial class VaultClient
{
    /// <summary>Reads the latest version of a document; <paramref name="path"/> is below <c>data/</c>.</summary>
    public Task<KvRead> ReadKvAsync(VaultToken token, string path, VaultCall call) =>
        _transport.CallAsync(Get(CallClass.Read, DataPath(path), token, call), ReadDocument);

    /// <summary>
    /// Writes a document if its latest version still is <paramref name="cas"/>; 0 means that there is none. Sent once: whoever gets
    /// <see cref="KvWrite.Unknown"/> reads again.
    /// </summary>
    public Task<KvWrite> WriteKvAsync(VaultToken token, string path, ReadOnlyMemory<byte> json, long cas, VaultCall call)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cas);
        var body = RequestBody.Of(
            writer =>
            {
                writer.WriteStartObject("options");
                writer.WriteNumber("cas", cas);
                writer.WriteEndObject();
                writer.WritePropertyName("data");
                writer.WriteRawValue(json.Span);
            },
            json.Length + 64);
        var request = Post(CallClass.Write, DataPath(path), token, body, call);
        return _transport.CallAsync(request, reply => ReadWrite(reply, request));
    }

    /// <summary>The names below a folder, deleted documents included; folders end with a slash.</summary>
    public Task<VaultAnswer<IReadOnlyList<string>>> ListKvAsync(VaultToken token, string path, VaultCall call)
    {
        var folder = VaultPath.Of($"{_settings.KvMount}/metadata/{path}");
        var request = new VaultRequest(CallClass.Read, VaultRequest.List, folder, token, call) { MaxAnswer = VaultRequest.ListAnswer };
        return AskVaultAsync(request, root => root.Object("data")?.Member("keys")?.ValueKind == JsonValueKind.Array
            ? root.Object("data")!.Value.Texts("keys")
            : null);
    }

    /// <summary>The document mount's configuration; a mount that is missing or no KV v2 is wrongly set up.</summary>
    public async Task<VaultAnswer<KvConfig>> ReadKvConfigAsync(VaultToken token, VaultCall call)
    {
        var path = VaultPath.Of($"{_settings.KvMount}/config");
        var answer = await AskVaultAsync(Get(CallClass.Read, path, token, call), KvConfigOf).ConfigureAwait(false);
        return answer is VaultAnswer<KvConfig>.Absent or VaultAnswer<KvConfig>.Faulted(VaultFault.Unexpected { Status: 200 })
            ? new VaultAnswer<KvConfig>.Faulted(new VaultFault.WronglySetUp($"'{_settings.KvMount}' is not a KV v2 mount"))
            : answer;
    }

    private static KvConfig? KvConfigOf(JsonElement root) =>
        root.Object("data") is { } data
        && data.Flag("cas_required") is { } casRequired
        && data.Number("max_versions") is { } maxVersions and >= 0 and <= int.MaxValue
            ? new KvConfig(casRequired, (int)maxVersions, data.Text("delete_version_after"))
            : null;

    private static KvRead ReadDocument(VaultReply reply)
    {
        if (Verdict.IsAbsent(reply))
        {
            return new KvRead.Absent();
        }

        if (Verdict.Denial(reply) is { } why)
        {
            return new KvRead.Denied(why);
        }

        var data = reply is { Status: 200 or 404, Root: { } root } ? root.Object("data") : null;
        if (data?.Object("metadata")?.Number("version") is { } version)
        {
            switch (reply.Status, data.Value.Member("data")?.ValueKind)
            {
                case (200, JsonValueKind.Object):
                    return new KvRead.Found(data.Value.Member("data")!.Value.Bytes(), version);
                case (404, null):
                    return new KvRead.Removed(version);
            }
        }

        return new KvRead.Faulted(Verdict.Fault(reply));
    }

    private static KvWrite ReadWrite(VaultReply reply, VaultRequest request)
    {
        if (reply is { Status: 200, Root: { } root } && root.Object("data")?.Number("version") is { } version)
        {
            return new KvWrite.Saved(version);
        }

        if (Verdict.IsConflict(reply))
        {
            return new KvWrite.Conflict();
        }

        if (Verdict.Denial(reply) is { } why)
        {
            return new KvWrite.Denied(why);
        }

        var fault = Verdict.Fault(reply);
        return Verdict.CertainlyNotExecuted(reply, request) ? new KvWrite.Faulted(fault) : new KvWrite.Unknown(fault.Describe());
    }

    private VaultPath DataPath(string path)
    {
        var prefix = $"{_settings.KvMount}/data/";
        return path.LastIndexOf('/') switch
        {
            var slash and > 0 when path.StartsWith("identities/", StringComparison.Ordinal) =>
                VaultPath.Of(prefix + path[..(slash + 1)], path[(slash + 1)..], "{identity}"),
            var slash and > 0 when path.StartsWith("broker/lockdowns/", StringComparison.Ordinal) =>
                VaultPath.Of(prefix + path[..(slash + 1)], path[(slash + 1)..], "{id}"),
            _ => VaultPath.Of(prefix + path),
        };
    }
}
