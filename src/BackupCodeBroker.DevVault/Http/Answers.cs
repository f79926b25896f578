using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using Microsoft.AspNetCore.Http;

namespace BackupCodeBroker.DevVault.Http;

/// <summary>Turns what the pipeline gave into status and body.</summary>
internal static class Answers
{
    public static Task WriteAsync(HttpContext context, VaultRequest request, Result result, bool inject)
    {
        if (result.Failure is not null || result.Response?.Error is not null)
        {
            return ErrorAsync(context, StatusOf(result), result.Response?.Error ?? result.Failure!.Message);
        }

        VaultResponse? response = result.Response;
        if (IsAbsent(request.Operation, response))
        {
            return ErrorAsync(context, StatusCodes.Status404NotFound, null);
        }

        if (response is null)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        if (response is { RawBody: { } body, Wrap: null })
        {
            buffer.Write(body);
        }
        else
        {
            Envelope.Write(buffer, response, request.Id, inject);
            buffer.Write("\n"u8);
        }

        return SendAsync(context, response.Status, buffer.WrittenMemory);
    }

    public static Task ErrorAsync(HttpContext context, int status, string? text)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Json.Writer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("errors"u8);
            if (text is not null)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return SendAsync(context, status, buffer.WrittenMemory);
    }

    public static Task ObjectAsync(HttpContext context, int status, JsonObject body) =>
        SendAsync(context, status, JsonSerializer.SerializeToUtf8Bytes(body, Json.Relaxed));

    private static Task SendAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        if (status == StatusCodes.Status204NoContent)
        {
            return Task.CompletedTask;
        }

        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body).AsTask();
    }

    /// <summary>A read of nothing is 404, and so is a list without keys, unless it has something else to say.</summary>
    private static bool IsAbsent(Operation operation, VaultResponse? response) => operation switch
    {
        Operation.Read => response is null,
        Operation.List => response is null || (response is { Wrap: null, Status: 200, Warnings: null } && response.Data is not { Count: > 0 }),
        _ => false,
    };

    private static int StatusOf(Result result)
    {
        int otherwise = result.Response is null ? StatusCodes.Status500InternalServerError : StatusCodes.Status400BadRequest;
        if (result.Failure?.Message.Contains("Vault is sealed", StringComparison.Ordinal) == true)
        {
            return StatusCodes.Status503ServiceUnavailable;
        }

        return result.Failure?.Kind switch
        {
            FailureKind.BadRequest or FailureKind.InvalidRequest or FailureKind.InvalidWrappingToken => StatusCodes.Status400BadRequest,
            FailureKind.PermissionDenied => StatusCodes.Status403Forbidden,
            FailureKind.UnsupportedOperation => StatusCodes.Status405MethodNotAllowed,
            FailureKind.UnsupportedPath => StatusCodes.Status404NotFound,
            FailureKind.RateLimited => StatusCodes.Status429TooManyRequests,
            _ => otherwise,
        };
    }
}
