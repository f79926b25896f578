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

    public static bool operator <(Instant left, Instant right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(Instant left, Instant right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(Instant left, Instant right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(Instant left, Instant right) => left.Nanoseconds >= right.Nanoseconds;

    public static Instant operator +(Instant time, TimeSpan span) => new(time.Nanoseconds + (span.Ticks * 100));

    public static TimeSpan operator -(Instant left, Instant right) => new((left.Nanoseconds - right.Nanoseconds) / 100);

    public static Instant FromUnixSeconds(long seconds) => new(seconds * NanosecondsPerSecond);

    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);

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

/// <summary>The injected clock, read in nanoseconds; two readings are never equal.</summary>
internal sealed class Clock(TimeProvider time)
{
    private long _last;

    public Instant Now()
    {
        long now = (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;
        while (true)
        {
            long last = Volatile.Read(ref _last);
            // Several readings within one tick are told apart by the digits below a tick; the last digit is never zero.
            long candidate = now + 11 > last ? now + 11 : NextOdd(last);
            if (Interlocked.CompareExchange(ref _last, candidate, last) == last || now + 100_000 < last)
            {
                return new Instant(candidate);
            }
        }
    }

    private static long NextOdd(long value) => value + ((value & 1) == 0 ? 1 : 2);
}
