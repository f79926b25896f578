namespace BackupCodeBroker.Server;

/// <summary>
/// The end of a server. A part that breaks down has the host stop as if it had been told to: whoever started it must see the difference, or nothing starts it again.
/// </summary>
internal static partial class Breakdown
{
    /// <summary>Exit code of a server that was told to stop.</summary>
    public const int None = 0;

    /// <summary>Exit code of a server that a part of its own brought down.</summary>
    public const int Happened = 1;

    /// <summary>Waits for the end; the exit code. A part that broke down is named in the log.</summary>
    public static async Task<int> UntilShutdownAsync(IHost host, CancellationToken cancellation)
    {
        await host.WaitForShutdownAsync(cancellation);
        var broken = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().Where(part => part.ExecuteTask is { IsFaulted: true }).ToList();
        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Breakdown));
        foreach (var part in broken)
        {
            var (name, defect) = (part.GetType().Name, part.ExecuteTask!.Exception!.GetBaseException().GetType().Name);
            LogBroken(logger, name, defect);
        }

        return broken.Count == 0 ? None : Happened;
    }

    [LoggerMessage(EventId = 13, Level = LogLevel.Critical, Message = "the server ended because {Part} broke down ({Defect}): this is a defect of the broker's; start it again")]
    private static partial void LogBroken(ILogger logger, string part, string defect);
}
