using System.Collections.Concurrent;
using System.Diagnostics;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Tests.Vault;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BackupCodeBroker.Tests.Telemetry;

/// <summary>An operation's span: the caller's trace and nothing else above it, its calls to Vault below it, its ids even where nobody records.</summary>
public sealed class OperationSpanTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void With_nobody_recording_the_ids_are_there_and_Vault_is_told_so()
    {
        var parent = Parent();
        using var span = new OperationSpan("consume", ActivityKind.Server, TimeProvider.System, parent);
        Assert.Equal(parent.TraceId.ToHexString(), span.TraceId);
        Assert.NotEqual(parent.SpanId.ToHexString(), span.SpanId);
        Assert.Equal($"00-{span.TraceId}-{span.SpanId}-00", span.Call(Cancellation).TraceParent);
        Assert.Equal((span.TraceId, span.SpanId), (Activity.Current!.TraceId.ToHexString(), Activity.Current.SpanId.ToHexString()));
    }

    [Theory]
    [InlineData(ActivitySamplingResult.PropagationData, "00")]
    [InlineData(ActivitySamplingResult.AllData, "00")]
    [InlineData(ActivitySamplingResult.AllDataAndRecorded, "01")]
    public void The_flag_is_what_the_sampler_said_not_what_the_caller_sent(ActivitySamplingResult sampled, string flag)
    {
        var parent = Parent();
        using var spans = new Spans(parent.TraceId, sampled);
        using var span = new OperationSpan("consume", ActivityKind.Server, TimeProvider.System, parent);
        Assert.EndsWith("-" + flag, span.Call(Cancellation).TraceParent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hosts_own_activity_is_nobodys_parent_and_is_current_again_afterwards()
    {
        using var host = new Activity("host").Start();
        await ServeAsync();
        Assert.Same(host, Activity.Current);

        async Task ServeAsync()
        {
            using var span = new OperationSpan("consume", ActivityKind.Server, TimeProvider.System, default);
            await Task.Yield();
            Assert.NotEqual(host.TraceId.ToHexString(), span.TraceId);
            Assert.Equal((span.SpanId, default), (Activity.Current!.SpanId.ToHexString(), Activity.Current.ParentSpanId));
        }
    }

    [Fact]
    public void A_span_has_the_request_and_what_it_came_to()
    {
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, "a=b", isRemote: true);
        using var spans = new Spans(parent.TraceId);
        using (var scope = new OperationScope(Operation.Consume, TimeProvider.System, parent))
        {
            scope.Request("POST", "/v1/identities/{identity}/consume");
            scope.Conclude("refused", "wrong", 403, "~pseudonym");
        }

        var span = Assert.Single(spans.Ended);
        Assert.Equal(("bcb.consume", ActivityKind.Server, parent.SpanId, "a=b", ActivityStatusCode.Unset), (span.OperationName, span.Kind, span.ParentSpanId, span.TraceStateString, span.Status));
        string[] expected =
        [
            "bcb.identity=~pseudonym", "bcb.operation=consume", "bcb.outcome=refused", "bcb.reason=wrong", "http.request.method=POST",
            "http.response.status_code=403", "http.route=/v1/identities/{identity}/consume",
        ];
        Assert.Equal(expected, span.TagObjects.Where(t => t.Key != "bcb.operation_id").Select(t => $"{t.Key}={t.Value}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("fault", ActivityStatusCode.Error)]
    [InlineData("refused", ActivityStatusCode.Unset)]
    [InlineData("denied", ActivityStatusCode.Unset)]
    [InlineData("malformed", ActivityStatusCode.Unset)]
    [InlineData("done", ActivityStatusCode.Unset)]
    public void Only_a_fault_is_an_error(string outcome, ActivityStatusCode status)
    {
        var parent = Parent();
        using var spans = new Spans(parent.TraceId);
        using (var span = new OperationSpan("status", ActivityKind.Server, TimeProvider.System, parent))
        {
            span.Conclude(outcome, "why");
        }

        Assert.Equal(status, Assert.Single(spans.Ended).Status);
    }

    [Fact]
    public async Task Calls_to_Vault_are_its_children_side_by_side_and_whatever_is_current()
    {
        using var vault = FakeVault.Answering(404, VaultBodies.Nothing);
        using var client = vault.Client();
        var parent = Parent();
        using var spans = new Spans(parent.TraceId);
        string id;
        using (var span = new OperationSpan("status", ActivityKind.Server, TimeProvider.System, parent))
        {
            id = span.SpanId;
            using var between = new Activity("between").Start();
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.ReadKvAsync(FakeVault.Token, "broker/state", span.Call(Cancellation))));
            await Task.Run(() => client.ReadKvAsync(FakeVault.Token, "broker/state", span.Call(Cancellation)), Cancellation);
        }

        var calls = spans.Ended.Where(s => s.OperationName == "bcb.vault.call").ToList();
        Assert.Equal(5, calls.Count);
        Assert.All(calls, c => Assert.Equal((id, ActivityKind.Client), (c.ParentSpanId.ToHexString(), c.Kind)));
        Assert.All(vault.Requests, r => Assert.Equal($"00-{parent.TraceId}-{id}-01", r.Headers["traceparent"]));
    }

    [Fact]
    public async Task Calls_are_told_when_the_operation_is_and_the_times_are_those_of_the_calls()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var vault = new FakeVault((seen, cancellation) =>
        {
            time.Advance(TimeSpan.FromMilliseconds(30));
            return FakeVault.Answer(404, VaultBodies.Nothing)(seen, cancellation);
        });
        using var client = vault.Client(time);
        var parent = Parent();
        using var spans = new Spans(parent.TraceId);
        var began = time.GetUtcNow().UtcDateTime;
        var span = new OperationSpan("status", ActivityKind.Server, time, parent);
        await client.ReadKvAsync(FakeVault.Token, "broker/state", span.Call(Cancellation));
        await client.ReadKvAsync(FakeVault.Token, "broker/state", span.Call(Cancellation));
        span.Conclude("done", null);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(spans.Ended);
        span.Dispose();

        var took = TimeSpan.FromMilliseconds(30);
        Assert.Equal(
            [("bcb.vault.call", began, took), ("bcb.vault.call", began + took, took), ("bcb.status", began, 2 * took)],
            spans.Ended.Select(s => (s.OperationName, s.StartTimeUtc, s.Duration)));
    }

    [Fact]
    public async Task A_call_that_outlives_its_operation_is_told_all_the_same()
    {
        using var vault = FakeVault.Answering(404, VaultBodies.Nothing);
        using var client = vault.Client();
        var parent = Parent();
        using var spans = new Spans(parent.TraceId);
        var span = new OperationSpan("status", ActivityKind.Server, TimeProvider.System, parent);
        span.Dispose();
        span.Dispose();
        await client.ReadKvAsync(FakeVault.Token, "broker/state", span.Call(Cancellation));
        Assert.Equal(["bcb.status", "bcb.vault.call"], spans.Ended.Select(s => s.OperationName));
        Assert.Equal(span.SpanId, spans.Ended.Last().ParentSpanId.ToHexString());
    }

    [Fact]
    public async Task Work_of_many_calls_is_told_in_pieces_and_none_is_left_out()
    {
        using var vault = FakeVault.Answering(404, VaultBodies.Nothing);
        using var client = vault.Client();
        var parent = Parent();
        using var spans = new Spans(parent.TraceId);
        using (var span = new OperationSpan("sweep", ActivityKind.Internal, TimeProvider.System, parent))
        {
            await Parallel.ForAsync(0, 150, Cancellation, async (_, _) => await client.ReadKvAsync(FakeVault.Token, "broker/state", span.Call(Cancellation)));
            Assert.Equal(128, spans.Ended.Count);
        }

        Assert.Equal(151, spans.Ended.Count);
    }

    private static ActivityContext Parent() =>
        new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, null, isRemote: true);

    /// <summary>Records the spans of one trace.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _ended = new();
        private readonly ActivityListener _listener;

        public Spans(ActivityTraceId trace, ActivitySamplingResult sampled = ActivitySamplingResult.AllDataAndRecorded)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "BackupCodeBroker",
                Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.TraceId == trace ? sampled : ActivitySamplingResult.None,
                ActivityStopped = activity =>
                {
                    if (activity.TraceId == trace)
                    {
                        _ended.Enqueue(activity);
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyCollection<Activity> Ended => _ended;

        public void Dispose() => _listener.Dispose();
    }
}
