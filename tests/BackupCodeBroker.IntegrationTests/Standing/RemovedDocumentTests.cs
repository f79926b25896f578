using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Standing;

/// <summary>An identity is new only where Vault says that the path has no version at all.</summary>
public sealed class RemovedDocumentTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Theory]
    [Trait("Requirement", "R-16")]
    [InlineData("deleted")]
    [InlineData("destroyed")]
    public async Task A_removed_document_is_not_new_and_nothing_works_on_it(string how)
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        await RemoveAsync(how, holding.Identity);
        using var all = broker.As(await environment.HolderAsync(
            "all", "register/team-a.*", "issue/team-a.*", "retrieve/team-a.*", "consume/team-a.*", "status/team-a.*", "revoke/team-a.*"));

        var registering = await all.RegisterAsync(holding.Identity, cast.Owner.EntityId);
        Assert.Equal((409, "document-removed"), (registering.Status, registering.Code));
        ApiReply[] others =
        [
            await all.IssueAsync(holding.Identity),
            await all.ActivateAsync(holding.Identity, 1, holding.Payload.Activation),
            await all.InterceptedAsync(holding.Identity, 1, "test"),
            await all.ConsumeAsync(holding.Identity, holding.Code()),
            await all.StatusAsync(holding.Identity),
            await all.RevokeAsync(holding.Identity),
        ];
        Assert.All(others, r => Assert.True((403, "refused", "removed") == (r.Status, r.Code, r.Reason), r.Text));
        Assert.Equal(404, (await environment.Root.TryAsync(HttpMethod.Get, PathOf("data", holding.Identity))).Status);
    }

    [Fact]
    [Trait("Requirement", "R-16")]
    public async Task Without_any_version_the_identity_is_new_and_no_old_code_works()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        await environment.Root.DeleteAsync(PathOf("metadata", holding.Identity));
        using var team = broker.As(cast.Team);
        using var desk = broker.As(cast.Desk);
        Assert.Equal("unknown-identity", (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);

        Assert.Equal(201, (await team.RegisterAsync(holding.Identity, cast.Owner.EntityId)).Status);
        Assert.Equal("unknown-code", (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);
    }

    [Fact]
    [Trait("Requirement", "R-16")]
    public async Task Two_that_register_at_once_make_one_identity()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var other = await environment.StartAsync();
        var identity = BrokerEnvironment.NewIdentity();
        using var one = broker.As(cast.Team);
        using var two = other.As(cast.Team);

        var replies = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => (i % 2 == 0 ? one : two).RegisterAsync(identity, cast.Owner.EntityId)));

        Assert.Single(replies, r => r.Status == 201);
        Assert.Equal(11, replies.Count(r => r.Status == 200));
        Assert.Equal(1, (await environment.DocumentAsync(identity)).Version);
    }

    [Fact]
    public async Task Registering_with_another_owner_is_a_conflict_and_changes_nothing()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var identity = BrokerEnvironment.NewIdentity();
        await broker.RegisterAsync(cast.Team, identity, cast.Owner);
        using var team = broker.As(cast.Team);
        var reply = await team.RegisterAsync(identity, cast.Desk.EntityId);
        Assert.Equal((409, "other-owner"), (reply.Status, reply.Code));
        Assert.Equal(cast.Owner.EntityId, (await environment.DocumentAsync(identity)).Document.Owner);
    }

    private string PathOf(string kind, string identity) => $"{environment.Names.KvMount}/{kind}/identities/bcb.{identity}";

    private Task RemoveAsync(string how, string identity) => how == "deleted"
        ? environment.Root.DeleteAsync(PathOf("data", identity))
        : DestroyAsync(identity);

    private async Task DestroyAsync(string identity)
    {
        var (_, version) = await environment.DocumentAsync(identity);
        await environment.Root.SendAsync(HttpMethod.Put, PathOf("destroy", identity), new { versions = new[] { version } });
    }
}
