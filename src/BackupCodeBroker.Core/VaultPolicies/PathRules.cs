namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>The merged rules of all policies, by path, and which of them decides about a path.</summary>
internal sealed class PathRules
{
    private readonly Dictionary<string, PathPermissions> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PathPermissions> _prefixes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PathPermissions> _segmented = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _prefixLengths = [];

    public void Add(PathPattern pattern, VaultPathRule rule)
    {
        (Dictionary<string, PathPermissions> rules, string key) = pattern.Kind switch
        {
            PathPatternKind.Exact => (_exact, pattern.Text),
            PathPatternKind.Prefix => (_prefixes, pattern.Text),
            _ => (_segmented, pattern.Source),
        };
        if (rules.TryGetValue(key, out PathPermissions? existing))
        {
            existing.Merge(rule);
            return;
        }

        rules.Add(key, new PathPermissions(pattern, rule));
        if (pattern.Kind is PathPatternKind.Prefix)
        {
            _prefixLengths.Add(pattern.Text.Length);
        }
    }

    /// <summary>The one rule that decides. A list of <c>a/b/</c> may also be granted by the exact rule <c>a/b</c>.</summary>
    public PathPermissions? Find(string path, bool isList)
    {
        if (_exact.TryGetValue(path, out PathPermissions? exact))
        {
            return exact;
        }

        if (isList && path.EndsWith('/') && _exact.TryGetValue(path[..^1], out exact))
        {
            return exact;
        }

        PathPermissions? closest = LongestPrefix(path);
        if (_segmented.Count > 0)
        {
            string[] segments = path.Split('/');
            foreach (PathPermissions candidate in _segmented.Values)
            {
                if (candidate.Pattern.MatchesSegments(segments) && candidate.Pattern.CompareTo(closest?.Pattern) > 0)
                {
                    closest = candidate;
                }
            }
        }

        return closest;
    }

    private PathPermissions? LongestPrefix(string path)
    {
        Dictionary<string, PathPermissions>.AlternateLookup<ReadOnlySpan<char>> lookup =
            _prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (int length in _prefixLengths.Reverse())
        {
            if (length <= path.Length && lookup.TryGetValue(path.AsSpan(0, length), out PathPermissions? found))
            {
                return found;
            }
        }

        return null;
    }
}
