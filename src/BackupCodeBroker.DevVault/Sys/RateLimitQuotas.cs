using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary>How many requests one address may make: overall, or below one mount. The narrowest rule counts.</summary>
internal sealed class RateLimitQuotas
{
    private static readonly string[] Exempt = ["sys/health", "sys/seal-status", "sys/unseal", "sys/generate-root/", "sys/rekey/"];

    public SortedDictionary<string, RateLimitQuota> All { get; } = new(StringComparer.Ordinal);

    public bool Allows(string path, string address, Instant now)
    {
        if (All.Count == 0 || Array.Exists(Exempt, prefix => path.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return true;
        }

        RateLimitQuota? narrowest = All.Values.Where(quota => path.StartsWith(quota.Path, StringComparison.Ordinal)).MaxBy(quota => quota.Path.Length);
        return narrowest?.Allows(address, now) != false;
    }
}

/// <summary>One rule with its counts: the tokens of an interval are there at its beginning.</summary>
internal sealed class RateLimitQuota(string name, string path, double rate, TimeSpan interval, TimeSpan blockInterval)
{
    private const int MaxAddresses = 10_000;

    private readonly Dictionary<string, Window> _windows = new(StringComparer.Ordinal);

    public string Name => name;

    public string Path => path;

    public double Rate => rate;

    public TimeSpan Interval => interval;

    public TimeSpan BlockInterval => blockInterval;

    public bool Allows(string address, Instant now)
    {
        if (!_windows.TryGetValue(address, out Window? window) || now >= window.Start + interval)
        {
            if (window is not null && now < window.BlockedUntil)
            {
                return false;
            }

            if (_windows.Count >= MaxAddresses)
            {
                _windows.Clear();
            }

            _windows[address] = window = new Window { Start = now };
        }

        if (now < window.BlockedUntil || ++window.Count > Math.Ceiling(rate))
        {
            window.BlockedUntil = blockInterval > TimeSpan.Zero && now >= window.BlockedUntil ? now + blockInterval : window.BlockedUntil;
            return false;
        }

        return true;
    }

    private sealed class Window
    {
        public Instant Start { get; init; }

        public int Count { get; set; }

        public Instant BlockedUntil { get; set; }
    }
}
