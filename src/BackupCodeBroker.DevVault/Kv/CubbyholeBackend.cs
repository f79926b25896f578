using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Kv;

/// <summary>Each token's own drawer, which goes with the token. A wrapping token's holds what it wraps.</summary>
internal sealed class CubbyholeBackend : Backend
{
    public CubbyholeBackend()
    {
        Add(Route.At("{path:all}")
            .On(Operation.Read, Read)
            .On(Operation.Delete, Delete)
            .On(Operation.List, List)
            .OnWrite(Write)
            .OnExistence((fields, request) => request.Token?.Cubbyhole.ContainsKey(fields.Text("path")) == true));
    }

    private static Result Read(VaultRequest request, FieldData fields)
    {
        string path = fields.Text("path");
        if (path.Length == 0)
        {
            return Result.Fault("missing path");
        }

        if (path == "response" && request.Token?.Wrapped is { } wrapped)
        {
            return Result.Data(new JsonObject { ["response"] = System.Text.Encoding.UTF8.GetString(wrapped.Body) });
        }

        return request.Token!.Cubbyhole.TryGetValue(path, out string? secret) ? Result.Data(JsonNode.Parse(secret)!.AsObject()) : Result.None;
    }

    private static Result Write(VaultRequest request, FieldData fields)
    {
        string path = fields.Text("path");
        if (request.Data is not { Count: > 0 } data)
        {
            return Result.Fault("missing data fields");
        }

        if (path.Length == 0)
        {
            return Result.Fault("missing path");
        }

        if (request.Token!.Type == Tokens.TokenType.Batch)
        {
            return Result.Fault("cubbyhole operations are only supported by \"service\" type tokens");
        }

        request.Token.Cubbyhole[path] = data.ToJsonString();
        return Result.None;
    }

    private static Result Delete(VaultRequest request, FieldData fields)
    {
        request.Token!.Cubbyhole.Remove(fields.Text("path"));
        return Result.None;
    }

    private static Result List(VaultRequest request, FieldData fields) =>
        Result.List(KeyListing.Under(KeyListing.Folder(fields.Text("path")), request.Token!.Cubbyhole.Keys));
}
