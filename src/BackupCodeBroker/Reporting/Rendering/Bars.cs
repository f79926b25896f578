using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Reporting.Rendering;

/// <summary>One bar: what it is of, how many, and how many of them are marked.</summary>
internal sealed record Bar(string Of, int Count, int Marked = 0);

/// <summary>A chart of bars that is a table at once: it is read aloud, copied and printed as one.</summary>
internal static class Bars
{
    /// <summary>Writes it.</summary>
    /// <param name="html">The page.</param>
    /// <param name="caption">What it shows.</param>
    /// <param name="bars">The bars, in their order.</param>
    /// <param name="marked">What the marked part is; null where nothing is marked.</param>
    /// <param name="isBad">Whether the marked part is what should not be.</param>
    public static void Write(Markup html, string caption, IReadOnlyList<Bar> bars, string? marked = null, bool isBad = true)
    {
        var most = Math.Max(1, bars.Count == 0 ? 1 : bars.Max(b => b.Count));
        using (html.Open("table", ("class", isBad ? "bars" : "bars parts")))
        {
            html.Element("caption", caption);
            foreach (var bar in bars)
            {
                using (html.Open("tr"))
                {
                    html.Element("th", bar.Of, ("scope", "row"));
                    html.Element("td", CauseWords.Number(bar.Count), ("class", "count"));
                    using (html.Open("td", ("class", "chart")))
                    {
                        Draw(html, bar, most);
                    }

                    if (marked is not null)
                    {
                        html.Element("td", bar.Marked > 0 ? $"{CauseWords.Number(bar.Marked)} {marked}" : "", ("class", "mark"));
                    }
                }
            }
        }
    }

    private static void Draw(Markup html, Bar bar, int most)
    {
        using (html.Open("svg", ("width", "100%"), ("height", "14"), ("aria-hidden", "true")))
        {
            if (bar.Count > 0)
            {
                html.Empty("rect", ("class", "bar"), ("x", "0"), ("y", "1"), ("height", "12"), ("width", Markup.Percent(Math.Max(1, 100.0 * bar.Count / most))));
            }

            if (bar.Marked > 0)
            {
                html.Empty("rect", ("class", "marked"), ("x", "0"), ("y", "1"), ("height", "12"), ("width", Markup.Percent(Math.Max(1, 100.0 * bar.Marked / most))));
            }
        }
    }
}
