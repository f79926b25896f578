using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>
/// Counts requests that concern the broker by nothing but the span that they carry or the id under which they are on record: an administrator's run of
/// bootstrap or doctor also looks at mounts and policies that are not the broker's, and its first requests are logged before spans are.
/// </summary>
internal sealed class Bystanders
{
    private const int MaxKept = 100_000;

    private readonly AgingMap<SpanName, int> _spans = new(MaxKept);
    private readonly AgingMap<UInt128, bool> _ids = new(MaxKept);

    /// <summary>One of them. Looks at audited headers are not: the run does not count them, as Vault logs the first without its span.</summary>
    public void Pass(AuditEntry entry, UInt128 id)
    {
        if (entry.Verb == "read" && entry.Path.StartsWith("sys/config/auditing/request-headers/", StringComparison.Ordinal))
        {
            return;
        }

        if (entry.Span is { } span)
        {
            _spans.Set(span, _spans.TryGet(span, out var before) ? before + 1 : 1);
        }
        else
        {
            _ids.Set(id, true);
        }
    }

    /// <summary>Whether requests of a record are in the log under no span.</summary>
    public bool HasAny(AccessRecord record) => record.VaultRequests.Any(id => _ids.Has(Arrivals.IdOf(id)));

    /// <summary>Whether a run was made before spans were logged: nothing stands under its span, and some of its requests under none.</summary>
    public bool IsBeforeSpans(AccessRecord record, SpanName? span) =>
        record.Operation is OwnWork.Bootstrap or OwnWork.Doctor && span is { } name && !_spans.Has(name) && HasAny(record);

    /// <summary>How many of a run's requests are among them; none of an operation's, which asks for nothing else than code data needs.</summary>
    public int Of(AccessRecord record, SpanName? span)
    {
        if (record.Operation is not (OwnWork.Bootstrap or OwnWork.Doctor))
        {
            return 0;
        }

        var under = span is { } name && _spans.TryGet(name, out var count) ? count : 0;
        return under + record.VaultRequests.Count(id => _ids.Has(Arrivals.IdOf(id)));
    }
}
