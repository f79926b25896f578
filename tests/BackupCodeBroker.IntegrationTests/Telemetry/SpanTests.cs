using System.Diagnostics;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>One server span per operation, in the caller's trace, with one client span below it for each call to Vault; work set off has its own.</summary>
public sealed class SpanTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task A_trace_is_the_callers_the_operation_below_it_and_the_calls_below_that()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var spans = new SpanWatch();
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap, clock: new TestClock());
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        using var verifier = broker.As(cast.Verifier);

        var reply = await verifier.SendAsync(
            HttpMethod.Post,
            $"/v1/identities/{holding.Identity}/consume",
            new { code = MadeCodes.WrongSecretOf(holding.Code()), purpose = "test" },
            ("Idempotency-Key", "k"), ("traceparent", $"00-{trace}-b7ad6b7169203331-01"), ("tracestate", "vendor=1"));

        var operation = spans.Of(reply);
        Assert.Equal(trace, reply.TraceId);
        Assert.Equal(("b7ad6b7169203331", "vendor=1", ActivityKind.Server), (operation.ParentSpanId.ToHexString(), operation.TraceStateString, operation.Kind));
        Assert.Equal(
            ("POST", "/v1/identities/{identity}/consume", 403, "refused", "wrong"),
            (operation.GetTagItem("http.request.method"), operation.GetTagItem("http.route"), operation.GetTagItem("http.response.status_code"),
                operation.GetTagItem("bcb.outcome"), operation.GetTagItem("bcb.reason")));
        var counting = Assert.Single(spans.Below(operation), s => s.OperationName == "bcb.count-failures");
        foreach (var span in (Activity[])[operation, counting])
        {
            var calls = tap.All.Where(c => c.SpanId == span.SpanId.ToHexString()).ToList();
            Assert.NotEmpty(calls);
            Assert.All(calls, c => Assert.True(c.Sampled));
            Assert.Equal(calls.Count, spans.Below(span).Count(s => s is { OperationName: "bcb.vault.call", Kind: ActivityKind.Client }));
        }
    }

    [Theory]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("0af7651916cd43dd8448eb211c80319c")]
    [InlineData("not a trace")]
    [InlineData("")]
    public async Task What_is_no_traceparent_is_as_good_as_not_sent(string parent)
    {
        var broker = await environment.SharedAsync();
        using var nobody = new ApiClient(broker.Address, null);
        var reply = await nobody.SendAsync(HttpMethod.Get, "/v1/identities/team-a.x", null, ("traceparent", parent));
        Assert.Equal(401, reply.Status);
        Assert.Matches("^[0-9a-f]{32}$", reply.TraceId);
        Assert.DoesNotContain(reply.TraceId, parent, StringComparison.OrdinalIgnoreCase);
        Assert.NotEqual(new string('0', 32), reply.TraceId);
    }
}
