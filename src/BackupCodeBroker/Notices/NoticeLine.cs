using System.Collections;
using System.Globalization;
using System.Text;
using BackupCodeBroker.Access;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Notices;

/// <summary>A notice as a log entry: to exporters a list of attributes, to people one line. What there is nothing to say about is left out of both.</summary>
internal sealed class NoticeLine : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly List<KeyValuePair<string, object?>> _attributes = new(11);
    private readonly StringBuilder _line = new(160);

    /// <summary>An entry of a notice.</summary>
    /// <param name="notice">The notice.</param>
    /// <param name="subject">What it is about, as telemetry names it.</param>
    public NoticeLine(Notice notice, string subject)
    {
        var entry = notice.Entry;
        Add("notice ", "Notice", entry.Notice);
        Add(" about ", "Subject", subject);
        Add(" at ", "At", AccessRecordJson.Time(entry.At));
        Add(", generation ", "Generation", entry.Generation);
        Add(", remaining ", "Remaining", entry.Remaining);
        Add(", failures ", "Failures", entry.Failures);
        Add(", cause ", "Cause", entry.Cause);
        Add(", by ", "ActorEntity", entry.By.EntityId);
        Add(" ", "ActorName", entry.By.DisplayName);
        Add(", operation ", "OperationId", entry.OperationId);
        Add(", id ", "NoticeId", entry.Id);
    }

    /// <inheritdoc/>
    public int Count => _attributes.Count;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => _attributes[index];

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _attributes.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The line.</summary>
    public override string ToString() => _line.ToString();

    private void Add(string words, string name, object? value)
    {
        if (value is null or "")
        {
            return;
        }

        _attributes.Add(new(name, value));
        _line.Append(words).Append(CultureInfo.InvariantCulture, $"{value}");
    }
}
