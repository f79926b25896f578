using System.Globalization;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Api;

/// <summary>Free text from outside: purposes, reasons, labels.</summary>
internal static class Words
{
    /// <summary>What is wrong with a text; null where nothing is. Control and format characters could forge lines where the text is shown later.</summary>
    public static string? Fault(string text, int max) =>
        text.Length == 0 ? "is empty"
        : text.Length > max ? string.Create(CultureInfo.InvariantCulture, $"has more than {max} characters")
        : text.Any(IsUnprintable) || HasLoneSurrogate(text) ? "has characters that cannot be shown"
        : string.IsNullOrWhiteSpace(text) ? "is blank"
        : BackupCode.IsWithin(text) ? "holds a backup code, and would keep it for all to read"
        : null;

    private static bool IsUnprintable(char c) => char.GetUnicodeCategory(c) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.OtherNotAssigned;

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }
}
