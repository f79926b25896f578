using System.Globalization;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;
using BackupCodeBroker.WhoCan;

namespace BackupCodeBroker.Doctor;

/// <summary>
/// Identities that may have codes made for themselves. A backup code is there for the day the main log-in is lost or stolen: where that log-in alone is
/// enough to make one, whoever stole it makes some, and is still in when the log-in has long been taken back.
/// </summary>
internal sealed class OwnRecoveryChecks(AdminWire wire, VaultSettings settings, DoctorOptions options)
{
    /// <summary>More are not looked at here: <c>bcb who-can</c> does it for each.</summary>
    private const int MostIdentities = 500;

    private const string Why = "whoever holds its log-in, a thief too, can make themselves codes with it and come back by them when the log-in has been taken from them";

    /// <summary>All identities that have an entity of their own, as far as the broker lists them.</summary>
    public async Task<IReadOnlyList<CheckReport>> AllAsync(CancellationToken cancellation)
    {
        if (options.ListIdentities is not { } list)
        {
            return [];
        }

        var listed = await list(cancellation);
        if (listed.Identities is not { } all)
        {
            return [Of("", new CheckResult.NotChecked(listed.Trouble) { Path = listed.Path, Stanza = listed.Path is { } path ? PolicyStanza.Granting(path, "read") : null })];
        }

        var ours = all.Where(identity => identity.Entity is { } entity && VaultAdmin.IsPath(entity)).ToList();
        var looked = ours.Take(MostIdentities).ToList();
        if (looked.Count == 0)
        {
            return [Of("", new CheckResult.Ok("none has an entity of its own"))];
        }

        var read = await AccessReading.Over(wire, settings, cancellation).ReadAsync([.. looked.Select(identity => identity.Entity!).Distinct(StringComparer.Ordinal)]);
        var evaluator = new AccessEvaluator(read.Map, settings.AskMount);
        List<CheckReport> reports =
        [
            .. looked.Select(identity => (identity.Identity, Result: Judge(evaluator, identity))).Where(one => one.Result is not null).Select(one => Of(one.Identity, one.Result!)),
            .. read.Gaps.Take(1).Select(gap => Of("", new CheckResult.NotChecked($"{gap.About}: {gap.Why}") { Path = gap.Stanza is null ? null : gap.About, Stanza = gap.Stanza })),
        ];
        if (ours.Count > MostIdentities)
        {
            reports.Add(Of("", new CheckResult.NotChecked(string.Create(
                CultureInfo.InvariantCulture, $"only the first {MostIdentities} of {ours.Count} identities with an entity were looked at; bcb who-can looks at each"))));
        }

        return reports.Count > 0 ? reports : [Of("", new CheckResult.Ok(string.Create(CultureInfo.InvariantCulture, $"identities with an entity of their own: {ours.Count}")))];
    }

    private static CheckReport Of(string about, CheckResult result) => new(DoctorChecks.OwnRecovery, about, result);

    private CheckResult.Finding? Judge(AccessEvaluator evaluator, IdentityAccess identity)
    {
        var issue = GrantsOf(evaluator, identity, Operation.Issue);
        if (issue.Count == 0)
        {
            return null;
        }

        // Each of the three alone is ordinary; it is making codes for oneself that outlives the log-in.
        string[] more = [.. new[] { Operation.Retrieve, Operation.Consume }.Where(operation => GrantsOf(evaluator, identity, operation).Count > 0).Select(operation => operation.Name)];
        var stanzas = issue.SelectMany(grant => grant.Stanzas).Distinct().Select(stanza => $"{stanza.Policy}: \"{stanza.Path}\"");
        return new CheckResult.Finding(
            Severity.Warning,
            $"its own entity may issue codes for it{(more.Length > 0 ? $", and {string.Join(" and ", more)} them" : "")} (by {string.Join(", ", stanzas)})",
            Why,
            Fix(identity, issue.Exists(grant => grant.IsOwners), issue.Exists(grant => !grant.IsOwners)));
    }

    private static List<Grant> GrantsOf(AccessEvaluator evaluator, IdentityAccess identity, Operation operation) =>
    [
        .. evaluator.Ask(new AccessQuestion(operation, identity.Identity) { Owner = identity.Owner }).Holders
            .Where(holder => holder.Holder.Kind == HolderKind.Entity && holder.Holder.Id == identity.Entity)
            .SelectMany(holder => holder.Ways).Select(way => way.Grant),
    ];

    // A denial by name, given through a group of its own, touches nobody else's grants; of an owner's grant only another owner takes the identity out.
    private Remedy Fix(IdentityAccess identity, bool asOwner, bool byName)
    {
        var name = "no-own-recovery-" + identity.Identity;
        var path = $"{settings.AskMount}/{Operation.Issue.Name}/{identity.Identity}";
        string[] deny =
        [
            $"echo '{PolicyStanza.Granting(path, "deny")}' > {name}.hcl",
            $"vault policy write {name} {name}.hcl",
            $"vault write identity/group name={name} policies={name} member_entity_ids={identity.Entity}",
        ];
        string[] transfer = [$"bcb transfer {identity.Identity} --owner ANOTHER_ENTITY_OR_GROUP --reason 'not its own recovery'"];
        return new Remedy(
            asOwner && byName ? "let somebody else own it, and deny its entity to issue for it by name"
            : asOwner ? "let somebody else own it (or have its profile ask for approval of issue: a second person then consents)"
            : "let who owns it issue, and deny it to its own entity",
            [.. asOwner ? transfer : [], .. byName ? deny : []]);
    }
}
