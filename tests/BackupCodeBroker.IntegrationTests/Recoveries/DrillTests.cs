using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Recoveries;

/// <summary>A drill proves one code, on a good day, and changes nothing but what is known.</summary>
public sealed class DrillTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Theory]
    [InlineData("machine")]
    [InlineData("printable")]
    [Trait("Requirement", "R-45")]
    public async Task A_drill_spends_nothing_proves_exactly_one_code_and_records_when(string profile)
    {
        var clock = new TestClock(stands: true);
        var broker = await environment.StartAsync(clock: clock);
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast, profile);
        var driller = await environment.HolderAsync("driller", "drill/*", "status/*");
        using var api = broker.As(driller);
        var before = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.Equal((null, "False"), Proven(await api.StatusAsync(holding.Identity)));

        var drilled = await api.DrillAsync(holding.Identity, holding.Code(3));

        Assert.True(drilled.Status == 200, drilled.Text);
        Assert.Equal("10", drilled.Member("remaining"));
        Assert.Equal((drilled.Member("last_proven_at"), "True"), Proven(await api.StatusAsync(holding.Identity)));
        var after = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.Equal(new Proof(after.Proof!.At, 1, "drill", drilled.OperationId, new Actor(driller.EntityId, driller.Accessor, after.Proof.By.DisplayName)), after.Proof);
        Assert.True((after with { Proof = null }).IsButForNotices(before));
        using var verifier = broker.As(cast.Verifier);
        Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code(3))).Status);
        Assert.Equal((403, "spent"), Of(await api.DrillAsync(holding.Identity, holding.Code(3))));
    }

    [Fact]
    [Trait("Requirement", "R-45")]
    public async Task A_wrong_code_is_no_proof_and_counts_as_a_failure()
    {
        var clock = new TestClock();
        var broker = await environment.StartAsync(clock: clock);
        var holding = await environment.HoldingAsync(broker, await environment.CastAsync());
        using var api = broker.As(await environment.HolderAsync("driller", "drill/*", "status/*"));
        Assert.Equal((403, "wrong"), Of(await api.DrillAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code()))));
        var kept = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.Equal((1, null), (kept.Active!.Failures, kept.Proof));
        Assert.Single(clock.Holds);
        Assert.Equal(200, (await api.DrillAsync(holding.Identity, holding.Code(1))).Status);
        // Only a consumption resets the count: a drill must not buy ten more guesses.
        Assert.Equal(1, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Failures);
    }

    [Fact]
    [Trait("Requirement", "R-45")]
    [Trait("Requirement", "R-29")]
    public async Task A_drill_needs_its_permission_and_a_usable_set()
    {
        var broker = await environment.StartAsync();
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        using var verifier = broker.As(cast.Verifier);
        var denied = await verifier.DrillAsync(holding.Identity, holding.Code());
        Assert.Equal((403, "not-permitted", environment.Names.AskMount + "/drill/" + holding.Identity), (denied.Status, denied.Code, denied.Member("path")));
        using var blind = broker.As(await environment.HolderAsync("driller", "drill/*"));
        using var api = broker.As(await environment.HolderAsync("driller", "drill/*", "status/*"));
        var refusal = await blind.DrillAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code(5)));
        Assert.Equal(refusal.Uniform, (await blind.DrillAsync(BrokerEnvironment.NewIdentity(), holding.Code())).Uniform);
        await environment.LockDownAsync(Lockdown.Freeze, holding.Identity);
        Assert.Equal((403, "frozen"), Of(await api.DrillAsync(holding.Identity, holding.Code())));
        Assert.Equal(refusal.Uniform, (await blind.DrillAsync(holding.Identity, holding.Code())).Uniform);
    }

    [Theory]
    [InlineData(CodeKind.Machine)]
    [InlineData(CodeKind.Printable)]
    [Trait("Requirement", "R-05")]
    public async Task The_drill_of_an_unknown_name_makes_the_calls_of_a_known_ones(CodeKind kind)
    {
        var tap = new VaultTap(environment.Names);
        var cast = await environment.CastAsync();
        var known = (await environment.HoldingAsync(await environment.SharedAsync(), cast, kind.Name())).Identity;
        // Another replica: neither name is known to it.
        var broker = await environment.StartAsync(tap: tap);
        using var blind = broker.As(await environment.HolderAsync("driller", "drill/*"));
        await blind.DrillAsync(BrokerEnvironment.NewIdentity(), MadeCodes.Unknown(kind));
        List<ApiReply> replies = [];
        foreach (var name in new[] { known, BrokerEnvironment.NewIdentity() })
        {
            replies.Add(await blind.DrillAsync(name, MadeCodes.Unknown(kind)));
            replies.Add(await blind.DrillAsync(name, MadeCodes.Unknown(kind)));
        }

        Assert.Single(replies.Select(r => (r.Status, r.Uniform)).Distinct());
        Assert.Equal(tap.NamesOf(replies[0]), tap.NamesOf(replies[2]));
        Assert.Equal(tap.NamesOf(replies[1]), tap.NamesOf(replies[3]));
    }

    private static (int, string?) Of(ApiReply reply) => (reply.Status, reply.Reason);

    private static (string?, string?) Proven(ApiReply status) => (status.Member("last_proven_at"), status.Member("proven"));
}
