using System.Text;

namespace BackupCodeBroker.Core.VaultPolicies;

internal enum PathPatternKind
{
    /// <summary>One path.</summary>
    Exact,

    /// <summary>Every path that starts so.</summary>
    Prefix,

    /// <summary>Paths by segment, <c>+</c> standing for any one; with a <c>*</c> the last is only the start of what may follow.</summary>
    Segments,
}

/// <summary>
/// A rule's path. A <c>*</c> is a wildcard only at the end, a <c>+</c> only as a whole segment; elsewhere both are themselves.
/// Of several patterns that match one path the <em>closest</em> decides alone, and <see cref="CompareTo"/> orders them by that:
/// the first wildcard stands later, then no <c>*</c> at the end, then fewer <c>+</c>, then longer, then greater as text. An exact
/// rule comes before them all.
/// </summary>
internal sealed class PathPattern : IComparable<PathPattern>
{
    private readonly string[] _segments;
    private readonly int _firstWildcard;
    private readonly int _plusSegments;
    private readonly int _length;

    private PathPattern(string source, PathPatternKind kind, bool endsOpen)
    {
        Source = source;
        Kind = kind;
        EndsOpen = endsOpen;
        Text = endsOpen ? source[..^1] : source;
        _segments = kind is PathPatternKind.Segments ? Text.Split('/') : [];
        _plusSegments = _segments.Count(segment => segment == "+");
        _length = Encoding.UTF8.GetByteCount(Text);
        int plus = source.IndexOf('+', StringComparison.Ordinal);
        _firstWildcard = kind is PathPatternKind.Segments ? Encoding.UTF8.GetByteCount(source.AsSpan(0, plus)) : _length;
    }

    /// <summary>The path as written, without its first slash.</summary>
    public string Source { get; }

    /// <summary>The path without the <c>*</c> at its end.</summary>
    public string Text { get; }

    public PathPatternKind Kind { get; }

    private bool EndsOpen { get; }

    /// <summary>Reads a rule's path, or gives null for <c>+*</c>, which Vault forbids.</summary>
    public static PathPattern? Parse(string path)
    {
        string source = WithoutFirstSlash(path);
        if (source.Contains("+*", StringComparison.Ordinal))
        {
            return null;
        }

        bool segmented = source == "+"
            || source.Contains("/+", StringComparison.Ordinal)
            || source.StartsWith("+/", StringComparison.Ordinal);
        bool endsOpen = source.EndsWith('*');
        PathPatternKind kind = segmented ? PathPatternKind.Segments : endsOpen ? PathPatternKind.Prefix : PathPatternKind.Exact;
        return new PathPattern(source, kind, endsOpen);
    }

    public static string WithoutFirstSlash(string path) => path.StartsWith('/') ? path[1..] : path;

    /// <summary>Whether a pattern of segments matches a path.</summary>
    public bool MatchesSegments(string[] path)
    {
        if (path.Length < _segments.Length || (!EndsOpen && path.Length != _segments.Length))
        {
            return false;
        }

        for (int index = 0; index < _segments.Length; index++)
        {
            string segment = _segments[index];
            bool openEnd = EndsOpen && index == _segments.Length - 1;
            bool matches = segment == "+"
                || segment == path[index]
                || (openEnd && path[index].StartsWith(segment, StringComparison.Ordinal));
            if (!matches)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Positive where this pattern is the closer one.</summary>
    public int CompareTo(PathPattern? other)
    {
        if (other is null)
        {
            return 1;
        }

        int order = _firstWildcard.CompareTo(other._firstWildcard);
        order = order != 0 ? order : other.EndsOpen.CompareTo(EndsOpen);
        order = order != 0 ? order : other._plusSegments.CompareTo(_plusSegments);
        order = order != 0 ? order : _length.CompareTo(other._length);
        return order != 0 ? order : string.CompareOrdinal(Text, other.Text);
    }
}
