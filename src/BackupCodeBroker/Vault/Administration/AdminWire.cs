using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace BackupCodeBroker.Vault.Administration;

/// <summary>One administrator's requests to Vault. Nothing here is tried twice, but for a mount that is just being made.</summary>
internal sealed class AdminWire(HttpMessageInvoker http, VaultSettings settings, VaultToken token, string traceParent, TimeProvider time)
{
    private const int MaxAnswerBytes = 4 * 1024 * 1024;

    /// <summary>A new KV v2 mount answers 400 for a moment, in practice well below a second.</summary>
    private const string StillUpgrading = "from non-versioned to versioned";

    private const int UpgradeAttempts = 50;

    private static readonly TimeSpan UpgradePause = TimeSpan.FromMilliseconds(100);

    /// <summary>Sends a request and maps what the status says; <paramref name="take"/> reads the answer's body.</summary>
    public async Task<VaultAnswer<T>> SendAsync<T>(
        HttpMethod method,
        string path,
        JsonElement? body,
        Func<JsonElement, T> take,
        CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (status, answer, fault) = await ExchangeAsync(method, path, body, cancellation);
            if (fault is not null)
            {
                return new VaultAnswer<T>.Faulted(fault);
            }

            if (status != HttpStatusCode.BadRequest || !Says(answer, StillUpgrading) || attempt == UpgradeAttempts)
            {
                return Map(status, path, answer, take);
            }

            await Task.Delay(UpgradePause, time, cancellation);
        }
    }

    private static VaultAnswer<T> Map<T>(HttpStatusCode status, string path, JsonElement answer, Func<JsonElement, T> take) => status switch
    {
        HttpStatusCode.OK or HttpStatusCode.NoContent => Taken(path, answer, take),
        HttpStatusCode.Forbidden => new VaultAnswer<T>.Denied(
            Says(answer, "1 error occurred") ? VaultDenial.NoCapability : VaultDenial.InvalidToken, path),
        HttpStatusCode.NotFound => new VaultAnswer<T>.Absent(),
        HttpStatusCode.ServiceUnavailable => new VaultAnswer<T>.Faulted(new VaultFault.Sealed()),
        HttpStatusCode.TooManyRequests => new VaultAnswer<T>.Faulted(new VaultFault.RateLimited(RetryAfter: null)),
        _ => new VaultAnswer<T>.Faulted(new VaultFault.Unexpected((int)status, $"{path}: {Errors(answer)}")),
    };

    private static VaultAnswer<T> Taken<T>(string path, JsonElement answer, Func<JsonElement, T> take)
    {
        try
        {
            var requestId = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("request_id", out var id) ? id.GetString() : null;
            return new VaultAnswer<T>.Ok(take(answer), requestId ?? "");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new VaultAnswer<T>.Faulted(new VaultFault.Unexpected(200, $"{path}: an answer of another shape"));
        }
    }

    private static bool Says(JsonElement answer, string text) => Errors(answer).Contains(text, StringComparison.Ordinal);

    private static string Errors(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array
            ? string.Join("; ", errors.EnumerateArray().Select(error => error.ToString().Trim()))
            : "";

    private async Task<(HttpStatusCode Status, JsonElement Answer, VaultFault? Fault)> ExchangeAsync(
        HttpMethod method,
        string path,
        JsonElement? body,
        CancellationToken cancellation)
    {
        using var request = Request(method, path, body);
        using var deadline = new CancellationTokenSource(settings.CallTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            using var response = await http.SendAsync(request, both.Token);
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, both.Token);
            var bytes = await response.Content.ReadAsByteArrayAsync(both.Token);
            return (response.StatusCode, bytes.Length == 0 ? default : Parse(bytes), null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (default, default, new VaultFault.TimedOut());
        }
        catch (HttpRequestException error)
        {
            return (default, default, new VaultFault.Unreachable(error.HttpRequestError.ToString()));
        }
        catch (JsonException)
        {
            return (default, default, new VaultFault.Unexpected(0, $"{path}: not JSON; is this a Vault?"));
        }
    }

    private static JsonElement Parse(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    }

    private HttpRequestMessage Request(HttpMethod method, string path, JsonElement? body)
    {
        var request = new HttpRequestMessage(method, $"{settings.Address.TrimEnd('/')}/v1/{path}");
        request.Headers.Add("X-Vault-Token", token.Reveal());
        request.Headers.Add("X-Vault-Request", "true");
        request.Headers.Add("traceparent", traceParent);
        if (settings.Namespace is { } name)
        {
            request.Headers.Add("X-Vault-Namespace", name);
        }

        if (body is { } fields)
        {
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(fields));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return request;
    }
}
