using System.Text.Json.Nodes;

namespace BackupCodeBroker.Cli.Broker;

/// <summary>Why something was not done: the broker's problem document (RFC 9457), or one of the client's own in the same form.</summary>
internal sealed record Problem
{
    /// <summary>The kind of problem, for programs.</summary>
    public required string Code { get; init; }

    /// <summary>What is the matter, for people.</summary>
    public required string Detail { get; init; }

    /// <summary>The refusal's reason, which only callers who may see the identity's status are told.</summary>
    public string? Reason { get; init; }

    /// <summary>The path that was asked of Vault.</summary>
    public string? Path { get; init; }

    /// <summary>What a policy would have to say.</summary>
    public string? Stanza { get; init; }

    /// <summary>The number found where another was expected.</summary>
    public int? Found { get; init; }

    /// <summary>What is wrong with single fields.</summary>
    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    /// <summary>The broker's id of the operation.</summary>
    public string? OperationId { get; init; }

    /// <summary>The trace that broker and Vault know it by.</summary>
    public string? TraceId { get; init; }

    /// <summary>The key to repeat it with, where that is safe.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Both ids in one line, or null.</summary>
    public string? Ids => (OperationId, TraceId) switch
    {
        (null, null) => null,
        (null, { } trace) => $"trace {trace}",
        ({ } operation, null) => $"operation {operation}",
        ({ } operation, { } trace) => $"operation {operation}  trace {trace}",
    };

    /// <summary>A problem that the client found itself.</summary>
    public static Problem Local(string code, string detail) => new() { Code = code, Detail = detail };

    /// <summary>The problem as <c>--json</c> prints it; what is not known is left out.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["code"] = Code, ["detail"] = Detail };
        Add(json, "reason", Reason);
        if (Found is { } found)
        {
            json["found"] = found;
        }

        Add(json, "path", Path);
        Add(json, "stanza", Stanza);
        if (Errors.Count > 0)
        {
            json["errors"] = new JsonArray([.. Errors.Select(e => (JsonNode)new JsonObject { ["field"] = e.Field, ["message"] = e.Message })]);
        }

        Add(json, "idempotency_key", IdempotencyKey);
        Add(json, "operation_id", OperationId);
        Add(json, "trace_id", TraceId);
        return json;
    }

    private static void Add(JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }
}

/// <summary>What is wrong with one field of a request.</summary>
internal sealed record FieldError(string Field, string Message);
