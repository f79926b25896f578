using System.Diagnostics;
using System.Security.Cryptography;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;
using Microsoft.Extensions.Primitives;

namespace BackupCodeBroker.Api;

/// <summary>Takes a request apart before anything of it is believed: one token, the broker's own namespace, a body that is small, whole and JSON.</summary>
internal static class RequestReading
{
    private const string Bearer = "Bearer ";
    private const int MaxTraceParent = 128;

    /// <summary>What the specification asks everybody to pass on at least.</summary>
    private const int MaxTraceState = 512;

    /// <summary>For operations that take no token: one that is sent is an error. Nobody would ask whose it is, and it would seem to count.</summary>
    public static VaultToken? NoToken(IHeaderDictionary headers, out Outcome? refusal)
    {
        refusal = headers["X-Vault-Token"].Concat(headers.Authorization).All(string.IsNullOrEmpty)
            ? null
            : new Outcome.Malformed("token", "send none: the code alone counts here");
        return null;
    }

    /// <summary>The caller's token, from one of two headers; two different ones are an error.</summary>
    public static VaultToken? Token(IHeaderDictionary headers, out Outcome? refusal)
    {
        refusal = null;
        var own = headers["X-Vault-Token"];
        var bearer = headers.Authorization;
        var texts = own.Concat(bearer.Select(Unbearer)).OfType<string>().Where(t => t.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        if (own.Count > 1 || bearer.Count > 1 || texts.Count > 1)
        {
            refusal = new Outcome.Malformed("token", "two tokens were sent; send one");
            return null;
        }

        if (bearer is [{ Length: > 0 } text] && !IsBearer(text))
        {
            refusal = new Outcome.Malformed("Authorization", "must be: Bearer and a Vault token");
            return null;
        }

        if (texts.Count == 0)
        {
            refusal = new Outcome.Unauthenticated(Missing: true);
            return null;
        }

        var token = VaultToken.TryParse(texts[0], out var error);
        refusal = token is null ? new Outcome.Malformed("token", error) : null;
        return token;
    }

    /// <summary>An error where the request names a namespace that is not the broker's.</summary>
    public static Outcome? Namespace(IHeaderDictionary headers, string? own)
    {
        var named = headers["X-Vault-Namespace"];
        return StringValues.IsNullOrEmpty(named) || named.Count == 1 && Trimmed(named[0]) == Trimmed(own)
            ? null
            : new Outcome.Malformed("X-Vault-Namespace", "the namespace is the broker's configuration; leave the header out");
    }

    /// <summary>Reads the body; where it cannot be read the problem says why.</summary>
    public static async Task<(RequestBody? Body, Problem? Problem)> BodyAsync(HttpRequest request, CancellationToken deadline)
    {
        // Room for one byte more than is expected, so that too much is noticed.
        var bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(request.ContentLength ?? RequestBody.MaxBytes, RequestBody.MaxBytes) + 1);
        try
        {
            var length = request.ContentLength is 0 || HttpMethods.IsGet(request.Method) ? 0 : await FillAsync(request.Body, bytes, deadline);
            if (length > RequestBody.MaxBytes || request.ContentLength > RequestBody.MaxBytes)
            {
                return Failed(bytes, Problems.TooLarge(RequestBody.MaxBytes));
            }

            if (length == 0)
            {
                return (RequestBody.Parse([(byte)'{', (byte)'}'], 2, out _), null);
            }

            if (!IsJson(request))
            {
                return Failed(bytes, Problems.UnsupportedMediaType());
            }

            var body = RequestBody.Parse(bytes, length, out var error);
            return body is null ? Failed(bytes, Problems.Of(new Outcome.Malformed("body", error!))!) : (body, null);
        }
        catch (BadHttpRequestException e)
        {
            return Failed(bytes, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? Problems.TooLarge(RequestBody.MaxBytes) : Problems.BadHttp(e.StatusCode));
        }
        catch (OperationCanceledException)
        {
            return Failed(bytes, Problems.TooSlow());
        }
        catch (IOException)
        {
            // The caller is gone in the middle of its request: nobody reads the answer.
            return Failed(bytes, Problems.BadHttp(StatusCodes.Status400BadRequest));
        }
    }

    /// <summary>The trace that the caller says the request is part of (W3C Trace Context); whatever is malformed is as good as not sent.</summary>
    public static ActivityContext Trace(IHeaderDictionary headers) =>
        headers.TraceParent is [{ Length: < MaxTraceParent } parent] && ActivityContext.TryParse(parent, State(headers), isRemote: true, out var context)
            ? context
            : default;

    private static string? State(IHeaderDictionary headers) =>
        headers.TraceState.ToString() is { Length: > 0 and <= MaxTraceState } state && state.All(c => c is >= ' ' and <= '~') ? state : null;

    private static async Task<int> FillAsync(Stream stream, byte[] bytes, CancellationToken deadline)
    {
        var length = 0;
        while (length < bytes.Length)
        {
            var read = await stream.ReadAsync(bytes.AsMemory(length), deadline);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return length;
    }

    private static (RequestBody?, Problem) Failed(byte[] bytes, Problem problem)
    {
        CryptographicOperations.ZeroMemory(bytes);
        return (null, problem);
    }

    private static bool IsJson(HttpRequest request) =>
        request.Headers.ContentEncoding.Count == 0
        && Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static bool IsBearer(string text) => text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);

    private static string? Unbearer(string? text) => text is not null && IsBearer(text) ? text[Bearer.Length..].Trim() : null;

    private static string Trimmed(string? text) => text?.Trim('/') ?? "";
}
