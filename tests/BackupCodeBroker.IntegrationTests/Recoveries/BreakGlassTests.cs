using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Notices;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Recoveries;

/// <summary>U-5: codes on paper, for emergencies only, and no use goes by unseen.</summary>
public sealed class BreakGlassTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private const string Profile = "break-glass";

    [Fact]
    [Trait("Requirement", "U-5")]
    [Trait("Requirement", "R-36")]
    public async Task An_identity_provider_issues_printable_codes_for_break_glass_only_and_every_use_raises_a_notice()
    {
        var watch = new NoticeWatch();
        var lab = await Recovering.OpenAsync(environment, settings: s => s with { Profiles = new Dictionary<string, Profile>(s.Profiles) { [Profile] = Emergency() } }, configure: services => services.AddSingleton<INoticeSink>(watch));
        var idp = await environment.HolderAsync("idp", "issue/team-a.glass.*", "retrieve/team-a.glass.*", "consume/team-a.glass.*", "status/team-a.*");
        using var team = lab.Broker.As(lab.Cast.Team);
        using var provider = lab.Broker.As(idp);
        using var nobody = lab.Broker.AsNobody();
        var glass = BrokerEnvironment.NewIdentity("team-a.glass");
        Assert.Equal(201, (await team.RegisterAsync(glass, idp.EntityId, Profile)).Status);
        var payload = await environment.ClaimAsync(lab.Broker, idp, glass);
        await lab.MakeRoleAsync(glass);
        Assert.All(payload.Codes, code => Assert.Equal(5, code["BCB1-".Length..].Split('-').Length));
        // For nothing else: the profile is for these names, and nobody else's identity gets such codes.
        var elsewhere = await team.RegisterAsync(BrokerEnvironment.NewIdentity(), idp.EntityId, Profile);
        Assert.Equal((400, "profile: may not be used by this identity"), (elsewhere.Status, elsewhere.Member("detail")));

        List<string> uses = [];
        for (var i = 0; i < 2; i++)
        {
            var consumed = await provider.ConsumeAsync(glass, payload.Codes[i], purpose: "all authenticators are down");
            Assert.True(consumed.Status == 200, consumed.Text);
            uses.Add(consumed.OperationId);
        }

        uses.Add((await nobody.RecoverAsync(glass, payload.Codes[2])).OperationId);

        await lab.Broker.UntilAsync(() => Task.FromResult(uses.TrueForAll(use => watch.Taken.Any(n => n.Entry.OperationId == use && n.Entry.Notice is "consumed" or "recovered"))));
        var told = watch.Taken.Where(n => n.Identity == glass && n.Entry.Notice is "consumed" or "recovered").ToList();
        Assert.Equal(uses, told.Select(n => n.Entry.OperationId));
        Assert.All(told, n => Assert.Equal(OpenReview.BreakGlass, n.Entry.Cause));
        var kept = (await environment.DocumentAsync(glass)).Document;
        Assert.Equal(uses, kept.Reviews.Select(r => r.OperationId));
        Assert.Equal(1, kept.Active!.Remaining);
    }

    private static Profile Emergency() => Recovering.Paper with
    {
        Name = Profile,
        Count = 4,
        BreakGlass = true,
        Recovery = RecoveryForm.Token,
        Identities = NamePattern.TryParse("team-a.glass.*")!,
    };
}
