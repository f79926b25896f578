using System.Globalization;
using System.Net;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Api;

/// <summary>What every operation is handed of its HTTP request: token, body, and the parts of path, query and headers that it asks for.</summary>
internal sealed class ApiRequest(HttpRequest http, VaultToken token, RequestBody body)
{
    /// <summary>Longest reason, in characters.</summary>
    public const int MaxReason = 256;

    /// <summary>Header of the key under which a request can be repeated.</summary>
    public const string IdempotencyHeader = "Idempotency-Key";

    /// <summary>Longest key, in characters.</summary>
    public const int MaxIdempotencyKey = 128;

    private const int MaxQuery = 128;

    /// <summary>Longest text that a query looks for.</summary>
    public const int MaxText = 256;

    /// <summary>The caller's Vault token; null where the operation takes none.</summary>
    public VaultToken Token => token;

    /// <summary>Address of the other end of the connection.</summary>
    public IPAddress Peer => http.HttpContext.Connection.RemoteIpAddress ?? IPAddress.None;

    /// <summary>The headers, for what a proxy says in them.</summary>
    public IHeaderDictionary Headers => http.Headers;

    /// <summary>The body; empty where the request has none.</summary>
    public RequestBody Body => body;

    /// <summary>Ends when nobody waits for the answer any more: for looks that change nothing.</summary>
    public CancellationToken Aborted => http.HttpContext.RequestAborted;

    /// <summary>The <c>Idempotency-Key</c>: 1 to 128 printable ASCII characters, one of it; its errors go to the body's.</summary>
    public string? IdempotencyKey(RequestBody errors, bool required = true)
    {
        var values = http.Headers[IdempotencyHeader];
        if (values.Count == 0 && !required)
        {
            return null;
        }

        if (values is [{ Length: > 0 and <= MaxIdempotencyKey } key] && key.All(c => c is >= ' ' and <= '~'))
        {
            return key;
        }

        errors.Add(IdempotencyHeader, values.Count == 0 ? "the header is missing" : "must be one value of 1 to 128 printable ASCII characters");
        return null;
    }

    /// <summary>The generation in the path.</summary>
    public int Generation(RequestBody errors)
    {
        var text = http.RouteValues["generation"] as string;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var generation) && generation > 0 && text![0] != '0')
        {
            return generation;
        }

        errors.Add("generation", "must be a positive number");
        return 0;
    }

    /// <summary>An operation's id in the path; its errors go to the body's.</summary>
    public string? OperationId(string name, RequestBody errors)
    {
        if (http.RouteValues[name] is string { Length: 32 } id && id.All(char.IsAsciiHexDigitLower))
        {
            return id;
        }

        errors.Add(name, "must be an operation's id: 32 hex digits in lower case");
        return null;
    }

    /// <summary>The lockdown's id in the path; null with its error where it is none.</summary>
    public string? Lockdown(List<FieldError> errors)
    {
        if (http.RouteValues["id"] is string id && LockdownId.IsId(id))
        {
            return id;
        }

        errors.Add(new FieldError("id", "is not the id of a lockdown"));
        return null;
    }

    /// <summary>A query parameter, given at most once.</summary>
    public string? Query(string name, List<FieldError> errors, int max = MaxQuery)
    {
        var values = http.Query[name];
        if (values.Count > 1 || values is [{ } given] && given.Length > max)
        {
            errors.Add(new FieldError(name, "is given twice or too long"));
            return null;
        }

        if (values is [{ Length: 0 }])
        {
            errors.Add(new FieldError(name, "is empty"));
        }

        return values.Count == 0 ? null : values[0];
    }

    /// <summary>A query parameter that may be given several times.</summary>
    public IReadOnlyList<string> Queries(string name, int maxCount, int max, List<FieldError> errors)
    {
        var values = http.Query[name];
        if (values.Count <= maxCount && values.All(value => value is { Length: > 0 } && value.Length <= max))
        {
            return [.. values.OfType<string>()];
        }

        errors.Add(new FieldError(name, string.Create(CultureInfo.InvariantCulture, $"is given at most {maxCount} times, each time with 1 to {max} characters")));
        return [];
    }

    /// <summary>How long a page is to be: the parameter <c>limit</c>.</summary>
    public int Limit(int usual, int most, List<FieldError> errors)
    {
        var text = Query("limit", errors);
        if (text is null)
        {
            return usual;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1 && limit <= most)
        {
            return limit;
        }

        errors.Add(new FieldError("limit", string.Create(CultureInfo.InvariantCulture, $"must be 1 to {most}")));
        return usual;
    }

    /// <summary>Labels that are wanted: the parameter <c>label</c>, NAME=VALUE, which may be given several times.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels(int most, List<FieldError> errors)
    {
        var labels = new List<KeyValuePair<string, string>>();
        foreach (var text in Queries("label", most, MaxText, errors))
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                errors.Add(new FieldError("label", "is NAME=VALUE"));
                break;
            }

            labels.Add(new(text[..at], text[(at + 1)..]));
        }

        return labels;
    }

    /// <summary>An error for each query parameter beside the known ones.</summary>
    public IEnumerable<FieldError> UnknownQueries(params string[] known) =>
        http.Query.Keys.Where(k => !known.Contains(k)).Take(4).Select(_ => new FieldError("query", "has an unknown parameter"));
}
