using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>How long a token may live: what was asked, bounded by the system, the mount, the role and the token's own maximum.</summary>
internal static class Ttl
{
    public static readonly TimeSpan SystemDefault = TimeSpan.FromHours(768);
    public static readonly TimeSpan SystemMax = TimeSpan.FromHours(768);

    public sealed record Bounds
    {
        public TimeSpan Default { get; init; } = SystemDefault;

        public TimeSpan Max { get; init; } = SystemMax;

        public TimeSpan Increment { get; init; }

        public TimeSpan Asked { get; init; }

        public TimeSpan Period { get; init; }

        public TimeSpan BackendMax { get; init; }

        public TimeSpan ExplicitMax { get; init; }
    }

    /// <summary>Null once the token is past its maximum.</summary>
    public static TimeSpan? Calculate(Bounds bounds, Instant now, Instant start, List<string> warnings)
    {
        TimeSpan max = Least(Least(bounds.Max, bounds.BackendMax), bounds.ExplicitMax);
        TimeSpan ttl;
        Instant? latest;
        if (bounds.Period > TimeSpan.Zero)
        {
            ttl = bounds.Period;
            if (ttl > max)
            {
                warnings.Add($"period of \"{Human(ttl)}\" exceeded the effective max_ttl of \"{Human(max)}\"; period value is capped accordingly");
                ttl = max;
            }

            latest = bounds.ExplicitMax > TimeSpan.Zero ? Whole(start) + bounds.ExplicitMax : null;
        }
        else
        {
            ttl = bounds.Increment > TimeSpan.Zero ? bounds.Increment : bounds.Asked > TimeSpan.Zero ? bounds.Asked : bounds.Default;
            latest = Whole(start) + max;
        }

        if (latest is not { } end)
        {
            return ttl;
        }

        TimeSpan left = end - Whole(now);
        if (left <= TimeSpan.Zero)
        {
            return null;
        }

        if (left >= ttl)
        {
            return ttl;
        }

        warnings.Add($"TTL of \"{Human(ttl)}\" exceeded the effective max_ttl of \"{Human(left)}\"; TTL value is capped accordingly");
        return left;
    }

    private static Instant Whole(Instant time) => Instant.FromUnixSeconds(time.UnixSeconds);

    private static TimeSpan Least(TimeSpan max, TimeSpan bound) => bound > TimeSpan.Zero && bound < max ? bound : max;

    private static string Human(TimeSpan span)
    {
        string text = GoDuration.Print(span);
        text = text.EndsWith("m0s", StringComparison.Ordinal) ? text[..^2] : text;
        return text.EndsWith("h0m", StringComparison.Ordinal) ? text[..^2] : text;
    }
}
