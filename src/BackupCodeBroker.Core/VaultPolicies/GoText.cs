using System.Buffers;
using System.Globalization;
using System.Text;

namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>What of Go's standard library shows in policies and in Vault's messages about them: quoted text and durations.</summary>
internal static class GoText
{
    private static readonly (string Unit, double Seconds)[] Units =
        [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("μs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    private static readonly SearchValues<char> AmountCharacters = SearchValues.Create("0123456789.");

    /// <summary>A text as Go's <c>%q</c> prints it.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char character in text)
        {
            quoted.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(character) => $"\\x{(int)character:x2}",
                _ => character.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>
    /// A TTL as Vault takes one from text: with units (<c>15m</c>, <c>1h30m</c>, <c>500ms</c>), or whole seconds. Empty is zero.
    /// </summary>
    public static bool TryParseSeconds(string text, out TimeSpan duration, out string error)
    {
        duration = TimeSpan.Zero;
        error = "";
        if (text.Length == 0)
        {
            return true;
        }

        if (text[^1] is 's' or 'm' or 'h')
        {
            return TryParseUnits(text, out duration, out error);
        }

        error = $"strconv.ParseInt: parsing {Quote(text)}: invalid syntax";
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds)
            && TryFromSeconds(seconds, out duration);
    }

    /// <summary>The duration of so many seconds, unless it is beyond what Vault can count.</summary>
    public static bool TryFromSeconds(double seconds, out TimeSpan duration)
    {
        const double mostSeconds = long.MaxValue / 1e9;
        bool fits = Math.Abs(seconds) < mostSeconds;
        duration = fits ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
        return fits;
    }

    private static bool TryParseUnits(string text, out TimeSpan duration, out string error)
    {
        duration = TimeSpan.Zero;
        error = $"time: invalid duration {Quote(text)}";
        bool negative = text[0] == '-';
        ReadOnlySpan<char> rest = text[0] is '-' or '+' ? text.AsSpan(1) : text;
        double seconds = 0;
        while (!rest.IsEmpty)
        {
            int length = rest.IndexOfAnyExcept(AmountCharacters);
            if (length <= 0 || !TryParseAmount(rest[..length], out double amount))
            {
                return false;
            }

            rest = rest[length..];
            int end = rest.IndexOfAny(AmountCharacters);
            string unit = (end < 0 ? rest : rest[..end]).ToString();
            double unitSeconds = Array.Find(Units, known => known.Unit == unit).Seconds;
            if (unitSeconds == 0)
            {
                error = $"time: unknown unit {Quote(unit)} in duration {Quote(text)}";
                return false;
            }

            seconds += amount * unitSeconds;
            rest = rest[unit.Length..];
        }

        return TryFromSeconds(negative ? -seconds : seconds, out duration);
    }

    private static bool TryParseAmount(ReadOnlySpan<char> digits, out double amount) =>
        double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out amount);
}
