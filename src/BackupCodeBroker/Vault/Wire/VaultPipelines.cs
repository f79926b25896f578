using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace BackupCodeBroker.Vault.Wire;

/// <summary>
/// How each class of call is carried: reads are retried, nothing else is; reads and writes of the broker share one circuit breaker,
/// which callers' calls neither count towards nor stop at; every try has a time-out. All of it is bounded by the operation's cancellation.
/// </summary>
internal sealed class VaultPipelines
{
    /// <summary>Together about a second: enough for a leader that steps down, and well within an operation's five.</summary>
    private const int Retries = 3;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    /// <summary>The breaker opens when most of at least this many calls within the window failed because Vault is down.</summary>
    private const int MinimumThroughput = 20;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(1);

    private readonly ResiliencePipeline<VaultReply> _read;
    private readonly ResiliencePipeline<VaultReply> _write;
    private readonly ResiliencePipeline<VaultReply> _once;

    public VaultPipelines(TimeSpan callTimeout, TimeProvider time, Action<VaultRequest> retried)
    {
        var breaker = Builder(time).AddCircuitBreaker(Breaker()).Build();
        var timeout = new TimeoutStrategyOptions { Timeout = callTimeout };
        _read = Builder(time).AddRetry(Retry(retried)).AddPipeline(breaker).AddTimeout(timeout).Build();
        _write = Builder(time).AddPipeline(breaker).AddTimeout(timeout).Build();
        _once = Builder(time).AddTimeout(timeout).Build();
    }

    /// <summary>In a pipeline's context: the request that it carries.</summary>
    public static ResiliencePropertyKey<VaultRequest> Request { get; } = new("request");

    /// <summary>The pipeline of a class.</summary>
    public ResiliencePipeline<VaultReply> For(CallClass kind) => kind switch
    {
        CallClass.Read => _read,
        CallClass.Write => _write,
        _ => _once,
    };

    private static ResiliencePipelineBuilder<VaultReply> Builder(TimeProvider time) => new() { TimeProvider = time };

    private static RetryStrategyOptions<VaultReply> Retry(Action<VaultRequest> retried) => new()
    {
        MaxRetryAttempts = Retries,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = FirstDelay,
        MaxDelay = LongestDelay,
        ShouldHandle = static args => ValueTask.FromResult(args.Outcome switch
        {
            { Exception: TimeoutRejectedException } => true,
            { Result: { } reply } => Verdict.IsTransient(reply),
            _ => false,
        }),
        DelayGenerator = static args => ValueTask.FromResult(args.Outcome.Result?.RetryAfter),
        OnRetry = args =>
        {
            if (args.Context.Properties.TryGetValue(Request, out var request))
            {
                retried(request);
            }

            return ValueTask.CompletedTask;
        },
    };

    private static CircuitBreakerStrategyOptions<VaultReply> Breaker() => new()
    {
        FailureRatio = 0.5,
        MinimumThroughput = MinimumThroughput,
        SamplingDuration = Window,
        BreakDuration = OpenFor,
        ShouldHandle = static args => ValueTask.FromResult(args.Outcome switch
        {
            { Exception: TimeoutRejectedException } => true,
            { Result: { } reply } => Verdict.MeansDown(reply),
            _ => false,
        }),
    };
}
