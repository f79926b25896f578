using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Audit.Report.Page;

/// <summary>Tables that have a caption, heads with a scope, and room to scroll where the window is narrow.</summary>
internal static class Tables
{
    /// <summary>A section with one table, cut at a number of rows.</summary>
    public static void Section<T>(
        Markup html, string id, string title, string caption, IReadOnlyList<T> rows, int most, string[] heads, Action<T> row)
    {
        if (rows.Count == 0)
        {
            return;
        }

        using (html.Open("section", ("id", id)))
        {
            html.Element("h2", title);
            using (html.Open("div", ("class", "scroll"), ("tabindex", "0")))
            using (html.Open("table"))
            {
                html.Element("caption", caption);
                Head(html, heads);
                foreach (var one in rows.Take(most))
                {
                    row(one);
                }
            }

            if (rows.Count > most)
            {
                html.Element("p", $"{Words.Count(rows.Count - most, "row")} more: see bcb audit --json.", ("class", "more"));
            }
        }
    }

    /// <summary>The heads of the columns.</summary>
    public static void Head(Markup html, params ReadOnlySpan<string> heads)
    {
        using (html.Open("thead"))
        using (html.Open("tr"))
        {
            foreach (var head in heads)
            {
                html.Element("th", head, ("scope", "col"));
            }
        }
    }

    /// <summary>A row of texts.</summary>
    public static void Row(Markup html, params ReadOnlySpan<string?> cells)
    {
        using (html.Open("tr"))
        {
            foreach (var cell in cells)
            {
                html.Element("td", cell);
            }
        }
    }
}
