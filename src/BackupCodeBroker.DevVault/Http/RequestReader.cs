using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace BackupCodeBroker.DevVault.Http;

/// <summary>A request that could not even be read.</summary>
internal sealed record Unreadable(int Status, string? Text);

/// <summary>Reads a request as Vault does: method, query, JSON or form body, token and wrapping headers.</summary>
internal static class RequestReader
{
    public const int MaxBodySize = 32 * 1024 * 1024;

    /// <summary>The path and the query as they were sent; the server's own view of them is already tidied.</summary>
    public static (string Path, string Query) Target(HttpContext context)
    {
        string target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        int question = target.IndexOf('?', StringComparison.Ordinal);
        string path = question < 0 ? target : target[..question];
        return (Uri.UnescapeDataString(path), question < 0 ? "" : target[question..]);
    }

    public static async Task<(VaultRequest? Request, Unreadable? Problem)> ReadAsync(HttpContext context, string path, string query)
    {
        (Operation operation, JsonObject? data, Unreadable? problem) = await ReadInputAsync(context, query);
        if (problem is not null)
        {
            return (null, problem);
        }

        if (WrapTtl(context.Request.Headers, out TimeSpan? wrapTtl) is { } wrapProblem)
        {
            return (null, wrapProblem);
        }

        return (new VaultRequest
        {
            Id = Guid.NewGuid().ToString("D"),
            Operation = operation,
            Path = operation == Operation.List && !path.EndsWith('/') ? path + "/" : path,
            Data = data,
            ClientToken = Token(context.Request.Headers),
            WrapTtl = wrapTtl,
            RemoteAddress = (context.Connection.RemoteIpAddress ?? IPAddress.Loopback).ToString(),
            Headers = context.Request.Headers,
        }, null);
    }

    /// <summary>The whole body; null where it is too large.</summary>
    public static async Task<byte[]?> BodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength is > MaxBodySize)
        {
            return null;
        }

        var body = new MemoryStream((int)(context.Request.ContentLength ?? 0));
        byte[] chunk = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0)
        {
            await body.WriteAsync(chunk.AsMemory(0, read), context.RequestAborted);
            if (body.Length > MaxBodySize)
            {
                return null;
            }
        }

        return body.ToArray();
    }

    private static async Task<(Operation Operation, JsonObject? Data, Unreadable? Problem)> ReadInputAsync(HttpContext context, string query)
    {
        switch (context.Request.Method)
        {
            case "GET":
                Dictionary<string, StringValues> values = QueryHelpers.ParseQuery(query);
                string list = values.TryGetValue("list", out StringValues given) ? given[0] ?? "" : "";
                return list switch
                {
                    "" or "0" or "f" or "F" or "false" or "FALSE" or "False" => (Operation.Read, FromQuery(values), null),
                    "1" or "t" or "T" or "true" or "TRUE" or "True" => (Operation.List, null, null),
                    _ => (Operation.None, null, new Unreadable(StatusCodes.Status400BadRequest, null)),
                };
            case "DELETE":
                return (Operation.Delete, FromQuery(QueryHelpers.ParseQuery(query)), null);
            case "LIST":
                return (Operation.List, null, null);
            case "HEAD" or "OPTIONS":
                return (Operation.None, null, null);
            case "POST" or "PUT":
                return await ReadBodyAsync(context);
            default:
                return (Operation.None, null, new Unreadable(StatusCodes.Status405MethodNotAllowed, null));
        }
    }

    private static async Task<(Operation Operation, JsonObject? Data, Unreadable? Problem)> ReadBodyAsync(HttpContext context)
    {
        if (await BodyAsync(context) is not { } body)
        {
            return (Operation.None, null, new Unreadable(StatusCodes.Status413PayloadTooLarge, "error parsing JSON"));
        }

        if (IsForm(context.Request.ContentType, body))
        {
            return (Operation.Update, FromForm(QueryHelpers.ParseQuery("?" + Encoding.UTF8.GetString(body))), null);
        }

        return JsonReading.TryReadObject(body, out JsonObject? data)
            ? (Operation.Update, data, null)
            : (Operation.None, null, new Unreadable(StatusCodes.Status400BadRequest, "error parsing JSON"));
    }

    /// <summary>What says it is a form but begins like JSON is JSON: <c>curl -d</c> says so of everything.</summary>
    private static bool IsForm(string? contentType, ReadOnlySpan<byte> body)
    {
        if (contentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = body.TrimStart(" \t\r\n"u8);
        return rest.IsEmpty || rest[0] is not ((byte)'{' or (byte)'[');
    }

    /// <summary>In a form a field that is given twice is one with a comma.</summary>
    private static JsonObject? FromForm(Dictionary<string, StringValues> values)
    {
        var data = new JsonObject();
        foreach ((string key, StringValues value) in values)
        {
            data[key] = string.Join(',', value.ToArray());
        }

        return data.Count > 0 ? data : null;
    }

    private static JsonObject? FromQuery(Dictionary<string, StringValues> values)
    {
        var data = new JsonObject();
        foreach ((string key, StringValues value) in values)
        {
            if (key != "help")
            {
                data[key] = value.Count == 1 ? value[0] : GoValue.Array(value.Select(item => item ?? ""));
            }
        }

        return data.Count > 0 ? data : null;
    }

    private static string Token(IHeaderDictionary headers)
    {
        const string Bearer = "Bearer ";
        if (headers.TryGetValue("X-Vault-Token", out StringValues token) && token[0] is { Length: > 0 } own)
        {
            return own;
        }

        string? authorization = headers.Authorization.FirstOrDefault(value => value?.StartsWith(Bearer, StringComparison.Ordinal) == true);
        return authorization?[Bearer.Length..].Trim() ?? "";
    }

    private static Unreadable? WrapTtl(IHeaderDictionary headers, out TimeSpan? ttl)
    {
        ttl = null;
        if (!headers.TryGetValue("X-Vault-Wrap-TTL", out StringValues header) || string.IsNullOrEmpty(header[0]))
        {
            return null;
        }

        TimeSpan parsed = GoDuration.Parse(header[0]!, out string? error);
        error ??= parsed < TimeSpan.Zero ? "requested wrap ttl cannot be negative" : null;
        ttl = parsed;
        return error is null ? null : new Unreadable(StatusCodes.Status400BadRequest, $"error parsing X-Vault-Wrap-TTL header: {error}");
    }
}
