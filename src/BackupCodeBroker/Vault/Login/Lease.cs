using System.Security.Cryptography;

namespace BackupCodeBroker.Vault.Login;

/// <summary>How long a token is good, by a clock that cannot be set back, and when to see to it.</summary>
internal sealed class Lease(TimeProvider time, TimeSpan length)
{
    /// <summary>A lease is never looked after more often than this, whatever Vault grants.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly long _start = time.GetTimestamp();

    // Two thirds of the lease, give or take a tenth, so that replicas that started together do not renew together.
    private readonly TimeSpan _due = length * (2 / 3.0 * Jitter());

    /// <summary>How long the lease is; zero never ends.</summary>
    public TimeSpan Length => length;

    /// <summary>Whether it is over.</summary>
    public bool IsOver => length > TimeSpan.Zero && time.GetElapsedTime(_start) >= length;

    /// <summary>Whether it is time to renew.</summary>
    public bool IsDue => length > TimeSpan.Zero && time.GetElapsedTime(_start) >= _due;

    /// <summary>Until it is time to renew; null for a lease without end.</summary>
    public TimeSpan? UntilDue
    {
        get
        {
            if (length <= TimeSpan.Zero)
            {
                return null;
            }

            var left = _due - time.GetElapsedTime(_start);
            return left > Shortest ? left : Shortest;
        }
    }

    /// <summary>Between 0.9 and 1.1.</summary>
    public static double Jitter() => 0.9 + (RandomNumberGenerator.GetInt32(2001) / 10_000.0);
}
