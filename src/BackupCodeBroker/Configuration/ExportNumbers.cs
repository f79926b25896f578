using System.Globalization;

namespace BackupCodeBroker.Configuration;

/// <summary>The numbers that the SDK reads by itself, and passes over in silence where it does not understand them.</summary>
internal static class ExportNumbers
{
    private const string Queue = "MAX_QUEUE_SIZE";
    private const string Batch = "MAX_EXPORT_BATCH_SIZE";

    private static readonly string[] Periods =
    [
        "OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT", "OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BLRP_EXPORT_TIMEOUT",
        "OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRIC_EXPORT_TIMEOUT",
    ];

    /// <summary>What is wrong with them.</summary>
    public static IEnumerable<string> Faults(Func<string, string?> text) =>
        Periods.Where(name => Number(text(name), 1) is null)
            .Select(name => $"{name} must be a number of milliseconds from 1 to {int.MaxValue}")
            .Concat(BatchFaults("OTEL_BSP_", text))
            .Concat(BatchFaults("OTEL_BLRP_", text));

    /// <summary>The number from 1 on, <paramref name="unset"/> where there is no text; null where it is none.</summary>
    public static int? Number(string? text, int unset) =>
        text is null ? unset : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private static IEnumerable<string> BatchFaults(string prefix, Func<string, string?> text)
    {
        // A batch that is not set shrinks with the queue.
        var queue = Number(text(prefix + Queue), 2048);
        var batch = Number(text(prefix + Batch), Math.Min(512, queue ?? 512));
        foreach (var name in new[] { queue is null ? Queue : null, batch is null ? Batch : null }.OfType<string>())
        {
            yield return $"{prefix}{name} must be a number from 1 to {int.MaxValue}";
        }

        if (batch > queue)
        {
            yield return $"{prefix}{Batch} ({batch}) must not be above {prefix}{Queue} ({queue})";
        }
    }
}
