using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Incidents;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Recoveries;

/// <summary>A recovery against whoever else wants the code, and against whoever ends it: no credential is left that nobody answers for.</summary>
public sealed class RecoverRaceTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    [Trait("Requirement", "R-12")]
    [Trait("Requirement", "R-44")]
    public async Task Of_recoveries_and_consumptions_of_one_code_over_two_brokers_one_wins_and_the_others_leave_nothing()
    {
        var one = await Recovering.OpenAsync(environment);
        var two = await environment.StartAsync(Recovering.Settings);
        var holding = await one.HoldingAsync(Recovering.ByRole);
        using var here = one.Broker.AsNobody();
        using var there = two.AsNobody();
        using var verifier = one.Broker.As(one.Cast.Verifier);
        using var other = two.As(one.Cast.Verifier);
        var recoveries = 0;
        for (var round = 0; round < 6; round++)
        {
            var code = holding.Code(round);
            var recovering = new[] { here, there, here, there }.Select(api => api.RecoverAsync(holding.Identity, code)).ToArray();
            var consuming = new[] { verifier, other }.Select(api => api.ConsumeAsync(holding.Identity, code)).ToArray();
            var replies = await Task.WhenAll([.. recovering, .. consuming]);
            Assert.Equal(1, replies.Count(r => r.Status == 200));
            Assert.All(replies, r => Assert.True(r.Status is 200 or 403, r.Text));
            recoveries += recovering.Count(r => r.Result.Status == 200);
        }

        Assert.Equal(recoveries, await one.SecretIdsAsync(holding.Identity));
        Assert.Equal(recoveries, (await environment.DocumentAsync(holding.Identity)).Document.Recoveries.Count);
    }

    [Theory]
    [InlineData("revoke")]
    [InlineData("suspend")]
    [InlineData("retire")]
    [Trait("Requirement", "R-24")]
    public async Task Whoever_ends_the_codes_while_somebody_recovers_ends_what_that_hands_out(string act)
    {
        var lab = await Recovering.OpenAsync(environment);
        using var mover = lab.Broker.As(await environment.HolderAsync("mover", "revoke/*", "retire/*"));
        using var nobody = lab.Broker.AsNobody();
        for (var round = 0; round < 3; round++)
        {
            var holding = await lab.HoldingAsync(Recovering.ByRole);
            var recovering = nobody.RecoverAsync(holding.Identity, holding.Code());
            var ended = await EndAsync(mover, act, holding.Identity);
            var recovered = await recovering;
            Assert.True(ended.Status == 204 && recovered.Status is 200 or 403, ended.Text + recovered.Text);
            Assert.Equal(0, await lab.SecretIdsAsync(holding.Identity));
        }
    }

    [Theory]
    [InlineData("revoke")]
    [InlineData("suspend")]
    [InlineData("retire")]
    [InlineData("transfer")]
    [Trait("Requirement", "R-23")]
    public async Task A_token_that_was_handed_out_is_dead_once_the_codes_are_ended(string act)
    {
        var lab = await Recovering.OpenAsync(environment);
        var holding = await lab.HoldingAsync(Recovering.ByToken);
        using var nobody = lab.Broker.AsNobody();
        using var mover = lab.Broker.As(await environment.HolderAsync("mover", "revoke/*", "retire/*", "transfer/*"));
        var token = await lab.LogInAsync(await nobody.RecoverAsync(holding.Identity, holding.Code()));
        Assert.Equal(200, await lab.ReadsAsync(token, holding.Identity));
        Assert.Equal(204, (await EndAsync(mover, act, holding.Identity)).Status);
        Assert.Equal(403, await lab.ReadsAsync(token, holding.Identity));
    }

    [Theory]
    [InlineData(Lockdown.Freeze)]
    [InlineData(Lockdown.Void)]
    [Trait("Requirement", "R-23")]
    public async Task A_lockdown_ends_what_was_handed_out_before_it_and_lets_nothing_more_out(string mode)
    {
        var lab = await Recovering.OpenAsync(
            environment, settings: s => s with { Worker = s.Worker with { Enabled = true, Interval = TimeSpan.FromMilliseconds(300), Takeover = TimeSpan.FromSeconds(3) } });
        var (holding, spared) = (await lab.HoldingAsync(Recovering.ByToken), await lab.HoldingAsync(Recovering.ByToken));
        using var nobody = lab.Broker.AsNobody();
        var token = await lab.LogInAsync(await nobody.RecoverAsync(holding.Identity, holding.Code()));
        var other = await lab.LogInAsync(await nobody.RecoverAsync(spared.Identity, spared.Code()));
        using var responder = lab.Broker.As(await environment.ResponderAsync());
        Assert.Equal(201, (await responder.DeclareAsync(new { identities = holding.Identity }, mode)).Status);

        Assert.Equal(403, (await nobody.RecoverAsync(holding.Identity, holding.Code(1))).Status);
        await lab.Broker.UntilAsync(async () => await lab.ReadsAsync(token, holding.Identity) == 403);
        await lab.Broker.UntilAsync(async () => (await environment.DocumentAsync(holding.Identity)).Document.Recoveries.Count == 0);
        Assert.Equal(200, await lab.ReadsAsync(other, spared.Identity));
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("overgranted")]
    [Trait("Requirement", "R-23")]
    public async Task A_lockdown_ends_what_was_handed_out_also_where_the_document_cannot_be_written_to(string entity)
    {
        var lab = await Recovering.OpenAsync(
            environment, settings: s => s with { Worker = s.Worker with { Enabled = true, Interval = TimeSpan.FromMilliseconds(300), Takeover = TimeSpan.FromSeconds(3) } });
        var holding = await lab.HoldingAsync(Recovering.ByToken);
        using var nobody = lab.Broker.AsNobody();
        var token = await lab.LogInAsync(await nobody.RecoverAsync(holding.Identity, holding.Code()));
        var alias = (await environment.DocumentAsync(holding.Identity)).Document.AliasEntity;
        await environment.Root.PostAsync("identity/entity/id/" + alias, entity == "disabled" ? new { disabled = true } : new { policies = new[] { "some" } });
        Assert.Equal(200, await lab.ReadsAsync(token, holding.Identity));

        using var responder = lab.Broker.As(await environment.ResponderAsync());
        Assert.Equal(201, (await responder.DeclareAsync(new { identities = holding.Identity }, Lockdown.Freeze)).Status);
        await lab.Broker.UntilAsync(async () => await lab.ReadsAsync(token, holding.Identity) == 403);
    }

    private async Task<ApiReply> EndAsync(ApiClient api, string act, string identity) => act switch
    {
        "revoke" => await api.RevokeAsync(identity),
        "suspend" => await api.SuspendAsync(identity),
        "retire" => await api.RetireAsync(identity),
        _ => await api.TransferAsync(identity, (await environment.OwnerAsync()).EntityId),
    };
}
