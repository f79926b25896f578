namespace BackupCodeBroker.Core.WhoCan;

/// <summary>What a token that somebody gets by a log-in would carry, beside what their entity and its groups add.</summary>
/// <param name="Role">What gave it; null where the method itself lets in and gives nothing.</param>
/// <param name="Policies">The policies.</param>
/// <param name="IsCertain">Whether the log-in surely gives just this; where it is the method's to say (which roles let whom in), it is one possibility.</param>
internal sealed record LogInChoice(LogInRole? Role, IReadOnlyList<string> Policies, bool IsCertain);

/// <summary>
/// Which tokens the holder of an alias could come by. Methods name an alias in their own ways: a user's is the user's name, an AppRole's says which role it
/// is of, a token role says for which aliases tokens are made. Of the others (OIDC, JWT, Kubernetes, clouds) only the method knows whom a role lets in,
/// so that each role is a possibility; it is the one that there is where there is but one.
/// </summary>
internal static class LogInChoices
{
    public const string Default = "default";

    private const string RoleName = "role_name";

    private static readonly string[] DefaultAlone = [Default];

    /// <summary>The tokens of an alias at a mount; none where nobody can log in as it any more.</summary>
    public static IEnumerable<LogInChoice> Of(KnownAlias alias, LogIn? mount, IEnumerable<string> allPolicies)
    {
        if (mount is null)
        {
            return [new LogInChoice(null, DefaultAlone, IsCertain: false)];
        }

        return mount.Type switch
        {
            "approle" => OfAccount(alias, mount),
            "userpass" => OfUser(alias, mount, othersToo: false),
            "ldap" or "okta" or "radius" or "github" or "kerberos" => OfUser(alias, mount, othersToo: true),
            "token" or "ns_token" => OfToken(alias, mount, allPolicies),
            _ => OfRoles(mount),
        };
    }

    /// <summary>What a role gives to somebody of whom nothing else is known.</summary>
    public static IEnumerable<LogInChoice> OfAnybody(LogInRole role, IEnumerable<string> allPolicies) => role.Kind == LogInRoleKind.TokenRole
        ? Picked(role, allPolicies).Select(policy => Choice(role, [policy], isCertain: false))
        : [Choice(role, role.Policies, isCertain: true)];

    private static IEnumerable<LogInChoice> OfAccount(KnownAlias alias, LogIn mount)
    {
        if (!alias.Metadata.ContainsKey(RoleName))
        {
            return OfRoles(mount);
        }

        var role = mount.Roles.FirstOrDefault(role => IsAccount(role, alias));
        return role is not null ? [Choice(role, role.Policies, isCertain: true)]
            : mount.RolesAreKnown ? []
            : [new LogInChoice(null, DefaultAlone, IsCertain: false)];
    }

    private static IEnumerable<LogInChoice> OfUser(KnownAlias alias, LogIn mount, bool othersToo)
    {
        var user = mount.Roles.FirstOrDefault(role => role.Kind == LogInRoleKind.User && IsOf(role, alias));
        if (user is null && !othersToo && mount.RolesAreKnown)
        {
            yield break;
        }

        var groups = mount.Roles.Where(role => role.Kind == LogInRoleKind.Group).ToList();
        var own = user?.Policies ?? [];
        yield return Choice(user, own, isCertain: groups.Count == 0 && mount.RolesAreKnown);
        foreach (var group in groups)
        {
            yield return Choice(group, [.. own, .. group.Policies], isCertain: false);
        }
    }

    private static IEnumerable<LogInChoice> OfToken(KnownAlias alias, LogIn mount, IEnumerable<string> allPolicies)
    {
        var roles = mount.Roles.Where(role => role.Aliases.Any(pattern => Matches(pattern, alias.Name.ToLowerInvariant()))).ToList();
        if (roles.Count == 0)
        {
            return [];
        }

        // Without a policy of the role's own a token carries what its maker has and picks, which nothing here says.
        return
        [
            new LogInChoice(roles[0], DefaultAlone, IsCertain: false),
            .. roles.SelectMany(role => Picked(role, allPolicies).Select(policy => Choice(role, [policy], isCertain: false))),
        ];
    }

    private static IEnumerable<LogInChoice> OfRoles(LogIn mount)
    {
        var isOnly = mount is { RolesAreKnown: true, Roles.Count: 1 };
        return mount.Roles.Count == 0 || !mount.RolesAreKnown
            ? [new LogInChoice(null, DefaultAlone, IsCertain: false), .. mount.Roles.Select(role => Choice(role, role.Policies, isCertain: false))]
            : mount.Roles.Select(role => Choice(role, role.Policies, isOnly));
    }

    // Whoever makes the token picks, and one policy alone grants whatever it grants beside others: each by itself is all there is to look at.
    private static IEnumerable<string> Picked(LogInRole role, IEnumerable<string> allPolicies)
    {
        var isOpen = role.Policies.Count == 0 && role.PolicyPatterns.Count == 0 && role.Withheld.Count > 0;
        return role.Policies
            .Concat(allPolicies.Where(policy => isOpen || role.PolicyPatterns.Any(pattern => Matches(pattern, policy))))
            .Where(policy => !role.Withheld.Any(pattern => Matches(pattern, policy)))
            .Distinct(StringComparer.Ordinal);
    }

    private static LogInChoice Choice(LogInRole? role, IReadOnlyList<string> policies, bool isCertain) =>
        new(role, role is { BringsDefault: false } ? policies : [.. policies, Default], isCertain);

    /// <summary>Whether an alias is an AppRole's.</summary>
    public static bool IsAccount(LogInRole account, KnownAlias alias) => alias.Metadata.TryGetValue(RoleName, out var name) && name == account.Name;

    /// <summary>Whether an alias is a user's.</summary>
    public static bool IsOf(LogInRole user, KnownAlias alias) => string.Equals(user.Name, alias.Name, StringComparison.OrdinalIgnoreCase);

    // As Vault matches names against patterns: a star at the start, at the end or at both.
    private static bool Matches(string pattern, string text)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return pattern == text;
        }

        if (!text.StartsWith(parts[0], StringComparison.Ordinal))
        {
            return false;
        }

        var at = parts[0].Length;
        foreach (var part in parts[1..^1])
        {
            var found = text.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + part.Length;
        }

        return text.Length - at >= parts[^1].Length && text.EndsWith(parts[^1], StringComparison.Ordinal);
    }
}
