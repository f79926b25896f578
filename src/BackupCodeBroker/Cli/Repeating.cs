using BackupCodeBroker.Cli.Broker;

namespace BackupCodeBroker.Cli;

/// <summary>Asks the broker again where asking again is safe: an activation, or a consumption under the same idempotency key.</summary>
internal static class Repeating
{
    private const int Attempts = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Repeats a call while its outcome is open, a bounded number of times. The last answer is the answer; only where it may have been done before, and the last one
    /// just did nothing, the answer that left it open is.
    /// </summary>
    public static async Task<BrokerAnswer<T>> UntilSettledAsync<T>(
        Func<Task<BrokerAnswer<T>>> call, CliSurroundings surroundings, CancellationToken cancellation)
    {
        var pause = FirstPause;
        BrokerAnswer<T>.Unavailable? doubt = null;
        for (var attempt = 1; ; attempt++)
        {
            var answer = await call();
            if (answer is not BrokerAnswer<T>.Unavailable open)
            {
                return answer;
            }

            doubt = open.MayBeDone ? open : doubt;
            if (attempt == Attempts)
            {
                return doubt ?? open;
            }

            var wait = open.RetryAfter ?? pause;
            await surroundings.Pause(wait < LongestPause ? wait : LongestPause, cancellation);
            pause *= 2;
        }
    }
}
