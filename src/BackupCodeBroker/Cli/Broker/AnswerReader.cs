using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupCodeBroker.Cli.Broker;

/// <summary>Turns the broker's HTTP into answers. What is not of the broker's form settles nothing, whatever its status says.</summary>
internal static class AnswerReader
{
    private const string OperationHeader = "Bcb-Operation-Id";
    private const string TraceHeader = "Bcb-Trace-Id";

    // Problems after which no code is spent: where the broker does not know, it says unknown-outcome.
    private static readonly string[] NothingSpent = ["throttled", "not-ready", "unavailable", "busy"];

    private static readonly JsonSerializerOptions Wire = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
    };

    /// <summary>Reads one answer.</summary>
    public static async Task<BrokerAnswer<T>> ReadAsync<T>(HttpResponseMessage response, Uri address, CancellationToken cancellation)
        where T : class
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        if (!response.IsSuccessStatusCode)
        {
            return Failed<T>(response, body, address);
        }

        if (typeof(T) == typeof(Nothing))
        {
            return response.StatusCode == HttpStatusCode.NoContent && Header(response, OperationHeader) is not null
                ? new BrokerAnswer<T>.Done((T)(object)new Nothing(), Ids(response), response.Headers.Date)
                : Stranger<T>(response, address);
        }

        var value = TryRead<T>(body);
        return value is not null && TryRead<JsonObject>(body) is { } json
            ? new BrokerAnswer<T>.Done(value, json, response.Headers.Date)
            : Stranger<T>(response, address);
    }

    private static BrokerAnswer<T> Failed<T>(HttpResponseMessage response, byte[] body, Uri address)
    {
        if (TryRead<Problem>(body) is not { } read)
        {
            return Stranger<T>(response, address);
        }

        var problem = read with
        {
            OperationId = read.OperationId ?? Header(response, OperationHeader),
            TraceId = read.TraceId ?? Header(response, TraceHeader),
            Errors = read.Errors ?? [],
        };
        return response.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError
            ? new BrokerAnswer<T>.Unavailable(problem, response.Headers.RetryAfter?.Delta, MayBeDone: !NothingSpent.Contains(problem.Code))
            : new BrokerAnswer<T>.Refused(problem);
    }

    private static BrokerAnswer<T>.Unavailable Stranger<T>(HttpResponseMessage response, Uri address)
    {
        var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        var detail = $"what answers at {address.GetLeftPart(UriPartial.Authority)} does not speak as a broker does (HTTP {status})";
        var problem = Problem.Local("unexpected-answer", detail) with
        {
            OperationId = Header(response, OperationHeader),
            TraceId = Header(response, TraceHeader),
        };
        return new(problem, response.Headers.RetryAfter?.Delta, MayBeDone: true);
    }

    private static JsonObject Ids(HttpResponseMessage response) => new()
    {
        ["operation_id"] = Header(response, OperationHeader),
        ["trace_id"] = Header(response, TraceHeader),
    };

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static T? TryRead<T>(byte[] body)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body, Wire);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
