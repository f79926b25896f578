using System.Net;
using System.Text;
using System.Text.Json;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>
/// The broker's half of the join with Vault's audit log: whatever happens, each operation has exactly one record, the record counts exactly the requests
/// that carried its span, and nothing that a broker sent is without a record but its log-in.
/// </summary>
public sealed class AccessJoinTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>, IDisposable
{
    private const int Racers = 12;

    private readonly AccessRecords _file = new();
    private readonly List<ApiReply> _replies = [];
    private VaultTap _tap = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task Each_operation_has_one_record_that_counts_exactly_its_requests()
    {
        await using var audit = await AuditFile.StartAsync(environment);
        await using (var broker = await StartAsync())
        {
            await RunFlowsAsync(broker, await environment.CastAsync());
        }

        var records = _file.Read();
        var logged = await LoggedAsync(audit);
        foreach (var reply in _replies)
        {
            var record = Assert.Single(records, r => r.Text("operation_id") == reply.OperationId);
            Assert.Equal(reply.TraceId, record.Text("trace_id"));
        }

        Assert.Equal(records.Count, records.Select(r => r.Text("span_id")).Distinct().Count());
        foreach (var record in records)
        {
            var span = record.Text("span_id")!;
            Assert.True(record.Number("vault_uncertain") == 0, record.ToString());
            Assert.Equal((record.ToString(), _tap.All.Count(c => c.SpanId == span)), (record.ToString(), record.Number("vault_calls")));
            Assert.Equal((record.ToString(), logged.Count(l => l.Span == span)), (record.ToString(), record.Number("vault_calls")));
            Assert.Subset(logged.Where(l => l.Span == span).Select(l => l.Id).ToHashSet(), record.VaultRequests().ToHashSet());
        }

        Assert.Contains(records, r => r.Text("operation") == "count-failures" && r.Number("vault_calls") > 0);
        Assert.Contains(records, r => r.Text("operation") == "readiness" && r.Number("vault_calls") > 0);
        Assert.All(_tap.All.Where(c => records.All(r => r.Text("span_id") != c.SpanId)), c => Assert.Matches("^(POST auth/[^/]+/login|(GET|POST) auth/token/(lookup|renew|revoke)-self|GET sys/health)$", c.Name));
    }

    [Theory]
    [Trait("Requirement", "R-38")]
    [InlineData("lost", "fault", "unknown-outcome")]
    [InlineData("sealed", "fault", "unavailable")]
    [InlineData("retried", "done", null)]
    public async Task What_may_or_may_not_stand_in_the_log_is_counted_apart(string trouble, string outcome, string? reason)
    {
        ApiReply reply;
        await using (var broker = await StartAsync())
        {
            var cast = await environment.CastAsync();
            var holding = await environment.HoldingAsync(broker, cast);
            using var verifier = broker.As(cast.Verifier);
            await verifier.ConsumeAsync(holding.Identity, holding.Code());
            var met = 0;
            _tap.Interfere = (call, send) => (trouble, call.Name) switch
            {
                ("lost", TappedCall.Write) => LoseAsync(send),
                ("lost", TappedCall.Read) when Volatile.Read(ref met) > 0 => Sealed(),
                ("sealed", TappedCall.Read) => Sealed(),
                ("retried", TappedCall.Read) when Interlocked.Increment(ref met) == 1 => Answer(HttpStatusCode.BadGateway, ""),
                _ => send(),
            };
            reply = await verifier.ConsumeAsync(holding.Identity, holding.Code(1));
            _tap.Interfere = null;

            async Task<HttpResponseMessage> LoseAsync(Func<Task<HttpResponseMessage>> send)
            {
                Volatile.Write(ref met, 1);
                (await send()).Dispose();
                throw new HttpRequestException(HttpRequestError.ResponseEnded);
            }
        }

        var record = Assert.Single(_file.Read(), r => r.Text("operation_id") == reply.OperationId);
        Assert.Equal((outcome, reason), (record.Text("outcome"), record.Text("reason")));
        Assert.True(record.Number("vault_uncertain") > 0, record.ToString());
        Assert.Equal(_tap.All.Count(c => c.SpanId == record.Text("span_id")), record.Number("vault_calls") + record.Number("vault_uncertain"));
    }

    public void Dispose()
    {
        _tap.Dispose();
        _file.Dispose();
    }

    private async Task<RunningBroker> StartAsync()
    {
        _tap = new VaultTap(environment.Names);
        return await environment.StartAsync(s => s with { Telemetry = s.Telemetry with { AccessFile = _file.Path } }, tap: _tap, clock: new TestClock());
    }

    private async Task RunFlowsAsync(RunningBroker broker, Cast cast)
    {
        using var owner = broker.As(cast.Owner);
        using var team = broker.As(cast.Team);
        using var verifier = broker.As(cast.Verifier);
        using var nobody = new ApiClient(broker.Address, null);
        var identity = BrokerEnvironment.NewIdentity();
        await NoteAsync(team.RegisterAsync(identity, cast.Owner.EntityId));
        var issued = await NoteAsync(owner.IssueAsync(identity));
        var payload = await environment.UnwrapAsync(cast.Owner, issued);
        await NoteAsync(owner.ActivateAsync(identity, payload.Generation, payload.Activation));
        await NoteAsync(verifier.ConsumeAsync(identity, payload.Codes[0], "k"));
        await NoteAsync(verifier.ConsumeAsync(identity, payload.Codes[0], "k"));
        await NoteAsync(verifier.ConsumeAsync(identity, payload.Codes[0]));
        await NoteAsync(verifier.ConsumeAsync(identity, MadeCodes.WrongSecretOf(payload.Codes[1])));
        await NoteAsync(verifier.ConsumeAsync("team-a.nobody", payload.Codes[1]));
        await NoteAsync(verifier.ConsumeAsync(identity, "BCB1"));
        await NoteAsync(verifier.StatusAsync(identity));
        await NoteAsync(nobody.StatusAsync(identity));
        await NoteAsync(team.ListAsync());
        await NoteAsync(owner.RevokeAsync("team-b.other"));
        _replies.AddRange(await Task.WhenAll(Enumerable.Range(0, Racers).Select(i => verifier.ConsumeAsync(identity, payload.Codes[2 + i % 2]))));
        _replies.AddRange(await Task.WhenAll(Enumerable.Range(0, Racers).Select(_ => verifier.ConsumeAsync(identity, MadeCodes.WrongSecretOf(payload.Codes[5])))));
        await NoteAsync(owner.RevokeAsync(identity));
    }

    private async Task<ApiReply> NoteAsync(Task<ApiReply> sending)
    {
        var reply = await sending;
        _replies.Add(reply);
        return reply;
    }

    private static async Task<IReadOnlyList<(string Span, string Id)>> LoggedAsync(AuditFile audit) =>
    [
        .. (await audit.TextAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)
            .Where(e => e.GetProperty("type").GetString() == "response").Select(e => e.GetProperty("request"))
            .Where(r => r.TryGetProperty("headers", out var headers) && headers.TryGetProperty("traceparent", out _))
            .Select(r => (r.GetProperty("headers").GetProperty("traceparent")[0].GetString()!.Split('-')[2], r.GetProperty("id").GetString()!)),
    ];

    private static Task<HttpResponseMessage> Sealed() => Answer(HttpStatusCode.ServiceUnavailable, """{"errors":["Vault is sealed"]}""");

    private static Task<HttpResponseMessage> Answer(HttpStatusCode status, string text) =>
        Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(text, Encoding.UTF8, "application/json") });
}
