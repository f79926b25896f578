using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Ownership;

/// <summary>A Vault group owns: whoever is in it acts on what it owns, and only for as long as they are.</summary>
public sealed class GroupOwnerTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Requirement", "R-49")]
    public async Task Every_member_acts_for_the_group_and_nobody_else(bool inherited)
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var (one, two, stranger) = (await environment.OwnerAsync(), await environment.OwnerAsync(), await environment.OwnerAsync());
        var direct = await environment.GroupAsync(one, two);
        var group = inherited ? await environment.GroupOfGroupsAsync(direct) : direct;
        var identity = BrokerEnvironment.NewIdentity();
        using var team = broker.As(cast.Team);
        var registered = await team.RegisterAsync(identity, group);
        Assert.Equal((201, "group"), (registered.Status, registered.Member("owner_kind")));

        var payload = await environment.ClaimAsync(broker, one, identity);
        using var desk = broker.As(cast.Desk);
        Assert.Equal(200, (await desk.ConsumeAsync(identity, payload.Codes[0])).Status);
        using var second = broker.As(two);
        Assert.Equal("group", (await second.StatusAsync(identity)).Member("owner_kind"));
        Assert.Equal([identity], await ListedAsync(second, "?mine=true"));
        using var third = broker.As(stranger);
        Assert.Equal("not-permitted", (await third.StatusAsync(identity)).Code);
        Assert.Empty(await ListedAsync(third, "?mine=true"));

        await environment.MembersAsync(direct, one);
        Assert.Equal("not-permitted", (await second.IssueAsync(identity)).Code);
        Assert.Equal("not-permitted", (await second.RevokeAsync(identity)).Code);
        Assert.Empty(await ListedAsync(second, "?mine=true"));
        Assert.Equal(200, (await desk.ConsumeAsync(identity, payload.Codes[1])).Status);
    }

    [Fact]
    [Trait("Requirement", "R-49")]
    public async Task A_group_gives_and_gets_by_transfer_and_its_grants_stop_with_it()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var (member, person) = (await environment.OwnerAsync(), await environment.OwnerAsync());
        var group = await environment.GroupAsync(member);
        var identity = BrokerEnvironment.NewIdentity();
        await broker.RegisterAsync(cast.Team, identity, person);
        using var mover = broker.As(await environment.HolderAsync("mover", "transfer/*", "status/*"));
        using var members = broker.As(member);
        using var persons = broker.As(person);

        Assert.Equal(204, (await mover.TransferAsync(identity, group)).Status);
        Assert.Equal("not-permitted", (await persons.IssueAsync(identity)).Code);
        Assert.Equal(201, (await members.IssueAsync(identity)).Status);
        Assert.Equal(409, (await mover.TransferAsync(identity, group)).Status);

        Assert.Equal(204, (await mover.TransferAsync(identity, person.EntityId)).Status);
        Assert.Equal("not-permitted", (await members.IssueAsync(identity)).Code);
        Assert.Equal(201, (await persons.IssueAsync(identity)).Status);
        Assert.Null((await environment.DocumentAsync(identity)).Document.OwnerKind);
    }

    [Fact]
    [Trait("Requirement", "R-25")]
    public async Task A_deleted_group_is_no_owner_and_its_facets_count()
    {
        var cast = await environment.CastAsync();
        var broker = await environment.StartAsync(s => s with { OwnershipFacets = ["metadata.team", "groups"] });
        var member = await environment.OwnerAsync();
        var group = await environment.GroupAsync(member);
        var identity = BrokerEnvironment.NewIdentity();
        using var team = broker.As(cast.Team);
        using var desk = broker.As(cast.Desk);
        using var members = broker.As(member);
        Assert.Equal(201, (await team.RegisterAsync(identity, group)).Status);
        var payload = await environment.ClaimAsync(broker, member, identity);

        await environment.Root.PostAsync("identity/group/id/" + group, new { metadata = new { team = "b" }, member_entity_ids = new[] { member.EntityId } });
        Assert.Equal("owner-changed", (await desk.ConsumeAsync(identity, payload.Codes[0])).Reason);
        await environment.Root.PostAsync("identity/group/id/" + group, new { metadata = new { }, member_entity_ids = new[] { member.EntityId } });
        Assert.Equal(200, (await desk.ConsumeAsync(identity, payload.Codes[0])).Status);

        await environment.Root.DeleteAsync("identity/group/id/" + group);
        Assert.Equal("owner-gone", (await desk.ConsumeAsync(identity, payload.Codes[1])).Reason);
        Assert.Equal("not-permitted", (await members.IssueAsync(identity)).Code);
        using var issuer = broker.As(await environment.HolderAsync("issuer", "issue/*", "status/*"));
        Assert.Equal("owner-gone", (await issuer.IssueAsync(identity)).Reason);
    }

    [Fact]
    [Trait("Requirement", "R-05")]
    [Trait("Requirement", "R-49")]
    public async Task A_stranger_cannot_tell_a_groups_identity_from_anothers_or_from_none()
    {
        var cast = await environment.CastAsync();
        using var tap = new VaultTap(environment.Names);
        await using var broker = await environment.StartAsync(tap: tap);
        var (ofGroup, ofPerson) = (BrokerEnvironment.NewIdentity(), BrokerEnvironment.NewIdentity());
        using var team = broker.As(cast.Team);
        Assert.Equal(201, (await team.RegisterAsync(ofGroup, await environment.GroupAsync(cast.Owner))).Status);
        await broker.RegisterAsync(cast.Team, ofPerson, cast.Owner);
        using var stranger = broker.As(await environment.OwnerAsync());
        List<string> seen = [];
        foreach (var identity in new[] { ofGroup, ofPerson, BrokerEnvironment.NewIdentity() })
        {
            var reply = await stranger.StatusAsync(identity);
            Assert.Equal((403, "not-permitted"), (reply.Status, reply.Code));
            seen.Add(string.Join('\n', tap.NamesOf(reply).Where(n => n is not (TappedCall.LookupSelf or TappedCall.Mint or TappedCall.Alias))));
        }

        Assert.Single(seen.Distinct());
        Assert.Contains(TappedCall.Entity, seen[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_whose_policy_is_from_before_groups_says_so_and_serves_the_others()
    {
        await using var old = new BrokerEnvironment(environment.Vault);
        await old.InitializeAsync();
        var policy = old.Names.AppRoleName;
        var text = (await old.Root.GetAsync("sys/policies/acl/" + policy)).GetProperty("data").GetProperty("policy").GetString()!;
        await old.Root.PostAsync("sys/policies/acl/" + policy, new { policy = text.Replace("identity/group/id/+", "identity/group/never/+", StringComparison.Ordinal) });
        var (broker, cast) = (await old.StartAsync(), await old.CastAsync());
        var holding = await old.HoldingAsync(broker, cast);
        using var team = broker.As(cast.Team);
        using var desk = broker.As(cast.Desk);

        var refused = await team.RegisterAsync(BrokerEnvironment.NewIdentity(), await old.GroupAsync(cast.Owner));

        Assert.Equal((503, "not-ready"), (refused.Status, refused.Code));
        Assert.Contains("identity/group/id/+", refused.Member("detail"), StringComparison.Ordinal);
        Assert.Contains("bcb bootstrap", refused.Member("detail"), StringComparison.Ordinal);
        Assert.NotEqual(503, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
        await old.BootstrapAsync();
        Assert.Equal(201, (await team.RegisterAsync(BrokerEnvironment.NewIdentity(), await old.GroupAsync())).Status);
    }

    private static async Task<List<string?>> ListedAsync(ApiClient client, string query) =>
        [.. (await client.ListAsync(query)).Json.GetProperty("identities").EnumerateArray().Select(i => i.GetProperty("identity").GetString())];
}
