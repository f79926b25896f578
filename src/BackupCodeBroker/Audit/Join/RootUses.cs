using System.Globalization;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>Uses of root tokens: one notice each with how often and from when to when.</summary>
internal sealed class RootUses(FindingBook findings)
{
    private const int MaxTokens = 100;

    private readonly Dictionary<Mark, Use> _uses = [];
    private long _others;

    /// <summary>A request.</summary>
    public void See(AuditEntry entry)
    {
        if (!entry.Auth.IsRoot || entry.Token.IsNone)
        {
            return;
        }

        if (!_uses.TryGetValue(entry.Token, out var use))
        {
            if (_uses.Count >= MaxTokens)
            {
                _others++;
                return;
            }

            _uses[entry.Token] = use = new Use { First = entry, Last = entry.Time };
        }

        use.Count++;
        use.Last = entry.Time > use.Last ? entry.Time : use.Last;
    }

    /// <summary>Notes them.</summary>
    public void Finish()
    {
        foreach (var use in _uses.Values)
        {
            var accessor = Parties.Of(use.First)?.Accessor is { } known ? $" (accessor {known})" : "";
            findings.Note(
                use.First.Time,
                string.Create(CultureInfo.InvariantCulture, $"A root token{accessor} was used {use.Count} times, last at {use.Last:yyyy-MM-dd'T'HH:mm:ss'Z'}. What it did to the broker is among the findings."),
                place: use.First.Place);
        }

        if (_others > 0)
        {
            findings.Note(null, string.Create(CultureInfo.InvariantCulture, $"{_others} more requests were made with other root tokens."));
        }
    }

    private sealed class Use
    {
        public required AuditEntry First { get; init; }

        public DateTimeOffset Last { get; set; }

        public long Count { get; set; }
    }
}
