using System.Globalization;

namespace BackupCodeBroker.Pages;

/// <summary>
/// Writes HTML so that text can be nothing but text: what is given as a text or an attribute's value is made visible and escaped here and nowhere else, and what is
/// opened is closed. It is well-formed XML as well, which is how the tests read it strictly.
/// </summary>
internal sealed class Markup(TextWriter writer)
{
    private static readonly HashSet<string> Void = ["meta", "input", "rect", "line", "circle", "path", "use", "br"];

    /// <summary>Characters written so far, for what has to stay within bounds.</summary>
    public long Length { get; private set; }

    /// <summary>A position in percent.</summary>
    public static string Percent(double value) => value.ToString("0.##", CultureInfo.InvariantCulture) + "%";

    /// <summary>A number.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Opens an element; disposing closes it. Attributes without a value are left out.</summary>
    public Scope Open(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Tag(name, attributes, closed: false);
        return new Scope(this, name);
    }

    /// <summary>An element with nothing in it.</summary>
    public void Empty(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        // HTML knows the closing slash on void and SVG elements alone.
        if (Void.Contains(name))
        {
            Tag(name, attributes, closed: true);
            return;
        }

        Tag(name, attributes, closed: false);
        Raw($"</{name}>");
    }

    /// <summary>An element with text in it.</summary>
    public void Element(string name, string? text, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Tag(name, attributes, closed: false);
        Text(text);
        Raw($"</{name}>");
    }

    /// <summary>Text.</summary>
    public void Text(string? text) => Raw(Escape(text));

    /// <summary>Text of this program with names between backquotes.</summary>
    public void Prose(string text)
    {
        var isName = false;
        foreach (var part in text.Split('`'))
        {
            if (isName)
            {
                Element("code", part);
            }
            else
            {
                Text(part);
            }

            isName = !isName;
        }
    }

    /// <summary>A time, machine-readable too.</summary>
    public void Time(DateTimeOffset? time, string otherwise = "–")
    {
        if (time is { } at)
        {
            Element("time", Text(at, "yyyy-MM-dd HH:mm:ss.fff"), ("datetime", Text(at, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'")));
        }
        else
        {
            Text(otherwise);
        }
    }

    /// <summary>A day in UTC, with its time beside it for machines and whoever points at it.</summary>
    public void Day(DateTimeOffset? time, string otherwise = "–")
    {
        if (time is { } at)
        {
            Element("time", Text(at, "yyyy-MM-dd"), ("datetime", Text(at, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'")), ("title", Text(at, "yyyy-MM-dd HH:mm:ss 'UTC'")));
        }
        else
        {
            Text(otherwise);
        }
    }

    /// <summary>A constant of this program, as it is: a style, a script, the document's type.</summary>
    public void Constant(string text) => Raw(text);

    private static string Text(DateTimeOffset time, string format) => time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);

    private static string Escape(string? text) => Visible.Of(text ?? "")
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    private void Tag(string name, ReadOnlySpan<(string Name, string? Value)> attributes, bool closed)
    {
        Raw("<" + name);
        foreach (var (attribute, value) in attributes)
        {
            if (value is not null)
            {
                Raw($" {attribute}=\"{Escape(value)}\"");
            }
        }

        Raw(closed ? "/>" : ">");
    }

    private void Raw(string text)
    {
        writer.Write(text);
        Length += text.Length;
    }

    /// <summary>An element that is open.</summary>
    internal readonly ref struct Scope(Markup markup, string name)
    {
        /// <summary>Closes it.</summary>
        public void Dispose() => markup.Raw($"</{name}>\n");
    }
}
