using BackupCodeBroker.Core.Throttling;

namespace BackupCodeBroker.Access;

/// <summary>
/// How many attempts each source has left, for as many sources as there is room for. Where there is no more, those that would have all their attempts again
/// go first and then those that made the fewest: who comes from very many addresses is forgotten, and never keeps anybody else out.
/// </summary>
internal sealed class AttemptBook(ThrottleRule rule, TimeProvider time)
{
    /// <summary>Most sources; each takes about 150 bytes.</summary>
    public const int MaxSources = 50_000;

    private readonly Dictionary<string, TimeSpan> _full = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly long _origin = time.GetTimestamp();

    /// <summary>Sources that are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _full.Count;
            }
        }
    }

    /// <summary>Takes an attempt; how long the source has to wait where it has none left, else zero.</summary>
    public TimeSpan Take(string source)
    {
        lock (_lock)
        {
            var now = time.GetElapsedTime(_origin);
            var (full, wait) = rule.Take(_full.GetValueOrDefault(source), now);
            if (wait == TimeSpan.Zero)
            {
                MakeRoom(source, now);
                _full[source] = full;
            }

            return wait;
        }
    }

    /// <summary>Gives an attempt back: it was none.</summary>
    public void Back(string source)
    {
        lock (_lock)
        {
            if (_full.TryGetValue(source, out var full))
            {
                _full[source] = rule.Back(full);
            }
        }
    }

    private void MakeRoom(string source, TimeSpan now)
    {
        if (_full.Count < MaxSources || _full.ContainsKey(source))
        {
            return;
        }

        foreach (var key in _full.OrderBy(f => f.Value).TakeWhile((f, i) => f.Value <= now || i < MaxSources / 10).Select(f => f.Key).ToList())
        {
            _full.Remove(key);
        }
    }
}
