using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// <c>bcb health</c>: does the broker live, or with <c>--ready</c> can it serve. For health checks of containers and units, whose images hold no other
/// HTTP client: no token, one request, the exit code says it.
/// </summary>
internal static class HealthVerb
{
    // A health check that waits longer than its own interval says nothing any more.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var ready = new Option<bool>("--ready") { Description = "Ask whether it can serve, and say what is missing; else whether the process lives." };
        var command = frame.Command("health", "Ask the broker whether it lives; needs no token, exit 3 where it does not.", "health --ready");
        command.Add(ready);
        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = new CliSettings(frame.Surroundings, parsed.GetValue(frame.Address), parsed.GetValue(frame.VaultAddress));
            return frame.Print(parsed, await AskAsync(settings, parsed.GetValue(ready) ? ("/readyz", "ready") : ("/healthz", "alive"), cancellation));
        });
        return command;
    }

    private static async Task<Outcome> AskAsync(CliSettings settings, (string Path, string Status) question, CancellationToken cancellation)
    {
        List<string> errors = [];
        if (CliContext.BrokerConnection(settings, errors) is not { } to)
        {
            return Outcome.Usage(string.Join("; ", errors));
        }

        using var client = new HttpClient(to.Handler) { BaseAddress = to.Address, Timeout = Patience };
        try
        {
            using var response = await client.GetAsync(new Uri(question.Path, UriKind.Relative), cancellation);
            var answer = Parse(await response.Content.ReadAsStringAsync(cancellation));
            return response.IsSuccessStatusCode && Text(answer?["status"]) == question.Status
                ? Outcome.Done(answer!, screen => screen.Line(question.Status))
                : Unavailable("not-" + question.Status, Why(answer) ?? $"HTTP {(int)response.StatusCode} and no answer of a broker");
        }
        catch (HttpRequestException e)
        {
            return Unavailable("not-reached", $"the broker at {settings.BrokerAddress} cannot be reached ({e.HttpRequestError})");
        }
        catch (OperationCanceledException)
        {
            return Unavailable("not-reached", $"the broker at {settings.BrokerAddress} does not answer");
        }
    }

    private static Outcome Unavailable(string code, string detail) => Outcome.Failed(ExitCode.Unavailable, Problem.Local(code, detail));

    // What is missing, as the broker words it.
    private static string? Why(JsonObject? answer) =>
        answer?["reasons"] is JsonArray { Count: > 0 } reasons ? string.Join("; ", reasons.Select(Text)) : Text(answer?["status"]) ?? Text(answer?["detail"]);

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static JsonObject? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
