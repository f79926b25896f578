using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace BackupCodeBroker.Audit;

/// <summary>A time as people give it: ISO 8601, UTC unless it says otherwise, or how long ago.</summary>
internal static class AuditMoment
{
    private static readonly string[] Forms =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Reads one.</summary>
    public static bool TryRead(string text, DateTimeOffset now, out DateTimeOffset moment)
    {
        text = text.Trim();
        if (TryAgo(text, out var ago) && ago <= now - DateTimeOffset.UnixEpoch)
        {
            moment = now - ago.Value;
            return true;
        }

        return DateTimeOffset.TryParseExact(
            text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);
    }

    private static bool TryAgo(string text, [NotNullWhen(true)] out TimeSpan? ago)
    {
        text = text.EndsWith(" ago", StringComparison.Ordinal) ? text[..^4].TrimEnd() : text;
        ago = text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 100_000
            ? text[^1] switch
            {
                's' => TimeSpan.FromSeconds(number),
                'm' => TimeSpan.FromMinutes(number),
                'h' => TimeSpan.FromHours(number),
                'd' => TimeSpan.FromDays(number),
                'w' => TimeSpan.FromDays(7L * number),
                _ => null,
            }
            : null;
        return ago is not null;
    }
}
