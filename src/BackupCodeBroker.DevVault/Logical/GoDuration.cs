using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace BackupCodeBroker.DevVault.Logical;

/// <summary>Durations as Vault reads and prints them: Go's notation, or plain seconds.</summary>
internal static class GoDuration
{
    /// <summary>Reads a number of seconds or a Go duration; <paramref name="error"/> has Go's words where it is neither.</summary>
    public static TimeSpan Parse(JsonNode? value, out string? error)
    {
        error = null;
        if (value is null)
        {
            return TimeSpan.Zero;
        }

        if (value is not JsonValue scalar || scalar.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False)
        {
            error = "could not parse duration from input";
            return TimeSpan.Zero;
        }

        return Parse(GoValue.Text(scalar), out error);
    }

    public static TimeSpan Parse(string text, out string? error)
    {
        error = null;
        if (text.Length == 0)
        {
            return TimeSpan.Zero;
        }

        if (text[^1] is 's' or 'm' or 'h')
        {
            return ParseUnits(text, out error);
        }

        return GoNumber.ParseInt(text, 10, out long seconds, out error) && Math.Abs(seconds) < 9_000_000_000
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.Zero;
    }

    /// <summary>Go's <c>Duration.String</c> for whole seconds: <c>1h0m0s</c>, <c>0s</c>.</summary>
    public static string Print(TimeSpan span)
    {
        if (span == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder(span < TimeSpan.Zero ? "-" : "");
        long seconds = Math.Abs((long)span.TotalSeconds);
        if (seconds >= 3600)
        {
            text.Append(CultureInfo.InvariantCulture, $"{seconds / 3600}h");
        }

        if (seconds >= 60)
        {
            text.Append(CultureInfo.InvariantCulture, $"{seconds / 60 % 60}m");
        }

        return text.Append(CultureInfo.InvariantCulture, $"{seconds % 60}s").ToString();
    }

    private static TimeSpan ParseUnits(string text, out string? error)
    {
        error = $"time: invalid duration {GoValue.Quote(text)}";
        int at = text[0] is '-' or '+' ? 1 : 0;
        double total = 0;
        while (at < text.Length)
        {
            int start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
            {
                at++;
            }

            if (!double.TryParse(text.AsSpan(start, at - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return TimeSpan.Zero;
            }

            int unitStart = at;
            while (at < text.Length && !char.IsAsciiDigit(text[at]) && text[at] != '.')
            {
                at++;
            }

            string unit = text[unitStart..at];
            if (UnitTicks(unit) is not { } ticks)
            {
                error = $"time: unknown unit {GoValue.Quote(unit)} in duration {GoValue.Quote(text)}";
                return TimeSpan.Zero;
            }

            total += number * ticks;
        }

        if (total > long.MaxValue / 100d)
        {
            return TimeSpan.Zero;
        }

        error = null;
        return new TimeSpan((long)(text[0] == '-' ? -total : total));
    }

    private static double? UnitTicks(string unit) => unit switch
    {
        "ns" => 0.01,
        "us" or "µs" or "μs" => 10,
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        _ => null,
    };
}
