using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>Every operation leaves exactly one access record and one count, with outcome and reason, and no secret in any line of the log.</summary>
public sealed class AccessRecordTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>, IAsyncDisposable
{
    private readonly CapturingLogs _logs = new();
    private RunningBroker? _broker;
    private Cast _cast = null!;

    [Fact]
    public async Task Each_operation_leaves_one_record_and_one_count_with_outcome_and_reason()
    {
        await ArrangeAsync();
        using var metrics = new MetricWatch(_broker!);
        var holding = await environment.HoldingAsync(await environment.SharedAsync(), _cast);
        using var owner = _broker!.As(_cast.Owner);
        using var verifier = _broker!.As(_cast.Verifier);
        using var nobody = new ApiClient(_broker!.Address, null);
        var (identity, code) = (holding.Identity, holding.Code());
        (string Operation, string Outcome, string? Reason, string? Caller, ApiReply Reply)[] expected =
        [
            ("consume", "done", null, _cast.Verifier.EntityId, await verifier.ConsumeAsync(identity, code, "k")),
            ("consume", "repeat", null, _cast.Verifier.EntityId, await verifier.ConsumeAsync(identity, code, "k")),
            ("consume", "conflict", "key-reused", _cast.Verifier.EntityId, await verifier.ConsumeAsync(identity, code, "k", "other")),
            ("consume", "refused", "spent", _cast.Verifier.EntityId, await verifier.ConsumeAsync(identity, code, "k2")),
            ("consume", "refused", "wrong", _cast.Verifier.EntityId, await verifier.ConsumeAsync(identity, MadeCodes.WrongSecretOf(holding.Code(1)))),
            ("consume", "refused", "unknown-code", _cast.Verifier.EntityId, await verifier.ConsumeAsync(identity, MadeCodes.Unknown(CodeKind.Machine))),
            ("consume", "refused", "unknown-identity", _cast.Verifier.EntityId, await verifier.ConsumeAsync("team-a.nobody", code)),
            ("consume", "malformed", "malformed", null, await verifier.ConsumeAsync(identity, "BCB1")),
            ("status", "denied", "not-permitted", _cast.Verifier.EntityId, await verifier.StatusAsync(identity)),
            ("status", "denied", "missing-token", null, await nobody.StatusAsync(identity)),
            ("status", "done", null, _cast.Owner.EntityId, await owner.StatusAsync(identity)),
            ("issue", "done", null, _cast.Owner.EntityId, await owner.IssueAsync(identity)),
            ("retrieve", "refused", "wrong-activation", _cast.Owner.EntityId, await owner.ActivateAsync(identity, 2, new string('0', 26))),
            ("revoke", "malformed", "too-large", null, await owner.RevokeAsync(identity, new string('x', 20_000))),
            ("revoke", "done", null, _cast.Owner.EntityId, await owner.RevokeAsync(identity)),
            ("revoke", "unchanged", null, _cast.Owner.EntityId, await owner.RevokeAsync(identity)),
        ];
        foreach (var (operation, outcome, reason, caller, reply) in expected)
        {
            var record = Assert.Single(_logs.Access, r => r["bcb.operation_id"] as string == reply.OperationId);
            Assert.Equal((operation, outcome, reason, caller), (record["bcb.operation"], record["bcb.outcome"], record.GetValueOrDefault("bcb.reason"), record.GetValueOrDefault("bcb.caller.entity")));
            Assert.Equal(reply.TraceId, record["trace"]);
        }

        Assert.Equal(expected.Length, _logs.Access.Count(r => (string)r["bcb.operation"]! is not ("readiness" or "count-failures")));
        foreach (var group in expected.GroupBy(e => $"{e.Operation} {e.Outcome} {e.Reason ?? ""}"))
        {
            Assert.Equal((group.Key, (long)group.Count()), (group.Key, metrics.Count("bcb.operations", group.Key)));
        }
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public async Task Every_call_of_an_operation_stands_in_Vaults_audit_log_under_its_trace()
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        var cast = await environment.CastAsync();
        await using var audit = await AuditFile.StartAsync(environment);
        var holding = await environment.HoldingAsync(broker, cast);
        using var verifier = broker.As(cast.Verifier);

        var reply = await verifier.ConsumeAsync(holding.Identity, holding.Code());

        var lines = (await audit.TextAsync()).Split('\n').Where(l => l.Contains(reply.TraceId, StringComparison.Ordinal)).ToList();
        Assert.Equal(tap.Of(reply).Count, lines.Count(l => l.Contains("\"type\":\"request\"", StringComparison.Ordinal)));
        Assert.Equal(tap.Of(reply).Count, lines.Count(l => l.Contains("\"type\":\"response\"", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public async Task No_line_of_the_log_holds_a_code_a_token_or_an_activation_secret()
    {
        await ArrangeAsync();
        var identity = BrokerEnvironment.NewIdentity();
        await _broker!.RegisterAsync(_cast.Team, identity, _cast.Owner);
        using var owner = _broker!.As(_cast.Owner);
        using var verifier = _broker!.As(_cast.Verifier);
        var issued = await owner.IssueAsync(identity);
        var payload = await environment.UnwrapAsync(_cast.Owner, issued);
        await owner.ActivateAsync(identity, payload.Generation, payload.Activation);
        await verifier.ConsumeAsync(identity, payload.Codes[0]);
        await verifier.ConsumeAsync(identity, payload.Codes[0]);
        await verifier.ConsumeAsync(identity, payload.Codes[1] + "!");

        string[] secrets =
        [
            .. payload.Codes, .. payload.Codes.Select(c => c[11..]), payload.Activation, _cast.Owner.Token, _cast.Verifier.Token,
            issued.Json.GetProperty("wrapping").GetProperty("token").GetString()!,
        ];
        Assert.NotEmpty(_logs.Lines);
        Assert.DoesNotContain(_logs.Lines, line => secrets.Any(s => line.Contains(s, StringComparison.OrdinalIgnoreCase)));
    }

    public async ValueTask DisposeAsync()
    {
        await (_broker?.DisposeAsync() ?? ValueTask.CompletedTask);
        _logs.Dispose();
    }

    private async Task ArrangeAsync()
    {
        _cast = await environment.CastAsync();
        _broker = await environment.StartAsync(clock: new TestClock(), configure: services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs)));
    }
}
