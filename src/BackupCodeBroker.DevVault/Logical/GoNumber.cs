using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupCodeBroker.DevVault.Logical;

/// <summary>Go's number parsing and printing, with its error texts.</summary>
internal static class GoNumber
{
    /// <summary><c>strconv.ParseInt</c>; base 0 takes the base from the prefix.</summary>
    public static bool ParseInt(string text, int @base, out long value, out string? error)
    {
        string digits = text.StartsWith('+') ? text[1..] : text;
        bool hex = @base == 0 && digits.TrimStart('-').StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool parsed;
        BigInteger big;
        if (hex)
        {
            bool negative = digits.StartsWith('-');
            parsed = BigInteger.TryParse("0" + digits.TrimStart('-')[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out big);
            big = negative ? -big : big;
        }
        else
        {
            parsed = BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out big);
        }

        value = 0;
        error = null;
        if (!parsed)
        {
            error = $"strconv.ParseInt: parsing {GoValue.Quote(text)}: invalid syntax";
            return false;
        }

        if (big > long.MaxValue || big < long.MinValue)
        {
            error = $"strconv.ParseInt: parsing {GoValue.Quote(text)}: value out of range";
            return false;
        }

        value = (long)big;
        return true;
    }

    /// <summary>What became of a number that went through float64, as numbers in KV v2 do.</summary>
    public static JsonNode? ThroughFloat(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                var copy = new JsonObject();
                foreach ((string key, JsonNode? value) in map)
                {
                    copy[key] = ThroughFloat(value);
                }

                return copy;
            case JsonArray array:
                return new JsonArray([.. array.Select(ThroughFloat)]);
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                using (var number = JsonDocument.Parse(Print(double.Parse(GoValue.Text(value), CultureInfo.InvariantCulture))))
                {
                    return JsonValue.Create(number.RootElement.Clone());
                }

            default:
                return node?.DeepClone();
        }
    }

    /// <summary>Go prints a float without an exponent between 1e-6 and 1e21.</summary>
    private static string Print(double number)
    {
        double size = Math.Abs(number);
        if (size != 0 && (size < 1e-6 || size >= 1e21))
        {
            string text = number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
            int exponent = text.IndexOf('e', StringComparison.Ordinal);
            string digits = text[(exponent + 2)..].TrimStart('0');
            return text[..(exponent + 2)] + (text[exponent + 1] == '+' ? digits.PadLeft(2, '0') : digits);
        }

        return Plain(number);
    }

    private static string Plain(double number)
    {
        string text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal)
            ? decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
            : text;
    }
}
