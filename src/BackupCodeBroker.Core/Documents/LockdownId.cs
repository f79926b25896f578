using System.Buffers;
using System.Globalization;

namespace BackupCodeBroker.Core.Documents;

/// <summary>Ids of lockdowns: the time of the declaration, to the second, and 48 random bits, so that they sort by age and can be read out to somebody.</summary>
public static class LockdownId
{
    /// <summary>What they look like.</summary>
    public const string Pattern = "^[0-9]{14}-[0-9a-f]{12}$";

    private const int TimeLength = 14, RandomLength = 12;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Makes one.</summary>
    /// <param name="at">When it is declared.</param>
    /// <param name="random">Twelve random hex digits.</param>
    public static string Of(DateTimeOffset at, string random) => at.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + "-" + random;

    /// <summary>Whether a text is one.</summary>
    public static bool IsId(string? text) =>
        text is { Length: TimeLength + 1 + RandomLength } && text[TimeLength] == '-'
        && text.AsSpan(0, TimeLength).IndexOfAnyExceptInRange('0', '9') < 0
        && text.AsSpan(TimeLength + 1).IndexOfAnyExcept(HexDigits) < 0;
}
