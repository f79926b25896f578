using System.Collections.Concurrent;
using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.WhoCan;

/// <summary>What was read, and what could not be.</summary>
internal sealed record AccessRead(AccessMap Map, IReadOnlyList<AccessGap> Gaps);

/// <summary>
/// Reads of a Vault whom it knows, how they log in and what that gives them, with whatever token there is. A bounded number of reads runs at a time, and
/// of each answer only what decides is kept. What the token may not see is listed, once a kind: nothing is concluded from its absence.
/// </summary>
internal sealed class AccessReading(AccessSurvey survey, LogInReading logIns, PolicyReading policies, GapBook gaps, CancellationToken cancellation)
{
    private const string AnyEntity = AccessSurvey.EntitiesPath + "/+";
    private const string AnyGroup = AccessSurvey.GroupsPath + "/+";

    /// <summary>Over one administrator's, or auditor's, requests.</summary>
    public static AccessReading Over(AdminWire wire, VaultSettings settings, CancellationToken cancellation)
    {
        var survey = new AccessSurvey(wire);
        var gaps = new GapBook(cancellation);
        var policies = new PolicyReading(new VaultSurvey(wire), new VaultAdmin(wire, settings), gaps, cancellation);
        return new AccessReading(survey, new LogInReading(survey, gaps, cancellation), policies, gaps, cancellation);
    }

    /// <summary>Reads all of it, or only these entities with the groups that they are in.</summary>
    public async Task<AccessRead> ReadAsync(IReadOnlyCollection<string>? entityIds = null)
    {
        var mounts = await logIns.AllAsync();
        var entities = await EntitiesAsync(entityIds);
        var groups = await GroupsAsync(entityIds is null ? null : [.. entities.SelectMany(entity => entity.GroupIds).Distinct(StringComparer.Ordinal)]);
        var (read, unread) = await policies.AllAsync([
            .. entities.SelectMany(entity => entity.Policies),
            .. groups.Values.SelectMany(group => group.Policies),
            .. (mounts ?? []).SelectMany(mount => mount.Roles).SelectMany(role => role.Policies),
        ]);
        var map = new AccessMap { Policies = read, UnreadPolicies = unread, Entities = entities, Groups = groups, LogIns = mounts };
        return new AccessRead(map, gaps.Told());
    }

    private async Task<IReadOnlyList<KnownEntity>> EntitiesAsync(IReadOnlyCollection<string>? wanted)
    {
        var ids = wanted ?? await IdsAsync(AccessSurvey.EntitiesPath);
        var entities = new ConcurrentBag<KnownEntity>();
        await gaps.EachAsync(gaps.Bounded([.. ids.Where(id => VaultAdmin.IsPath(id))], AccessSurvey.EntitiesPath), async id =>
        {
            if (gaps.IsDenied(AnyEntity))
            {
                return;
            }

            var answer = await survey.EntityAsync(id, cancellation);
            if (answer is VaultAnswer<KnownEntity>.Ok { Value: var entity })
            {
                entities.Add(entity);
            }
            else if (answer is not VaultAnswer<KnownEntity>.Absent)
            {
                gaps.Missed(answer, $"{AccessSurvey.EntitiesPath}/{id}", AnyEntity, "read");
            }
        });
        return [.. entities.OrderBy(entity => entity.Name, StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyDictionary<string, KnownGroup>> GroupsAsync(IReadOnlyCollection<string>? wanted)
    {
        var ids = wanted ?? await IdsAsync(AccessSurvey.GroupsPath);
        var groups = new ConcurrentDictionary<string, KnownGroup>(StringComparer.Ordinal);
        await gaps.EachAsync(ids, async id =>
        {
            if (gaps.IsDenied(AnyGroup))
            {
                return;
            }

            var answer = await survey.GroupAsync(id, cancellation);
            if (answer is VaultAnswer<KnownGroup>.Ok { Value: var group })
            {
                groups[id] = group;
            }
            else if (answer is not VaultAnswer<KnownGroup>.Absent)
            {
                gaps.Missed(answer, $"{AccessSurvey.GroupsPath}/{id}", AnyGroup, "read");
            }
        });
        return groups;
    }

    private async Task<IReadOnlyCollection<string>> IdsAsync(string path)
    {
        var answer = await survey.IdsAsync(path, cancellation);
        if (answer is VaultAnswer<IReadOnlyList<string>>.Ok { Value: var ids })
        {
            return ids;
        }

        // An empty store has nothing to list.
        if (answer is not VaultAnswer<IReadOnlyList<string>>.Absent)
        {
            gaps.Missed(answer, path, path, "list");
        }

        return [];
    }
}
