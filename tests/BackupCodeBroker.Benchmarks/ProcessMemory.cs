using System.Diagnostics;

namespace BackupCodeBroker.Benchmarks;

/// <summary>What another process holds.</summary>
internal static class ProcessMemory
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    /// <summary>Now, in MiB.</summary>
    public static double Megabytes(Process process)
    {
        process.Refresh();
        return process.WorkingSet64 / 1048576.0;
    }

    /// <summary>The most that it ever held, looked at until something is done.</summary>
    public static async Task<double> PeakAsync(Process process, Task done, TimeSpan longest)
    {
        using var patience = new CancellationTokenSource(longest);
        using var beat = new PeriodicTimer(Beat);
        var peak = 0.0;
        do
        {
            peak = Math.Max(peak, Megabytes(process));
        }
        while (!done.IsCompleted && await beat.WaitForNextTickAsync(patience.Token));

        return peak;
    }
}
