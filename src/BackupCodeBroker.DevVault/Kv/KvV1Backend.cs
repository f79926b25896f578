using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;

namespace BackupCodeBroker.DevVault.Kv;

/// <summary>The unversioned engine: what is written is what is read, with a lease duration as a hint. It knows no check-and-set.</summary>
internal sealed class KvV1Backend : Backend
{
    private readonly SortedDictionary<string, JsonElement> _secrets = new(StringComparer.Ordinal);
    private readonly MountConfig _config;

    public KvV1Backend(MountConfig config)
    {
        _config = config;
        Add(Route.At("{path:all}")
            .On(Operation.Read, (_, fields) => Read(fields.Text("path")))
            .On(Operation.Delete, (_, fields) => Delete(fields.Text("path")))
            .On(Operation.List, (_, fields) => Result.List(KeyListing.Under(KeyListing.Folder(fields.Text("path")), _secrets.Keys)))
            .OnWrite(Write)
            .OnExistence((fields, _) => _secrets.ContainsKey(fields.Text("path"))));
    }

    /// <summary>Hands everything to the versioned engine that takes this one's place.</summary>
    public void ExportTo(KvV2Backend versioned)
    {
        foreach ((string path, JsonElement secret) in _secrets)
        {
            versioned.Import(path, secret);
        }
    }

    private Result Read(string path)
    {
        if (!_secrets.TryGetValue(path, out JsonElement secret))
        {
            return Result.None;
        }

        TimeSpan ttl = _config.EffectiveDefault;
        if (secret.TryGetProperty("ttl", out JsonElement asked) || secret.TryGetProperty("lease", out asked))
        {
            TimeSpan parsed = GoDuration.Parse(JsonSerializer.SerializeToNode(asked), out string? error);
            ttl = error is null ? parsed : ttl;
        }

        return new VaultResponse { Data = JsonObject.Create(secret), LeaseSeconds = (long)ttl.TotalSeconds };
    }

    private Result Write(VaultRequest request, FieldData fields)
    {
        string path = fields.Text("path");
        if (path.Length == 0)
        {
            return Result.Error("missing path");
        }

        if (request.Data is not { Count: > 0 } data)
        {
            return Result.Error("missing data fields");
        }

        _secrets[path] = JsonSerializer.SerializeToElement(data);
        return Result.None;
    }

    private Result Delete(string path)
    {
        _secrets.Remove(path);
        return Result.None;
    }
}
