using System.Security.Cryptography;
using System.Text;

namespace BackupCodeBroker.Pages;

/// <summary>
/// What every page stands in. Its policy lets nothing load and nothing run but the one style and the one script that stand in it, known by their hashes: were
/// a text ever to become markup, it still could not call home or run.
/// </summary>
/// <param name="resources">Folder of the page's style and script within the program.</param>
internal sealed class PageShell(string resources)
{
    private readonly Lazy<string> _style = new(() => Resource("pages/base.css") + Resource(resources + "/page.css"));
    private readonly Lazy<string> _script = new(() => Resource(resources + "/page.js"));

    /// <summary>The policy.</summary>
    public string Policy =>
        $"default-src 'none'; style-src '{Hash(_style.Value)}'; script-src '{Hash(_script.Value)}'; base-uri 'none'; form-action 'none'";

    /// <summary>Writes the head.</summary>
    public void WriteHead(Markup html, string title)
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
                html.Constant(_style.Value);
            }
        }
    }

    /// <summary>The script, at the end of the body: what it finds must be there.</summary>
    public void WriteScript(Markup html)
    {
        using (html.Open("script"))
        {
            html.Constant(_script.Value);
        }
    }

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Resource(string name)
    {
        using var stream = typeof(PageShell).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the program");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
