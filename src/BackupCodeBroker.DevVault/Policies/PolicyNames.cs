namespace BackupCodeBroker.DevVault.Policies;

/// <summary>Lists of policy names as Vault keeps them: lower case, sorted, each once; <c>root</c> stands alone.</summary>
internal static class PolicyNames
{
    public static List<string> Sanitize(IEnumerable<string> names, bool addDefault)
    {
        List<string> clean = Distinct(names, lowerCase: true);
        if (clean.Contains(BuiltInPolicies.Root))
        {
            return [BuiltInPolicies.Root];
        }

        if (addDefault && !clean.Contains(BuiltInPolicies.Default))
        {
            clean.Add(BuiltInPolicies.Default);
            clean.Sort(StringComparer.Ordinal);
        }

        return clean;
    }

    /// <summary>Trimmed, sorted, without blanks and repeats.</summary>
    public static List<string> Distinct(IEnumerable<string> items, bool lowerCase) =>
        [.. items.Select(item => lowerCase ? item.Trim().ToLowerInvariant() : item.Trim())
            .Where(item => item.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];

    /// <summary>A name against a pattern with <c>*</c> at its start, its end or both.</summary>
    public static bool Glob(string pattern, string text)
    {
        string[] parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return pattern == text;
        }

        if (!text.StartsWith(parts[0], StringComparison.Ordinal))
        {
            return false;
        }

        int at = parts[0].Length;
        for (int i = 1; i < parts.Length - 1; i++)
        {
            int found = text.IndexOf(parts[i], at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + parts[i].Length;
        }

        return text.Length - at >= parts[^1].Length && text.EndsWith(parts[^1], StringComparison.Ordinal);
    }
}
