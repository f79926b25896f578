using System.Threading.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace BackupCodeBroker.Vault.Wire;

/// <summary>
/// Carries calls to Vault by the rules of their class: bounded concurrency, the class's pipeline, a span and a measurement. Every end of
/// it is a <see cref="VaultReply"/>; cancellation is thrown, except where a change may already be on its way, since then it is no longer
/// undone by giving up and the caller has to know.
/// </summary>
internal sealed class VaultTransport : IDisposable
{
    private readonly VaultExchange _exchange;
    private readonly VaultPipelines _pipelines;
    private readonly ConcurrencyLimiter _turns;
    private readonly TimeProvider _time;

    public VaultTransport(VaultSettings settings, TimeProvider time, Func<HttpMessageHandler>? handler = null)
    {
        if (settings.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(settings));
        }

        _time = time;
        handler ??= () => VaultConnections.Create(settings);
        _exchange = new VaultExchange(handler(), settings, time);
        _pipelines = new VaultPipelines(settings.CallTimeout, time, VaultTelemetry.Retried);
        _turns = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = settings.MaxConcurrency,
            QueueLimit = settings.MaxQueue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    }

    /// <summary>Sends a call and interprets what comes back, and reports it. The request and the reply are gone afterwards.</summary>
    public async Task<T> CallAsync<T>(VaultRequest request, Func<VaultReply, T> interpret)
    {
        using var sent = request;
        using var telemetry = new VaultTelemetry(request, _time);
        using var reply = await SendAsync(request).ConfigureAwait(false);
        var result = interpret(reply);
        telemetry.End(reply);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _exchange.Dispose();
        _turns.Dispose();
    }

    private async Task<VaultReply> SendAsync(VaultRequest request)
    {
        var context = ResilienceContextPool.Shared.Get(request.Call.Cancellation);
        try
        {
            context.Properties.Set(VaultPipelines.Request, request);
            var outcome = await _pipelines.For(request.Kind)
                .ExecuteOutcomeAsync(TryOnceAsync, context, (Transport: this, Request: request))
                .ConfigureAwait(false);
            if (outcome.Exception is { } exception)
            {
                return new VaultReply(Explain(exception, request));
            }

            return outcome.Result!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static VaultFault Explain(Exception exception, VaultRequest request)
    {
        switch (exception)
        {
            case TimeoutRejectedException:
                return new VaultFault.TimedOut();
            case BrokenCircuitException:
                return new VaultFault.Busy();
            case OperationCanceledException when request is { Kind: CallClass.Write, MayHaveArrived: true }:
                return new VaultFault.TimedOut();
            default:
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception);
                throw exception;
        }
    }

    private static async ValueTask<Outcome<VaultReply>> TryOnceAsync(
        ResilienceContext context, (VaultTransport Transport, VaultRequest Request) state)
    {
        try
        {
            return Outcome.FromResult(await state.Transport.TakeTurnAsync(state.Request, context.CancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            return Outcome.FromException<VaultReply>(exception);
        }
    }

    private async Task<VaultReply> TakeTurnAsync(VaultRequest request, CancellationToken cancellation)
    {
        if (request.Kind == CallClass.Upkeep)
        {
            return await _exchange.SendAsync(request, cancellation).ConfigureAwait(false);
        }

        using var turn = await _turns.AcquireAsync(1, cancellation).ConfigureAwait(false);
        if (!turn.IsAcquired)
        {
            return new VaultReply(new VaultFault.Busy());
        }

        return await _exchange.SendAsync(request, cancellation).ConfigureAwait(false);
    }
}
