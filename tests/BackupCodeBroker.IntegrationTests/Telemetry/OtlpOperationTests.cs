using System.Text;
using System.Text.RegularExpressions;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.IntegrationTests.Approvals;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.IntegrationTests.Telemetry.OtlpProtocol;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Tests.Architecture;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>
/// What a receiver holds after every operation and every refusal that there is: the span with its parent and its calls to Vault, the access record, the
/// counts. The receiver is a real one and the broker a process of its own, over both of the protocol's transports.
/// </summary>
public sealed partial class OtlpOperationTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private static readonly HashSet<int> Audited = [200, 204, 400, 403, 404, 405];

    [Fact]
    public void The_table_has_every_reason_that_the_program_has()
    {
        var codes = ProblemCode().Matches(Repository.Read("src/BackupCodeBroker/Api/Problems.cs")).Select(m => m.Groups[1].Value).ToList();
        Assert.True(codes.Count > 15);
        var reasons = codes.Concat(Enum.GetValues<FaultKind>().Select(k => k.Name())).Concat(Enum.GetValues<Reason>().Select(r => r.Name())).Distinct().Order().ToList();

        // What was done, or is so already, may have a reason too: why it was.
        var made = OtlpOperations.All.Where(o => o.Outcome is not ("done" or "unchanged" or "repeat")).Select(o => o.Reason).OfType<string>().ToHashSet();

        Assert.Equal(reasons, made.Concat(OtlpOperations.NotMade.Keys).Order());
        Assert.All(Enum.GetValues<Reason>(), r => Assert.Contains(OtlpOperations.All, o => (o.Outcome, o.Reason) == ("refused", r.Name())));
    }

    [Theory]
    [Trait("Requirement", "R-38")]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Every_operation_and_every_refusal_arrives_as_one_span_one_access_record_and_one_count(string protocol)
    {
        await using var stage = await OtlpStage.StartAsync(environment, protocol, HelpDesk.Variables);
        var asked = new List<Asked>();
        foreach (var operation in OtlpOperations.All)
        {
            using var caller = new CallersSpan();
            asked.Add(new Asked(operation, await operation.Act(stage), caller.SpanId, caller.TraceId));
        }

        var received = await stage.Receiver.UntilAsync(
            r => asked.All(a => r.Access.Any(l => a.Is(l["bcb.operation_id"])) && r.Spans.Any(s => a.Is(s["bcb.operation_id"])))
                && Recorded(r).All(e => Counted(r).GetValueOrDefault(e.Key) >= e.Value),
            "a span, a record and a count for each operation");

        Assert.All(stage.Receiver.Payloads, p => Assert.True(p.Known && p.Grpc == (protocol == "grpc"), p.Path));
        Assert.Multiple([.. asked.Select(a => (Action)(() => OperationIsTold(a, received, stage)))]);
        CountsAreTold(asked, received);
        DurationsAreTold(asked, received);
        NothingUnboundedIsALabel(stage);
        Assert.All(
            [.. received.Spans.Select(s => s.Resource), .. received.Logs.Select(l => l.Resource), .. received.Metrics.Select(m => m.Resource)],
            resource => ResourceIsTold(resource, received.Access.First()));
    }

    [Fact]
    public async Task Without_a_callers_span_an_operation_begins_a_trace_of_its_own()
    {
        await using var stage = await OtlpStage.StartAsync(environment, "grpc");
        var reply = await stage.AskAsync(stage.Cast.Team, c => c.ListAsync());
        var span = await stage.Receiver.UntilAsync(r => r.Spans.SingleOrDefault(s => s["bcb.operation_id"] as string == reply.OperationId), "the span");
        Assert.Equal((reply.TraceId, ""), (span.TraceId, span.ParentId));
    }

    private static void OperationIsTold(Asked asked, OtlpReceived received, OtlpStage stage)
    {
        var (operation, reply) = (asked.Operation, asked.Reply);
        var about = $"{operation}: {reply.Status}";
        var access = Assert.Single(received.Access, l => asked.Is(l["bcb.operation_id"]));
        Assert.Equal((operation.Operation, operation.Outcome, operation.Reason), ((string)access["bcb.operation"]!, (string)access["bcb.outcome"]!, (string?)access["bcb.reason"]));
        var span = Assert.Single(received.Spans, s => asked.Is(s["bcb.operation_id"]));
        Assert.True((asked.TraceId, asked.CallerSpanId) == (span.TraceId, span.ParentId), about);
        Assert.Equal((reply.TraceId, span.SpanId), (access.TraceId, access.SpanId));
        Assert.Equal(("bcb." + operation.Operation, Span.Types.SpanKind.Server), (span.Name, span.Span.Kind));
        Assert.Equal(operation.Outcome == "fault" ? Status.Types.StatusCode.Error : Status.Types.StatusCode.Unset, span.Span.Status?.Code ?? Status.Types.StatusCode.Unset);
        Assert.Equal((long)reply.Status, span["http.response.status_code"]);
        foreach (var name in (string[])["bcb.operation", "bcb.identity", "bcb.outcome", "bcb.reason", "bcb.caller.entity", "bcb.generation"])
        {
            Assert.Equal((about, name, access[name]), (about, name, span[name]));
        }

        CallsAreTold(about, access, span, received, stage.Proxy.Of(reply));
    }

    // Every call that passed the proxy under the operation's own span, with Vault's ids of the requests; and nothing of what paths name.
    private static void CallsAreTold(string about, OtlpLog access, OtlpSpan span, OtlpReceived received, IReadOnlyList<ProxiedCall> passed)
    {
        var own = passed.Where(c => c.SpanId == span.SpanId).ToList();
        var calls = received.Spans.Where(s => s.ParentId == span.SpanId && s.Name == "bcb.vault.call").ToList();
        Assert.All(own, c => Assert.EndsWith("-01", c.TraceParent, StringComparison.Ordinal));
        Assert.Equal((about, own.Count(c => Audited.Contains(c.Status))), (about, (int)(long)access["bcb.vault.calls"]!));
        Assert.Equal((about, own.Count(c => !Audited.Contains(c.Status))), (about, (int)(long)access["bcb.vault.uncertain"]!));
        var ids = Sorted(own.Select(c => c.RequestId));
        var recorded = (List<string>?)access["bcb.vault.requests"] ?? [];
        Assert.Equal((about, Math.Min(ids.Count, AccessRecord.MaxRequestIds)), (about, recorded.Count));
        Assert.Subset(ids.ToHashSet(), recorded.ToHashSet());
        Assert.Equal((about, string.Join(' ', ids)), (about, string.Join(' ', Sorted(calls.Select(c => (string?)c["vault.request_id"])))));
        Assert.All(calls, call =>
        {
            Assert.Equal((span.TraceId, Span.Types.SpanKind.Client, "BackupCodeBroker"), (call.TraceId, call.Span.Kind, call.Scope));
            Assert.DoesNotContain("team-a", (string)call["vault.path"]!, StringComparison.Ordinal);
            Assert.NotNull(call["vault.outcome"]);
        });
        Assert.True(calls.Count <= own.Count && (calls.Count > 0) == (own.Count > 0), $"{calls.Count} spans of calls, {own.Count} calls");
    }

    private static List<string> Sorted(IEnumerable<string?> ids) => [.. ids.OfType<string>().Where(i => i.Length > 0).Order(StringComparer.Ordinal)];

    private static void CountsAreTold(List<Asked> asked, OtlpReceived received)
    {
        var expected = Expected(asked);
        Assert.Equal(expected.OrderBy(e => e.Key), Counted(received).Where(c => expected.ContainsKey(c.Key)).OrderBy(c => c.Key));
    }

    private static Dictionary<(string, string, string), long> Expected(List<Asked> asked) =>
        asked.GroupBy(a => (a.Operation.Operation, a.Operation.Outcome, a.Operation.Reason ?? "")).ToDictionary(g => g.Key, g => (long)g.Count());

    private static Dictionary<(string, string, string), long> Recorded(OtlpReceived received) => received.Access
        .GroupBy(l => ((string)l["bcb.operation"]!, (string)l["bcb.outcome"]!, l["bcb.reason"] as string ?? "")).ToDictionary(g => g.Key, g => (long)g.Count());

    private static Dictionary<(string, string, string), long> Counted(OtlpReceived received) => received.Counters("bcb.operations")
        .ToDictionary(c => ((string)c.Attributes["bcb.operation"], (string)c.Attributes["bcb.outcome"], (string)c.Attributes["bcb.reason"]), c => c.Value);

    // Seconds, one measurement for each operation, and the trace of one of them to look at.
    private static void DurationsAreTold(List<Asked> asked, OtlpReceived received)
    {
        foreach (var name in new[] { "bcb.operation.duration", "bcb.vault.call.duration" })
        {
            Assert.Equal(("s", Metric.DataOneofCase.Histogram), (received.Metrics.Last(m => m.Name == name).Metric.Unit, received.Metrics.Last(m => m.Name == name).Metric.DataCase));
        }

        var durations = received.Metrics.Where(m => m.Name == "bcb.operation.duration").ToList();
        foreach (var group in asked.GroupBy(a => (a.Operation.Operation, a.Operation.Outcome)))
        {
            var points = durations[^1].Metric.Histogram.DataPoints.Where(p => OtlpValues.Of(p.Attributes) is var at
                && ((string)at["bcb.operation"], (string)at["bcb.outcome"]) == group.Key);
            Assert.Equal((group.Key, (ulong)group.Count()), (group.Key, Assert.Single(points).Count));
        }

        var exemplar = durations.SelectMany(m => m.Exemplars).First(e => asked.Any(a => a.TraceId == OtlpValues.Hex(e.TraceId)));
        Assert.Contains(received.Spans, s => (s.TraceId, s.SpanId) == (OtlpValues.Hex(exemplar.TraceId), OtlpValues.Hex(exemplar.SpanId)) && s["bcb.operation_id"] is not null);
    }

    // What grows with identities, people or requests would grow the receiver's storage without bound, and tell who did what to whoever may see metrics.
    private static void NothingUnboundedIsALabel(OtlpStage stage)
    {
        var metrics = string.Concat(stage.Receiver.Payloads.Where(p => p.Metrics is not null).Select(p => Encoding.Latin1.GetString(p.Bytes)));
        Assert.Contains("bcb.operations", metrics, StringComparison.Ordinal);
        string[] unbounded = ["team-a", .. new[] { stage.Cast.Team, stage.Cast.Owner, stage.Cast.Verifier, stage.Cast.Desk }.SelectMany(p => new[] { p.EntityId, p.Accessor, p.Token })];
        Assert.DoesNotContain(unbounded, text => metrics.Contains(text, StringComparison.OrdinalIgnoreCase));
    }

    private static void ResourceIsTold(IReadOnlyDictionary<string, object> resource, OtlpLog access)
    {
        Assert.Equal(("backup-code-broker", access["bcb.replica"]), (resource["service.name"], resource["service.instance.id"]));
        Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+", (string)resource["service.version"]);
    }

    [GeneratedRegex(@"(?:[0-9]{3}|status),\s+""([a-z-]+)""")]
    private static partial Regex ProblemCode();

    /// <summary>An operation that was asked for and answered.</summary>
    private sealed record Asked(OtlpOperation Operation, ApiReply Reply, string CallerSpanId, string TraceId)
    {
        public bool Is(object? operationId) => operationId as string == Reply.OperationId;
    }
}
