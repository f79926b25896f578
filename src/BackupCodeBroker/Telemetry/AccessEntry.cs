using System.Collections;
using System.Globalization;
using System.Text;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Telemetry;

/// <summary>
/// An access record as a log entry: to exporters a list of attributes under the names of <see cref="TelemetryNames"/>, to people one line. What is
/// absent is left out of both. Trace and span ids are not among the attributes: the entry is written while the operation's span is current.
/// </summary>
internal sealed class AccessEntry : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly List<KeyValuePair<string, object?>> _attributes = new(20);
    private readonly AccessRecord _record;
    private readonly string? _identity;
    private string? _line;

    /// <summary>An entry of a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="identity">The identity as telemetry names it.</param>
    public AccessEntry(AccessRecord record, string? identity)
    {
        (_record, _identity) = (record, identity);
        Add(TelemetryNames.OperationId, record.OperationId);
        Add(TelemetryNames.Operation, record.Operation);
        Add(TelemetryNames.Identity, identity);
        Add(TelemetryNames.CallerEntity, record.CallerEntity);
        Add(TelemetryNames.CallerAccessor, record.CallerAccessor);
        Add(TelemetryNames.CallerName, record.CallerName);
        Add(TelemetryNames.CallerKind, record.CallerKind.Name());
        Add(TelemetryNames.Owner, record.Owner);
        Add(TelemetryNames.Outcome, record.Outcome);
        Add(TelemetryNames.Reason, record.Reason);
        Add(TelemetryNames.Generation, record.Generation);
        Add(TelemetryNames.Profile, record.Profile);
        Add(TelemetryNames.ProfileDigest, record.ProfileDigest);
        Add(TelemetryNames.Approval, record.Approval);
        Add(TelemetryNames.PersonUsedMachineCode, record.PersonUsedMachineCode ? true : null);
        Add(TelemetryNames.Replica, record.Replica);
        Add(TelemetryNames.StartedAt, AccessRecordJson.Time(record.StartedAt));
        Add(TelemetryNames.VaultCalls, record.VaultCalls);
        Add(TelemetryNames.VaultUncertain, record.VaultUncertain);
        Add(TelemetryNames.VaultRequests, record.VaultRequests is { Count: > 0 } ids ? ids.ToArray() : null);
    }

    /// <inheritdoc/>
    public int Count => _attributes.Count;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => _attributes[index];

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _attributes.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The line; more than one log may want it.</summary>
    public override string ToString() => _line ??= Line();

    private void Add(string name, object? value)
    {
        if (value is not null)
        {
            _attributes.Add(new KeyValuePair<string, object?>(name, value));
        }
    }

    private string Line()
    {
        var line = new StringBuilder(256).Append(_record.Operation);
        Word(line, null, _identity);
        Word(line, null, _record.Outcome);
        Word(line, null, _record.Reason);
        Word(line, null, _record.PersonUsedMachineCode ? "a-person-used-a-machine's-code" : null);
        Word(line, "operation", _record.OperationId);
        Word(line, "trace", _record.TraceId);
        Word(line, "span", _record.SpanId);
        Word(line, "entity", _record.CallerEntity);
        Word(line, "accessor", _record.CallerAccessor);
        Word(line, "caller", _record.CallerName);
        Word(line, "kind", _record.CallerKind.Name());
        Word(line, "generation", _record.Generation?.ToString(CultureInfo.InvariantCulture));
        Word(line, "profile", _record.ProfileDigest);
        Word(line, "approval", _record.Approval);
        Word(line, "calls", _record.VaultCalls.ToString(CultureInfo.InvariantCulture));
        Word(line, "uncertain", _record.VaultUncertain > 0 ? _record.VaultUncertain.ToString(CultureInfo.InvariantCulture) : null);
        return line.ToString();
    }

    private static void Word(StringBuilder line, string? name, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        line.Append(' ');
        if (name is not null)
        {
            line.Append(name).Append(' ');
        }

        line.Append(value);
    }
}
