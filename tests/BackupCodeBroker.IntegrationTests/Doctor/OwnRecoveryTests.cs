using System.Text.Json.Nodes;
using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.Doctor;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Doctor;

/// <summary>An identity that may issue its own recovery: found with its fix, by name and as owner, and not where somebody else issues.</summary>
public sealed class OwnRecoveryTests(DoctorVault vault) : IClassFixture<DoctorVault>
{
    private const string Identity = "team-a.x";

    [Fact]
    [Trait("Requirement", "R-47")]
    public async Task A_grant_by_name_is_found_and_gone_after_the_printed_fix_and_others_keep_theirs()
    {
        var (patient, own, other) = await GivenAsync("issue/team-a.*", "consume/*");
        var identity = new IdentityAccess(Identity, other, own);

        var finding = FindingOf(await ExamineAsync(patient, identity, new IdentityAccess("team-a.y", own, other)), Identity);

        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains("its own entity may issue codes for it, and consume them", finding.What, StringComparison.Ordinal);
        Assert.Contains($"\"{patient.Deployment.Settings.AskMount}/issue/team-a.*\"", finding.What, StringComparison.Ordinal);
        foreach (var command in finding.Fix.Commands)
        {
            await patient.PasteAsync(command);
        }

        var after = await ExamineAsync(patient, identity, new IdentityAccess("team-a.y", other, own));
        Assert.DoesNotContain(after, check => check.About == Identity);
        Assert.IsType<CheckResult.Finding>(Assert.Single(after, check => check.About == "team-a.y").Result);
    }

    [Fact]
    [Trait("Requirement", "R-47")]
    public async Task A_grant_to_owners_is_found_where_it_owns_itself_and_gone_with_another_owner()
    {
        var (patient, own, other) = await GivenAsync("issue/@owned", "retrieve/@owned");

        var finding = FindingOf(await ExamineAsync(patient, new IdentityAccess(Identity, own, own)), Identity);

        Assert.Contains("and retrieve them", finding.What, StringComparison.Ordinal);
        Assert.StartsWith($"bcb transfer {Identity} --owner ", Assert.Single(finding.Fix.Commands), StringComparison.Ordinal);
        Assert.IsType<CheckResult.Ok>(Assert.Single(await ExamineAsync(patient, new IdentityAccess(Identity, other, own))).Result);
    }

    [Fact]
    public async Task Without_a_list_it_is_not_looked_at_and_without_entities_there_is_nothing_to_look_at()
    {
        var patient = await DoctorPatient.HealthyAsync(vault);

        var blind = await patient.ExamineAsync(more: options => options with { ListIdentities = _ => Task.FromResult(new IdentitiesListed(null, "may not", "x/list")) });
        var unseen = Assert.IsType<CheckResult.NotChecked>(Assert.Single(blind.Checks, check => check.Id == DoctorChecks.OwnRecovery).Result);

        Assert.Equal(("may not", "path \"x/list\" { capabilities = [\"read\"] }"), (unseen.Why, unseen.Stanza));
        Assert.IsType<CheckResult.Ok>(Assert.Single(await ExamineAsync(patient, new IdentityAccess(Identity, "somebody", null))).Result);
        Assert.DoesNotContain((await patient.ExamineAsync()).Checks, check => check.Id == DoctorChecks.OwnRecovery);
    }

    private static CheckResult.Finding FindingOf(IReadOnlyList<CheckReport> checks, string about) =>
        Assert.IsType<CheckResult.Finding>(Assert.Single(checks, check => check.About == about).Result);

    private static async Task<IReadOnlyList<CheckReport>> ExamineAsync(DoctorPatient patient, params IdentityAccess[] identities) =>
    [
        .. (await patient.ExamineAsync(more: options => options with { ListIdentities = _ => Task.FromResult(new IdentitiesListed(identities)) }))
            .Checks.Where(check => check.Id == DoctorChecks.OwnRecovery),
    ];

    // Two entities that log in as users and hold what is granted.
    private async Task<(DoctorPatient Patient, string Own, string Other)> GivenAsync(params string[] grants)
    {
        var patient = await DoctorPatient.HealthyAsync(vault);
        var name = patient.Here("{env}x-own");
        await vault.Raw.MustAsync("PUT", "sys/policies/acl/" + name, new JsonObject
        {
            ["policy"] = string.Join('\n', grants.Select(grant => $"path \"{patient.Deployment.Settings.AskMount}/{grant}\" {{ capabilities = [\"read\"] }}")),
        });
        await vault.Raw.MustAsync("POST", "sys/auth/" + name, new JsonObject { ["type"] = "userpass" });
        var entities = new List<string>();
        foreach (var user in new[] { "own", "other" })
        {
            await vault.Raw.MustAsync("POST", $"auth/{name}/users/{user}", new JsonObject { ["password"] = "p", ["token_policies"] = name });
            var login = await vault.Raw.MustAsync("POST", $"auth/{name}/login/{user}", new JsonObject { ["password"] = "p" });
            entities.Add(login["auth"]!["entity_id"]!.GetValue<string>());
        }

        return (patient, entities[0], entities[1]);
    }
}
