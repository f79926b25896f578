using System.Globalization;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Doctor;

/// <summary>
/// The entities behind the broker's aliases. One that carries a policy makes a child that may do more than its one document, and the broker refuses
/// such an identity; who gave it the policy wanted something else.
/// </summary>
internal sealed class EntityChecks(BootstrapSession session, VaultSurvey survey)
{
    /// <summary>More are not read: the broker itself looks at each one that is used.</summary>
    private const int MostEntities = 500;

    private const int AtOnce = 8;
    private const string AliasPrefix = "bcb.";
    private const string SweeperAlias = "bcb._sweeper";
    private const string TokenMount = "auth/token/";
    private const string Why = "its children may do more than reach their one document, so the broker refuses it";

    private readonly Dictionary<string, VaultAnswer<IReadOnlyList<string>>> _groups = new(StringComparer.Ordinal);

    /// <summary>The sweeper's entity and the identities'.</summary>
    public async Task<IReadOnlyList<CheckReport>> AllAsync(CancellationToken cancellation) =>
    [
        new(DoctorChecks.SweeperEntity, SweeperAlias, Sweeper(await session.FindEntityAsync(SweeperAlias, cancellation))),
        .. await IdentitiesAsync(cancellation),
    ];

    private static CheckResult Sweeper(VaultAnswer<EntityFacts> answer) => answer switch
    {
        VaultAnswer<EntityFacts>.Ok ok when DocumentSteps.Judge(ok.Value) is Reading.NeedsPerson person =>
            new CheckResult.Finding(Severity.Error, person.Why, "without its child nothing is swept, listed or reported", person.Remedy),
        VaultAnswer<EntityFacts>.Ok => new CheckResult.Ok(),
        VaultAnswer<EntityFacts>.Absent => new CheckResult.Ok("not there: it is made at its first use"),
        VaultAnswer<EntityFacts>.Denied denied => Unseen.Denied(denied.Path),
        VaultAnswer<EntityFacts>.Faulted faulted => Unseen.Fault(faulted.Fault),
        _ => throw new InvalidOperationException("an answer of no known kind"),
    };

    private async Task<IReadOnlyList<CheckReport>> IdentitiesAsync(CancellationToken cancellation) => await survey.EntitiesAsync(cancellation) switch
    {
        VaultAnswer<IReadOnlyList<ListedEntity>>.Ok ok => await ReadAsync(ok.Value, cancellation),
        VaultAnswer<IReadOnlyList<ListedEntity>>.Absent => [Of("", new CheckResult.Ok("there are none"))],
        VaultAnswer<IReadOnlyList<ListedEntity>>.Denied denied => [Of("", Unseen.ListDenied(denied.Path))],
        VaultAnswer<IReadOnlyList<ListedEntity>>.Faulted faulted => [Of("", Unseen.Fault(faulted.Fault))],
        _ => throw new InvalidOperationException("an answer of no known kind"),
    };

    private async Task<IReadOnlyList<CheckReport>> ReadAsync(IReadOnlyList<ListedEntity> listed, CancellationToken cancellation)
    {
        var ours = listed.Select(entity => (entity.Id, Alias: AliasOf(entity))).Where(entity => entity.Alias is not null).ToList();
        var reports = new List<CheckReport>();
        foreach (var some in ours.Take(MostEntities).Chunk(AtOnce))
        {
            var read = await Task.WhenAll(some.Select(entity => session.Client.ReadEntityAsync(session.Token, entity.Id, session.Call(cancellation))));
            for (var i = 0; i < read.Length; i++)
            {
                if (await JudgeAsync(some[i].Alias!, read[i], cancellation) is { } result)
                {
                    reports.Add(Of(some[i].Alias!, result));
                }
            }

            if (reports.Exists(report => report.Result is CheckResult.NotChecked))
            {
                break;
            }
        }

        if (ours.Count > MostEntities)
        {
            reports.Add(Of("", new CheckResult.NotChecked(string.Create(
                CultureInfo.InvariantCulture, $"only the first {MostEntities} of {ours.Count} entities were read; the broker looks at each one that is used"))));
        }

        return reports.Count > 0 ? reports : [Of("", new CheckResult.Ok(string.Create(CultureInfo.InvariantCulture, $"entities of identities: {ours.Count}")))];
    }

    private static CheckReport Of(string about, CheckResult result) => new(DoctorChecks.IdentityEntities, about, result);

    private static string? AliasOf(ListedEntity entity) =>
        entity.Aliases.FirstOrDefault(alias => alias.MountPath == TokenMount && alias.Name.StartsWith(AliasPrefix, StringComparison.Ordinal))?.Name;

    // Null where all is well. The decoy and the sweeper have checks of their own for what their entity itself carries.
    private async Task<CheckResult?> JudgeAsync(string alias, VaultAnswer<EntityFacts> answer, CancellationToken cancellation) => answer switch
    {
        VaultAnswer<EntityFacts>.Ok { Value: { Policies.Count: > 0 } entity } when alias is not (Decoy.Alias or SweeperAlias) => new CheckResult.Finding(
            Severity.Warning,
            $"its entity was given policies ({string.Join(", ", entity.Policies)})",
            Why,
            new Remedy("take them away", $"vault write identity/entity/id/{entity.Id} policies=\"\"")),
        VaultAnswer<EntityFacts>.Ok { Value: var entity } => await JudgeGroupsAsync(entity, cancellation),
        VaultAnswer<EntityFacts>.Denied => Unseen.Denied("identity/entity/id/+"),
        VaultAnswer<EntityFacts>.Faulted faulted => Unseen.Fault(faulted.Fault),
        // Deleted since it was listed.
        _ => null,
    };

    private async Task<CheckResult?> JudgeGroupsAsync(EntityFacts entity, CancellationToken cancellation)
    {
        foreach (var id in entity.GroupIds)
        {
            if (!_groups.TryGetValue(id, out var answer))
            {
                _groups[id] = answer = await survey.GroupPoliciesAsync(id, cancellation);
            }

            switch (answer)
            {
                case VaultAnswer<IReadOnlyList<string>>.Ok { Value: { Count: > 0 } policies }:
                    return new CheckResult.Finding(
                        Severity.Warning,
                        $"its entity is in a group that gives policies ({string.Join(", ", policies)})",
                        Why,
                        new Remedy("take the entity out of the group", $"vault read identity/group/id/{id}", $"vault write identity/group/id/{id} member_entity_ids=THE_OTHERS"));
                case VaultAnswer<IReadOnlyList<string>>.Denied:
                    return Unseen.Denied("identity/group/id/+");
                case VaultAnswer<IReadOnlyList<string>>.Faulted faulted:
                    return Unseen.Fault(faulted.Fault);
            }
        }

        return null;
    }
}
