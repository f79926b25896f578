namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>Holds the answers of a round trip back until all its calls were sent.</summary>
internal sealed class RoundTrips(string[][] rounds)
{
    private readonly List<(List<string> Missing, TaskCompletionSource Complete)> _rounds =
        [.. rounds.Select(r => (r.ToList(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)))];

    public Task AllSentAsync(string name)
    {
        lock (_rounds)
        {
            foreach (var (missing, complete) in _rounds)
            {
                if (missing.Remove(name))
                {
                    if (missing.Count == 0)
                    {
                        complete.SetResult();
                    }

                    return complete.Task;
                }
            }
        }

        return Task.CompletedTask;
    }
}
