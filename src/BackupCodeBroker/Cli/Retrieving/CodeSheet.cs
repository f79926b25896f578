using System.Globalization;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Cli.Retrieving;

/// <summary>
/// Codes as one page to be printed and put away: in groups to be read aloud, each with a box to be ticked, with dates, and with what whoever holds it needs to know on the
/// day it is needed. It loads nothing, prints in black on one side of A4 or Letter however many codes there are, and can be read on a screen too. Each code stands
/// in one piece, so that <c>bcb scan</c> finds a sheet that lies about.
/// </summary>
internal static class CodeSheet
{
    // More than these stand in two columns, in smaller type.
    private const int MaxInOneColumn = 16;

    private const int MaxDate = 40;

    private static readonly (char Letter, string Word)[] Spelling =
    [
        ('A', "Alfa"), ('B', "Bravo"), ('C', "Charlie"), ('D', "Delta"), ('E', "Echo"), ('F', "Foxtrot"), ('G', "Golf"), ('H', "Hotel"), ('J', "Juliett"),
        ('K', "Kilo"), ('M', "Mike"), ('N', "November"), ('P', "Papa"), ('Q', "Quebec"), ('R', "Romeo"), ('S', "Sierra"), ('T', "Tango"), ('V', "Victor"),
        ('W', "Whiskey"), ('X', "X-ray"), ('Y', "Yankee"), ('Z', "Zulu"),
    ];

    private static readonly Lazy<string> Style = new(() =>
    {
        using var stream = typeof(CodeSheet).Assembly.GetManifestResourceStream("sheet.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    /// <summary>Writes the page.</summary>
    public static void Write(ReceivedCodes codes, SecretPage page)
    {
        var html = new Markup(page);
        html.Constant("<!DOCTYPE html>\n");
        using (html.Open("html", ("lang", "en")))
        {
            Head(html, codes);
            using (html.Open("body", ("class", $"{(codes.Count <= MaxInOneColumn ? "few" : "many")} {codes.Kind.Name()}")))
            using (html.Open("main"))
            {
                About(html, codes);
                Codes(html, codes, page);
                Use(html, codes);
            }
        }
    }

    private static void Head(Markup html, ReceivedCodes codes)
    {
        using (html.Open("head"))
        {
            html.Empty("meta", ("charset", "utf-8"));
            html.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
            html.Empty("meta", ("name", "robots"), ("content", "noindex, nofollow, noarchive"));
            html.Empty("meta", ("name", "referrer"), ("content", "no-referrer"));
            html.Empty("meta", ("http-equiv", "Content-Security-Policy"), ("content", "default-src 'none'; style-src 'unsafe-inline'"));
            html.Element("title", $"Backup codes of {codes.Identity}");
            html.Constant("<style>\n" + Style.Value + "</style>");
        }
    }

    private static void About(Markup html, ReceivedCodes codes)
    {
        using (html.Open("header"))
        {
            html.Element("h1", "Backup codes");
            html.Element("p", codes.Identity.Value, ("class", "who"));
            using (html.Open("dl"))
            {
                Fact(html, "Usable until", Date(codes.ExpiresAt));
                Fact(html, "Made", Date(codes.IssuedAt));
                Fact(html, "Set", string.Create(CultureInfo.InvariantCulture, $"generation {codes.Generation}, {codes.Count} codes"));
            }
        }
    }

    private static void Fact(Markup html, string name, string value)
    {
        using (html.Open("div"))
        {
            html.Element("dt", name);
            html.Element("dd", value);
        }
    }

    private static void Codes(Markup html, ReceivedCodes codes, SecretPage page)
    {
        using (html.Open("ol", ("class", "codes")))
        {
            foreach (var code in codes.Codes)
            {
                using (html.Open("li"))
                {
                    html.Element("span", "", ("class", "box"));
                    using (html.Open("code"))
                    {
                        page.Write(code);
                    }
                }
            }
        }
    }

    private static void Use(Markup html, ReceivedCodes codes)
    {
        using (html.Open("section"))
        {
            html.Element("h2", "When the usual way in is lost");
            using (html.Open("ul"))
            {
                html.Element("li", $"Use one code where a backup code of {codes.Identity} is asked for; each works once. Tick its box then.");
                html.Element("li", "Type it as it stands, BCB1 included. Small letters, spaces and missing dashes do no harm.");
                html.Element("li", "0 is always the digit zero and 1 the digit one: the letters I, L, O and U do not occur.");
                html.Element("li", "Nobody ever needs a second code to let you in once, or this sheet: whoever asks for it is not to be trusted.");
                html.Element("li", "Keep it under lock, not with the device that it stands in for, and never photographed, copied or sent.");
                html.Element("li", $"If it was seen, lost or is nearly used up, have its codes ended (bcb revoke {codes.Identity}) and claim new ones, which end these.");
            }

            using (html.Open("p", ("class", "spelling")))
            {
                html.Element("b", "Reading aloud: ");
                html.Text("group by group, five at a time. " + string.Join(", ", Spelling.Select(s => $"{s.Letter}\u00a0{s.Word}")) + ".");
            }
        }
    }

    // As the broker wrote it, in a form for people; whatever else stands there is text.
    private static string Date(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture)
            : text is { Length: > 0 and <= MaxDate } ? text : "not known";
}
