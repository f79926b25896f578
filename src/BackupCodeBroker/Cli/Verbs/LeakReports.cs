using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// Tells the broker the codes that were found, several at once, as it looks for all of them in one pass. Reporting a code again changes nothing, so what was not answered is
/// sent again; at the first definite no the others are not sent, for they would be answered alike.
/// </summary>
internal static class LeakReports
{
    private const int AtOnce = 8;

    /// <summary>Sends them.</summary>
    public static async Task<LeaksReported> SendAsync(CliContext context, IReadOnlyList<BackupCode> codes, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var done = 0;
        BrokerAnswer<LeakTaken>? failed = null;
        try
        {
            await Parallel.ForEachAsync(
                codes,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop.Token },
                async (code, _) =>
                {
                    if (stop.IsCancellationRequested)
                    {
                        return;
                    }

                    // One that was sent is waited for: the others go no further.
                    var answer = await Repeating.UntilSettledAsync(() => context.Broker.ReportLeakAsync(code, cancellation), context.Surroundings, cancellation);
                    if (answer is BrokerAnswer<LeakTaken>.Done)
                    {
                        Interlocked.Increment(ref done);
                        return;
                    }

                    failed = answer;
                    await stop.CancelAsync();
                });
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // What failed says why.
        }

        return failed switch
        {
            BrokerAnswer<LeakTaken>.Refused refused => new LeaksReported(done, refused.Problem, Repeat: false),
            BrokerAnswer<LeakTaken>.Unavailable open => new LeaksReported(done, open.Problem, Repeat: true),
            _ => new LeaksReported(done, null, Repeat: false),
        };
    }
}

/// <summary>What became of reports.</summary>
/// <param name="Done">Codes that the broker took.</param>
/// <param name="Problem">Why it did not take the others; null where it took all.</param>
/// <param name="Repeat">Whether repeating may help.</param>
internal sealed record LeaksReported(int Done, Problem? Problem, bool Repeat);
