using System.Globalization;
using System.Text;

namespace BackupCodeBroker.Pages;

/// <summary>
/// Text from elsewhere as it may stand on a page: every character that does not show itself (controls, changes of the direction of writing, joiners, halves of
/// surrogate pairs, noncharacters) is replaced by a picture or its number, so that nothing is hidden, turned round, or lost in parsing.
/// </summary>
internal static class Visible
{
    /// <summary>Longest text that stands on a page; a name that is longer is an attack on its reader.</summary>
    public const int MaxLength = 2_000;

    private const int ControlPictures = 0x2400;
    private const int DeletePicture = 0x2421;

    /// <summary>The text, visible.</summary>
    public static string Of(string text)
    {
        var kept = text.Length <= MaxLength ? text : text[..MaxLength];
        var visible = kept.All(IsPlain) ? kept : Spelt(kept);
        return kept.Length == text.Length
            ? visible
            : visible + string.Create(CultureInfo.InvariantCulture, $"… ({text.Length - MaxLength:N0} characters more)");
    }

    private static bool IsPlain(char c) => c is >= ' ' and <= '~';

    private static string Spelt(string text)
    {
        var spelt = new StringBuilder(text.Length + 16);
        for (var at = 0; at < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, at, out var rune))
            {
                Number(spelt, text[at]);
                at++;
                continue;
            }

            if (rune.Value < ' ')
            {
                spelt.Append((char)(ControlPictures + rune.Value));
            }
            else if (rune.Value == '\u007f')
            {
                spelt.Append((char)DeletePicture);
            }
            else if (IsHidden(rune))
            {
                Number(spelt, rune.Value);
            }
            else
            {
                spelt.Append(rune.ToString());
            }

            at += rune.Utf16SequenceLength;
        }

        return spelt.ToString();
    }

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse;

    private static void Number(StringBuilder spelt, int value) => spelt.Append(CultureInfo.InvariantCulture, $"⟨U+{value:X4}⟩");
}
