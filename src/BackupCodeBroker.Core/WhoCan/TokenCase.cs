using BackupCodeBroker.Core.VaultPolicies;

namespace BackupCodeBroker.Core.WhoCan;

/// <summary>A token that a holder could come by.</summary>
/// <param name="Holder">Who.</param>
/// <param name="LogIn">The auth mount's path, or null.</param>
/// <param name="Choice">What the log-in gives.</param>
/// <param name="Reach">What it can do.</param>
/// <param name="Entity">The entity, where there is one.</param>
/// <param name="GroupIds">The groups whose policies it carries.</param>
internal sealed record TokenCase(Holder Holder, string? LogIn, LogInChoice Choice, TokenReach Reach, KnownEntity? Entity, IReadOnlyList<string> GroupIds);

/// <summary>All tokens that anybody could come by, as far as it is known who there is.</summary>
internal sealed class TokenCases
{
    private readonly AccessMap _map;
    private readonly ReachBook _book;
    private readonly Dictionary<string, LogIn> _byAccessor;
    private readonly IReadOnlyList<string> _allPolicies;

    private TokenCases(AccessMap map, ReachBook book)
    {
        (_map, _book) = (map, book);
        _byAccessor = (map.LogIns ?? []).GroupBy(logIn => logIn.Accessor, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);
        _allPolicies = [.. map.Policies.Keys.Concat(map.UnreadPolicies).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Makes them.</summary>
    public static List<TokenCase> Of(AccessMap map, ReachBook book)
    {
        var cases = new TokenCases(map, book);
        return [.. map.Entities.SelectMany(cases.OfEntity), .. cases.OfRoles(), .. map.Groups.Values.Where(group => group.External is not null).SelectMany(cases.OfExternalGroup)];
    }

    private IEnumerable<TokenCase> OfEntity(KnownEntity entity)
    {
        var holder = new Holder(HolderKind.Entity, entity.Id, entity.Name) { IsDisabled = entity.IsDisabled };
        var identity = IdentityPolicies(entity.Policies, entity.GroupIds);
        var subject = SubjectOf(entity);
        var anyLogIn = false;
        foreach (var alias in entity.Aliases)
        {
            if (!_byAccessor.TryGetValue(alias.MountAccessor, out var mount) && _map.LogIns is not null)
            {
                continue;
            }

            foreach (var choice in LogInChoices.Of(alias, mount, _allPolicies))
            {
                anyLogIn = true;
                yield return new TokenCase(holder, mount?.Path ?? alias.MountPath, choice, _book.Of([.. choice.Policies, .. identity], subject), entity, entity.GroupIds);
            }
        }

        // Whoever has no log-in may still be somebody's to make a token for.
        if (!anyLogIn && identity.Count > 0)
        {
            var none = new LogInChoice(null, [LogInChoices.Default], IsCertain: false);
            yield return new TokenCase(holder, null, none, _book.Of([LogInChoices.Default, .. identity], subject), entity, entity.GroupIds);
        }
    }

    private IEnumerable<TokenCase> OfRoles()
    {
        var known = _map.Entities.SelectMany(entity => entity.Aliases).ToLookup(alias => alias.MountAccessor, StringComparer.Ordinal);
        foreach (var mount in _map.LogIns ?? [])
        {
            foreach (var role in mount.Roles.Where(role => !IsSomebodys(role, known[mount.Accessor])))
            {
                var holder = new Holder(HolderKind.LogIn, $"{mount.Path} {role.Word} {role.Name}", role.Name);
                foreach (var choice in LogInChoices.OfAnybody(role, _allPolicies))
                {
                    yield return new TokenCase(holder, mount.Path, choice, _book.Of(choice.Policies, subject: null), null, []);
                }
            }
        }
    }

    // A user and an AppRole are one entity's: where that is known, it stands for them, and where it is disabled nobody logs in.
    private static bool IsSomebodys(LogInRole role, IEnumerable<KnownAlias> aliases) => role.Kind switch
    {
        LogInRoleKind.User => aliases.Any(alias => LogInChoices.IsOf(role, alias)),
        LogInRoleKind.Account => aliases.Any(alias => LogInChoices.IsAccount(role, alias)),
        _ => false,
    };

    private IEnumerable<TokenCase> OfExternalGroup(KnownGroup group)
    {
        var groups = WithParents(group.Id);
        var identity = IdentityPolicies([], groups);
        var path = _byAccessor.TryGetValue(group.External!.MountAccessor, out var mount) ? mount.Path : _map.LogIns is null ? group.External.MountPath : null;
        if (identity.Count > 0 && path is not null)
        {
            var holder = new Holder(HolderKind.ExternalGroup, group.Id, group.Name);
            var choice = new LogInChoice(null, [LogInChoices.Default], IsCertain: true);
            yield return new TokenCase(holder, path, choice, _book.Of([LogInChoices.Default, .. identity], subject: null), null, groups);
        }
    }

    private List<string> IdentityPolicies(IReadOnlyList<string> own, IReadOnlyList<string> groupIds) =>
        [.. own, .. groupIds.Where(_map.Groups.ContainsKey).SelectMany(id => _map.Groups[id].Policies)];

    private List<string> WithParents(string id)
    {
        var found = new List<string>();
        var open = new Queue<string>([id]);
        while (open.TryDequeue(out var next))
        {
            if (!found.Contains(next) && _map.Groups.TryGetValue(next, out var group))
            {
                found.Add(next);
                group.ParentIds.ToList().ForEach(open.Enqueue);
            }
        }

        return found;
    }

    private PolicySubject SubjectOf(KnownEntity entity) => new()
    {
        EntityId = entity.Id,
        EntityName = entity.Name,
        Metadata = entity.Metadata,
        Aliases = [.. entity.Aliases.Select(alias => new SubjectAlias(alias.MountAccessor, alias.Id, alias.Name, alias.Metadata) { CustomMetadata = alias.CustomMetadata })],
        Groups = [.. entity.GroupIds.Where(_map.Groups.ContainsKey).Select(id => _map.Groups[id]).Select(group => new SubjectGroup(group.Id, group.Name, group.Metadata))],
    };
}
