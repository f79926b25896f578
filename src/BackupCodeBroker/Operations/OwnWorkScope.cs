using System.Diagnostics;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Operations;

/// <summary>
/// One piece of what the broker does of itself at code data (<see cref="OwnWork"/>): a span, a journal and a record of its own, so that none of its
/// requests is left over in Vault's audit log. What it came to is said before its end; unsaid, it was a fault. Where Vault was
/// not asked at all there is nothing to explain, and no record.
/// </summary>
internal sealed class OwnWorkScope : IDisposable
{
    private readonly AccessLog _log;
    private readonly OperationMetrics? _metrics;
    private readonly OperationSpan _span;
    private readonly TimeProvider _time;
    private string _outcome = Outcomes.Fault;
    private string? _reason;

    public OwnWorkScope(string name, AccessLog log, OperationMetrics? metrics, TimeProvider time, ActivityContext parent = default)
    {
        (_log, _metrics, _time) = (log, metrics, time);
        _span = new OperationSpan(name, ActivityKind.Internal, time, parent);
    }

    /// <summary>Its id, as in its record.</summary>
    public string Id => _span.Id;

    /// <summary>Its span, as the parent of what it sets off.</summary>
    public ActivityContext Context => _span.Context;

    /// <summary>Identity that it is about; null for work over all.</summary>
    public string? Identity { get; set; }

    /// <summary>Generation of the code set concerned, once known.</summary>
    public int? Generation { get; set; }

    /// <summary>What its calls to Vault carry.</summary>
    public VaultCall Call(CancellationToken cancellation) => _span.Call(cancellation);

    /// <summary>It came to this.</summary>
    public void Conclude(string outcome, string? reason = null) => (_outcome, _reason) = (outcome, reason);

    /// <summary>Does it, and says what it came to.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        try
        {
            var result = await work();
            Conclude(Outcomes.Done);
            return result;
        }
        catch (BrokerFaultException fault)
        {
            Conclude(Outcomes.Fault, fault.Kind.Name());
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _span.Conclude(_outcome, _reason);
        _span.Tag(TelemetryNames.Identity, _log.Shown(Identity));
        if (_span.Journal is not { Answered: 0, Uncertain: 0 })
        {
            _log.Write(_span.Record(_outcome, _reason) with { Identity = Identity, Generation = Generation }, ownWork: true);
        }

        _metrics?.Ended(_span.Name, _outcome, _reason, _time.GetElapsedTime(_span.Started));
        _span.Dispose();
    }
}
