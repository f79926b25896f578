using BackupCodeBroker.Cli.Broker;

namespace BackupCodeBroker.Cli;

/// <summary>Asks the broker again where asking again is safe: an activation, or a consumption under the same idempotency key.</summary>
internal static class Repeating
{
    private const int Attempts = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Repeats a call while its outcome is open, a bounded number of times; the last answer is the answer.</summary>
    public static async Task<BrokerAnswer<T>> UntilSettledAsync<T>(
        Func<Task<BrokerAnswer<T>>> call, CliSurroundings surroundings, CancellationToken cancellation)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            var answer = await call();
            if (answer is not BrokerAnswer<T>.Unavailable open || attempt == Attempts)
            {
                return answer;
            }

            var wait = open.RetryAfter ?? pause;
            await surroundings.Pause(wait < LongestPause ? wait : LongestPause, cancellation);
            pause *= 2;
        }
    }
}
