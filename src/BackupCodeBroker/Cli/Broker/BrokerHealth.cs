using System.Text.Json;
using BackupCodeBroker.Doctor;

namespace BackupCodeBroker.Cli.Broker;

/// <summary>What a broker tells everybody of itself. No token is sent: nobody knows yet who answers there.</summary>
internal sealed class BrokerHealth(Uri address, HttpMessageHandler handler) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private const int MaxAnswer = 256 * 1024;

    private static readonly JsonSerializerOptions Wire = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, MaxDepth = 8 };

    private readonly HttpClient _http = new(handler) { Timeout = Timeout, MaxResponseContentBufferSize = MaxAnswer };

    /// <summary>Asks whether it lives and whether it is ready.</summary>
    public async Task<BrokerSaid> AskAsync(CancellationToken cancellation)
    {
        var at = address.GetLeftPart(UriPartial.Authority);
        try
        {
            var alive = await GetAsync<Alive>("/healthz", cancellation);
            var ready = alive is { Status: "alive" } ? await GetAsync<Readiness>("/readyz", cancellation) : null;
            return ready is null || alive is null
                ? Silent(at, $"what answers at {at} does not speak as a broker does")
                : new BrokerSaid(at, null, alive.Version ?? "", ready.Status == "ready", Remarks(ready.Missing, ready.Reasons), Remarks(ready.Notices, null));
        }
        catch (HttpRequestException)
        {
            return Silent(at, $"no broker answers at {at}");
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Silent(at, $"the broker at {at} did not answer in time");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>A broker that said nothing.</summary>
    public static BrokerSaid Silent(string address, string why) => new(address, why, "", false, [], []);

    // A broker of an earlier version gives sentences without ids.
    private static IReadOnlyList<BrokerRemark> Remarks(IReadOnlyList<Remark>? remarks, IReadOnlyList<string>? sentences) =>
        remarks is { Count: > 0 } ? [.. remarks.Select(remark => new BrokerRemark(remark.Id ?? "", remark.What ?? "", remark.Fix ?? ""))]
        : sentences is not null ? [.. sentences.Select(sentence => new BrokerRemark("no id", sentence, ""))]
        : [];

    private async Task<T?> GetAsync<T>(string path, CancellationToken cancellation)
        where T : class
    {
        using var response = await _http.GetAsync(new Uri(address, path), cancellation);
        try
        {
            return JsonSerializer.Deserialize<T>(await response.Content.ReadAsByteArrayAsync(cancellation), Wire);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Alive(string? Status, string? Version);

    private sealed record Readiness(string? Status, IReadOnlyList<string>? Reasons, IReadOnlyList<Remark>? Missing, IReadOnlyList<Remark>? Notices);

    private sealed record Remark(string? Id, string? What, string? Fix);
}
