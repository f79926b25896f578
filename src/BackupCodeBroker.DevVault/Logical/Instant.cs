using System.Globalization;

namespace BackupCodeBroker.DevVault.Logical;

/// <summary>
/// A time with nanoseconds. Vault prints nine decimals, which .NET's own types cannot hold; a client that parses and prints
/// them again is to be found out here, so the embedded Vault has them too.
/// </summary>
internal readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    public long UnixSeconds => Nanoseconds / NanosecondsPerSecond;

    public static bool operator <(Instant left, Instant right) => left.CompareTo(right) < 0;

    public static bool operator >(Instant left, Instant right) => left.CompareTo(right) > 0;

    public static bool operator <=(Instant left, Instant right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Instant left, Instant right) => left.CompareTo(right) >= 0;

    public static Instant operator +(Instant time, TimeSpan span) => new(time.Nanoseconds + (span.Ticks * 100));

    public static TimeSpan operator -(Instant left, Instant right) => new((left.Nanoseconds - right.Nanoseconds) / 100);

    public static Instant FromUnixSeconds(long seconds) => new(seconds * NanosecondsPerSecond);

    /// <summary>Times are told apart by the clock's ticks; the digits below them are for show.</summary>
    public int CompareTo(Instant other) => (Nanoseconds / 100).CompareTo(other.Nanoseconds / 100);

    /// <summary>RFC 3339 as Go prints it: UTC, up to nine decimals, none where they are zero.</summary>
    public override string ToString()
    {
        string whole = DateTimeOffset.FromUnixTimeSeconds(UnixSeconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        long rest = Nanoseconds % NanosecondsPerSecond;
        return rest == 0
            ? whole + "Z"
            : whole + "." + rest.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0') + "Z";
    }

    public string ToSecondsString() =>
        DateTimeOffset.FromUnixTimeSeconds(UnixSeconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>The injected clock, whose ticks of 100 ns get two more digits, so that printed times have all nine.</summary>
internal sealed class Clock(TimeProvider time)
{
    private uint _readings;

    public Instant Now()
    {
        long ticks = time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks;

        // Odd, so that the last digit is never a zero that printing would drop.
        uint digits = ((Interlocked.Increment(ref _readings) * 2) + 1) % 100;
        return new Instant((ticks * 100) + digits);
    }
}
