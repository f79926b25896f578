using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Standing;

/// <summary>Whatever could have changed since the issue is looked at again at every consume, so that no sweep has to come first.</summary>
public sealed class ConsumeStandingTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private readonly TestClock _clock = new();
    private RunningBroker _broker = null!;
    private Cast _cast = null!;
    private string _ownEntity = "";

    [Theory]
    [Trait("Requirement", "R-17")]
    [InlineData("expired", Reason.Expired)]
    [InlineData("expired by the clock", Reason.Expired)]
    [InlineData("replaced", Reason.Ended)]
    [InlineData("revoked", Reason.Ended)]
    [InlineData("disabled", Reason.Disabled)]
    [InlineData("voided code", Reason.Voided)]
    [InlineData("past recertification", Reason.RecertificationLapsed)]
    [InlineData("set of another epoch", Reason.OtherEpoch)]
    [InlineData("owner disabled", Reason.OwnerDisabled)]
    [InlineData("owner deleted", Reason.OwnerGone)]
    [InlineData("owner merged", Reason.OwnerGone)]
    [InlineData("owner in another group", Reason.OwnerChanged)]
    [InlineData("registered to another owner", Reason.OwnerChanged)]
    [InlineData("entity disabled", Reason.EntityDisabled)]
    [InlineData("entity deleted", Reason.EntityGone)]
    [InlineData("registered with another entity", Reason.EntityChanged)]
    [InlineData("alias entity with a policy", Reason.Overgranted)]
    [InlineData("alias entity disabled", Reason.EntityDisabled)]
    [InlineData("frozen", Reason.Frozen)]
    [InlineData("locked down", Reason.LockedDown)]
    [InlineData("clock runs backwards", Reason.ClockBackwards)]
    [InlineData("document deleted", Reason.Removed)]
    public async Task Refused_with_the_reason_at_the_next_consume(string what, Reason reason)
    {
        var holding = await ArrangeAsync(what);
        using var desk = _broker.As(_cast.Desk);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(9))).Status);
        await ChangeAsync(what, holding);

        var reply = await desk.ConsumeAsync(holding.Identity, holding.Code());

        Assert.True((403, "refused", reason.Name()) == (reply.Status, reply.Code, reply.Reason), reply.Text);
    }

    [Fact]
    [Trait("Requirement", "R-17")]
    public async Task What_is_frozen_works_again_once_the_lockdown_is_lifted_and_what_changed_back_as_well()
    {
        var holding = await ArrangeAsync("frozen");
        using var desk = _broker.As(_cast.Desk);
        await environment.LockDownAsync("freeze", holding.Identity);
        Assert.Equal("frozen", (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);
        await environment.ChangeStateAsync((state, _) => state with { Lockdowns = [.. state.Lockdowns.Where(l => l.Scope.Identities != holding.Identity)] });
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
    }

    [Theory]
    [Trait("Requirement", "R-17")]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_broker_of_another_epoch_refuses_what_this_one_issued(int epoch)
    {
        var holding = await ArrangeAsync("");
        await environment.ChangeDocumentAsync(holding.Identity, d => d with { Active = d.Active! with { Epoch = 2 } });
        var other = await environment.StartAsync(s => s with { Epoch = epoch });
        using var desk = other.As(_cast.Desk);
        Assert.Equal("other-epoch", (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);
    }

    private async Task<Holding> ArrangeAsync(string what)
    {
        _broker = await environment.StartAsync(clock: _clock);
        _cast = (await environment.CastAsync()) with { Owner = await environment.OwnerAsync() };
        if (!what.Contains(" entity", StringComparison.Ordinal) && !what.StartsWith("entity", StringComparison.Ordinal) || what.StartsWith("alias", StringComparison.Ordinal))
        {
            return await environment.HoldingAsync(_broker, _cast);
        }

        var identity = BrokerEnvironment.NewIdentity();
        _ownEntity = (await environment.PersonAsync("service")).EntityId;
        using var team = _broker.As(_cast.Team);
        Assert.Equal(201, (await team.RegisterAsync(identity, _cast.Owner.EntityId, more: new { owner = _cast.Owner.EntityId, entity = _ownEntity, profile = "machine" })).Status);
        return new Holding(identity, await environment.ClaimAsync(_broker, _cast.Owner, identity));
    }

    private Task ChangeAsync(string what, Holding holding) => what switch
    {
        "expired" => ChangeSetAsync(holding, s => s with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) }),
        "disabled" => ChangeSetAsync(holding, s => s with { DisabledAt = DateTimeOffset.UtcNow }),
        "voided code" => ChangeSetAsync(holding, s => s with { Codes = [.. s.Codes.Select(c => c with { VoidedAt = DateTimeOffset.UtcNow })] }),
        "set of another epoch" => ChangeSetAsync(holding, s => s with { Epoch = 2 }),
        "past recertification" => ChangeAsync(holding, d => d with { RecertifyBy = DateTimeOffset.UtcNow.AddSeconds(-1) }),
        "registered to another owner" => ChangeAsync(holding, d => d with { Owner = _cast.Desk.EntityId }),
        "registered with another entity" => ChangeAsync(holding, d => d with { Entity = _cast.Desk.EntityId }),
        "frozen" => environment.LockDownAsync("freeze", holding.Identity),
        "locked down" => environment.LockDownAsync("void", holding.Identity),
        "document deleted" => environment.Root.DeleteAsync($"{environment.Names.KvMount}/data/identities/bcb.{holding.Identity}"),
        _ => ChangeWorldAsync(what, holding),
    };

    private async Task ChangeWorldAsync(string what, Holding holding)
    {
        var root = environment.Root;
        switch (what)
        {
            case "expired by the clock":
                _clock.Move(TimeSpan.FromDays(90));
                break;
            case "clock runs backwards":
                _clock.Move(TimeSpan.FromMinutes(-5));
                break;
            case "revoked":
                using (var team = _broker.As(_cast.Team))
                {
                    await team.RevokeAsync(holding.Identity);
                }

                break;
            case "replaced":
                await environment.ClaimAsync(_broker, _cast.Owner, holding.Identity);
                break;
            case "owner disabled":
                await root.PostAsync("identity/entity/id/" + _cast.Owner.EntityId, new { disabled = true });
                break;
            case "owner deleted":
                await root.DeleteAsync("identity/entity/id/" + _cast.Owner.EntityId);
                break;
            case "owner merged":
                var other = await root.PostAsync("identity/entity", new { name = Guid.NewGuid().ToString() });
                await root.PostAsync("identity/entity/merge", new
                {
                    from_entity_ids = new[] { _cast.Owner.EntityId },
                    to_entity_id = other.GetProperty("data").GetProperty("id").GetString(),
                    force = true,
                });
                break;
            case "owner in another group":
                await root.PostAsync("identity/group", new { name = Guid.NewGuid().ToString(), member_entity_ids = new[] { _cast.Owner.EntityId } });
                break;
            case "entity disabled":
                await root.PostAsync("identity/entity/id/" + _ownEntity, new { disabled = true });
                break;
            case "entity deleted":
                await root.DeleteAsync("identity/entity/id/" + _ownEntity);
                break;
            default:
                await ChangeAliasEntityAsync(what, holding);
                break;
        }
    }

    private async Task ChangeAliasEntityAsync(string what, Holding holding)
    {
        var alias = (await environment.DocumentAsync(holding.Identity)).Document.AliasEntity;
        await environment.Root.PostAsync(
            "identity/entity/id/" + alias,
            what == "alias entity disabled" ? new { disabled = true } : new { policies = new[] { environment.PolicyPrefix + "verifier" } });
    }

    private Task ChangeAsync(Holding holding, Func<IdentityDocument, IdentityDocument> change) => environment.ChangeDocumentAsync(holding.Identity, change);

    private Task ChangeSetAsync(Holding holding, Func<CodeSet, CodeSet> change) => ChangeAsync(holding, d => d with { Active = change(d.Active!) });
}
