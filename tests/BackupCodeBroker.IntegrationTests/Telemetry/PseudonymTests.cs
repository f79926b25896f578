using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Telemetry;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>Under pseudonyms no span and no line of the log names an identity, faults and alarms included; the access file does.</summary>
public sealed class PseudonymTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private readonly Pseudonyms _pseudonyms = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    [Fact]
    public async Task Spans_and_logs_name_nobody_and_the_file_does()
    {
        var cast = await environment.CastAsync();
        using var logs = new CapturingLogs();
        using var spans = new SpanWatch();
        using var file = new AccessRecords();
        var tap = new VaultTap(environment.Names);
        var replies = new List<ApiReply>();
        string identity;
        await using (var broker = await environment.StartAsync(
            s => s with { Telemetry = s.Telemetry with { AccessFile = file.Path, Pseudonyms = _pseudonyms } },
            services => services.AddLogging(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(logs)),
            tap))
        {
            var holding = await environment.HoldingAsync(broker, cast);
            identity = holding.Identity;
            using var owner = broker.As(cast.Owner);
            using var verifier = broker.As(cast.Verifier);
            replies.Add(await verifier.ConsumeAsync(identity, holding.Code()));
            replies.Add(await verifier.ConsumeAsync(identity, MadeCodes.WrongSecretOf(holding.Code(1))));
            await owner.IssueAsync(identity);
            replies.Add(await owner.InterceptedAsync(identity, 2, "test"));
            tap.Interfere = (call, send) => call.Name == TappedCall.Read ? Task.FromResult(Telling(identity)) : send();
            replies.Add(await verifier.ConsumeAsync(identity, holding.Code(2)));
        }

        Assert.Equal([200, 403, 204, 503], replies.Select(r => r.Status));
        Assert.Contains(logs.Lines, l => l.Contains("ALARM intercepted", StringComparison.Ordinal));
        Assert.Contains(logs.Lines, l => l.Contains("could not be carried out", StringComparison.Ordinal));
        Assert.DoesNotContain(logs.Lines, l => l.Contains(identity, StringComparison.Ordinal));
        var shown = replies.SelectMany(spans.Trace).SelectMany(s => s.TagObjects.Select(t => t.Value?.ToString()).Append(s.StatusDescription).Append(s.DisplayName)).ToList();
        Assert.Contains(_pseudonyms.Of(identity), shown);
        Assert.DoesNotContain(shown, text => text?.Contains(identity, StringComparison.Ordinal) ?? false);
        Assert.All(replies, r => Assert.Contains(file.Read(), record => record.Text("operation_id") == r.OperationId && record.Text("identity") == identity));
    }

    // Vault's own words may name what was asked for.
    private static HttpResponseMessage Telling(string identity) => new(System.Net.HttpStatusCode.BadRequest)
    {
        Content = new StringContent($$"""{"errors":["something about identities/bcb.{{identity}}"]}""", System.Text.Encoding.UTF8, "application/json"),
    };
}
