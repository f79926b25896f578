using System.Security.Cryptography;
using System.Text;

namespace BackupCodeBroker.Audit.Report.Page;

/// <summary>
/// The head of the page. Its policy lets nothing load and nothing run but the one style and the one script that stand in it, known by their hashes: were a text
/// ever to become markup, it still could not call home or run.
/// </summary>
internal static class PageHead
{
    private static readonly Lazy<string> Style = new(() => Resource("page.css"));
    private static readonly Lazy<string> Script = new(() => Resource("page.js"));

    /// <summary>The policy.</summary>
    public static string Policy =>
        $"default-src 'none'; style-src '{Hash(Style.Value)}'; script-src '{Hash(Script.Value)}'; base-uri 'none'; form-action 'none'";

    /// <summary>Writes the head.</summary>
    public static void Write(Markup html, string title)
    {
        using (html.Open("head"))
        {
            html.Empty("meta", ("charset", "utf-8"));
            html.Empty("meta", ("http-equiv", "Content-Security-Policy"), ("content", Policy));
            html.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
            html.Empty("meta", ("name", "color-scheme"), ("content", "light dark"));
            html.Empty("meta", ("name", "referrer"), ("content", "no-referrer"));
            html.Element("title", title);
            using (html.Open("style"))
            {
                html.Constant(Style.Value);
            }
        }
    }

    /// <summary>The script, at the end of the body: what it finds must be there.</summary>
    public static void WriteScript(Markup html)
    {
        using (html.Open("script"))
        {
            html.Constant(Script.Value);
        }
    }

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Resource(string name)
    {
        using var stream = typeof(PageHead).Assembly.GetManifestResourceStream("audit-page/" + name)
            ?? throw new InvalidOperationException($"{name} is not in the program");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
