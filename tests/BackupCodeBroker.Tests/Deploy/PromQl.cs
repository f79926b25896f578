using System.Text.RegularExpressions;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>
/// What a PromQL expression names: series with the labels that they are selected by, and labels that are grouped or joined by. It reads words, strings
/// and braces and knows no grammar beyond that; promtool does.
/// </summary>
internal sealed partial class PromQl
{
    private static readonly string[] Words = ["and", "or", "unless", "offset", "bool", "inf", "nan", "start", "end", "atan2"];
    private static readonly string[] TakeLabels = ["by", "without", "on", "ignoring", "group_left", "group_right"];

    private readonly List<Selector> _selectors = [];
    private readonly List<string> _grouping = [];

    private PromQl(string expression)
    {
        var takes = false;
        foreach (Match token in Tokens().Matches(expression))
        {
            if (token.Groups["matchers"].Success)
            {
                if (takes || _selectors.Count == 0)
                {
                    throw new FormatException($"matchers without a series in {expression}");
                }

                _selectors[^1].Matchers.AddRange(Matchers().Matches(token.Value).Select(m => (m.Groups["label"].Value, m.Groups["value"].Value)));
            }
            else if (token.Groups["list"].Success && takes)
            {
                _grouping.AddRange(token.Groups["list"].Value.Split([',', '(', ')', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
            }
            else if (token.Groups["list"].Success)
            {
                // A parenthesis that only groups: its words count like any other.
                var inner = new PromQl(token.Value[1..^1]);
                _selectors.AddRange(inner._selectors);
            }
            else if (token.Groups["word"].Success && !token.Groups["call"].Success && !Words.Contains(token.Value) && !TakeLabels.Contains(token.Value))
            {
                _selectors.Add(new Selector(token.Value, []));
            }

            takes = token.Groups["word"].Success && TakeLabels.Contains(token.Groups["word"].Value);
        }
    }

    /// <summary>Series in the expression.</summary>
    public IReadOnlyList<Selector> Selectors => _selectors;

    /// <summary>Labels that it groups or joins by.</summary>
    public IReadOnlyList<string> Grouping => _grouping;

    /// <summary>Reads an expression.</summary>
    public static PromQl Read(string expression) => new(expression);

    // Strings and durations are read so that what stands in them is no word; a list of bare words in parentheses is what labels are given in.
    [GeneratedRegex("""
        (?<string>"(?:[^"\\]|\\.)*") | (?<matchers>\{(?:"(?:[^"\\]|\\.)*"|[^}"])*\}) | (?<range>\[[^\]]*\]) | (?<list>\(\s*[A-Za-z_][A-Za-z0-9_]*(?:\s*,\s*[A-Za-z_][A-Za-z0-9_]*)*\s*\)) |
        (?<number>\d[\w.]*) | (?<word>[A-Za-z_:][A-Za-z0-9_:]*)(?<call>(?=\s*(?:\(|(?:by|without)\b)))?
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Tokens();

    [GeneratedRegex("""(?<label>[A-Za-z_][A-Za-z0-9_]*)\s*(?:=~|!~|!=|=)\s*"(?<value>(?:[^"\\]|\\.)*)""")]
    private static partial Regex Matchers();

    /// <summary>A series and what it is selected by.</summary>
    internal sealed record Selector(string Series, List<(string Label, string Value)> Matchers);
}
