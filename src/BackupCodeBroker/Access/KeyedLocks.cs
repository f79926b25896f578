namespace BackupCodeBroker.Access;

/// <summary>
/// One waiting line per identity for those who lost a check-and-set: whoever wins the line writes next in this replica, so that a crowd on one
/// identity does not exhaust its tries against itself. Nobody needs it for correctness.
/// </summary>
internal sealed class KeyedLocks
{
    private readonly Dictionary<string, Line> _lines = [];
    private readonly Lock _lock = new();

    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancellation)
    {
        Line line;
        lock (_lock)
        {
            line = _lines.TryGetValue(key, out var found) ? found : _lines[key] = new Line();
            line.Users++;
        }

        try
        {
            await line.Turn.WaitAsync(cancellation);
            return new Place(this, key, line);
        }
        catch
        {
            Leave(key, line);
            throw;
        }
    }

    private void Leave(string key, Line line)
    {
        lock (_lock)
        {
            if (--line.Users == 0)
            {
                _lines.Remove(key);
                line.Turn.Dispose();
            }
        }
    }

    private sealed class Line
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Place(KeyedLocks owner, string key, Line line) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!_left)
            {
                _left = true;
                line.Turn.Release();
                owner.Leave(key, line);
            }
        }
    }
}
