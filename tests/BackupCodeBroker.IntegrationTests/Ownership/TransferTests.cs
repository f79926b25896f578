using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Ownership;

/// <summary>The routes that change whose an identity is, and whether it is anybody's any more.</summary>
public sealed class TransferTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>, IAsyncLifetime
{
    // The fixture's, which ends it.
    private readonly List<RunningBroker> _shared = [];
    private Cast _cast = null!;
    private ApiClient _mover = null!;

    private RunningBroker Broker => _shared[0];

    public async ValueTask InitializeAsync()
    {
        _shared.Add(await environment.SharedAsync());
        _cast = await environment.CastAsync();
        _mover = Broker.As(await environment.HolderAsync("mover", "transfer/team-a.*", "retire/team-a.*", "revoke/team-a.*", "status/team-a.*", "register/team-a.*"));
    }

    [Fact]
    [Trait("Requirement", "R-17")]
    [Trait("Requirement", "R-23")]
    [Trait("Requirement", "R-49")]
    public async Task Codes_die_with_the_old_ownership_and_the_new_owner_has_new_ones_made()
    {
        var (holding, next) = (await environment.HoldingAsync(Broker, _cast), await environment.OwnerAsync());
        using var desk = Broker.As(_cast.Desk);
        using var old = Broker.As(_cast.Owner);
        var waiting = await environment.UnwrapAsync(_cast.Owner, await old.IssueAsync(holding.Identity));

        Assert.Equal(204, (await _mover.TransferAsync(holding.Identity, next.EntityId)).Status);

        Assert.Equal((403, "ended"), await ConsumedAsync(desk, holding.Identity, holding.Code()));
        Assert.Equal((403, "unknown-code"), await ConsumedAsync(desk, holding.Identity, waiting.Codes[0]));
        foreach (var denied in new[] { await old.ActivateAsync(holding.Identity, waiting.Generation, waiting.Activation), await old.IssueAsync(holding.Identity), await old.StatusAsync(holding.Identity) })
        {
            Assert.Equal("not-permitted", denied.Code);
        }

        var fresh = await environment.ClaimAsync(Broker, next, holding.Identity);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, fresh.Codes[0])).Status);
        Assert.Equal((403, "ended"), await ConsumedAsync(desk, holding.Identity, holding.Code(1)));
        var document = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.Equal(next.EntityId, document.Owner);
        Assert.Contains(document.Events, e => e is { Operation: "transfer", Reason: "test" });
    }

    [Fact]
    public async Task The_owner_that_it_has_is_a_conflict_and_one_that_vault_does_not_have_is_an_error()
    {
        var identity = await RegisteredAsync();
        var gone = await environment.OwnerAsync();
        await environment.Root.PostAsync("identity/entity/id/" + gone.EntityId, new { disabled = true });

        Assert.Equal((409, "same-owner"), Told(await _mover.TransferAsync(identity, _cast.Owner.EntityId)));
        Assert.Equal((400, "malformed"), Told(await _mover.TransferAsync(identity, gone.EntityId)));
        Assert.Equal((400, "malformed"), Told(await _mover.TransferAsync(identity, Guid.NewGuid().ToString())));
        Assert.Equal(_cast.Owner.EntityId, (await environment.DocumentAsync(identity)).Document.Owner);
        Assert.Equal((403, "refused"), Told(await _mover.TransferAsync(BrokerEnvironment.NewIdentity(), gone.EntityId)));
    }

    [Fact]
    public async Task With_from_it_is_taken_from_nobody_else()
    {
        var (identity, next) = (await RegisteredAsync(), await environment.OwnerAsync());
        Task<ApiReply> FromAsync(string from) =>
            _mover.SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/transfer", new { owner = next.EntityId, reason = "test", from });
        Assert.Equal((409, "other-owner"), Told(await FromAsync(_cast.Verifier.EntityId)));
        Assert.Equal(_cast.Owner.EntityId, (await environment.DocumentAsync(identity)).Document.Owner);
        Assert.Equal(204, (await FromAsync(_cast.Owner.EntityId)).Status);
        Assert.Equal((409, "same-owner"), Told(await FromAsync(_cast.Owner.EntityId)));
    }

    [Theory]
    [InlineData("""{"reason":"r"}""")]
    [InlineData("""{"owner":"e"}""")]
    [InlineData("""{"owner":"../sys/seal","reason":"r"}""")]
    [InlineData("""{"owner":"a/b","reason":"r"}""")]
    [InlineData("""{"owner":"e","reason":""}""")]
    [InlineData("""{"owner":"e","reason":"r\u0000"}""")]
    [InlineData("""{"owner":"e","reason":"r","confirm":"true"}""")]
    [InlineData("""{"owner":"e","reason":"r","confirm":1}""")]
    [InlineData("""{"owner":"e","reason":"r","from":"a/b"}""")]
    [InlineData("""{"owner":"e","reason":"r","from":"f","confirm":true}""")]
    [InlineData("""{"owner":"e","reason":"r","force":true}""")]
    [InlineData("""{"owner":["e"],"reason":"r"}""")]
    [InlineData("""{"owner":"e","owner":"f","reason":"r"}""")]
    public async Task A_malformed_transfer_asks_nothing_of_vault(string body)
    {
        var reply = await _mover.SendAsync(HttpMethod.Post, "/v1/identities/team-a.x/transfer", body);
        Assert.Equal((400, "malformed"), Told(reply));
    }

    [Theory]
    [InlineData("retire", """{}""")]
    [InlineData("retire", """{"reason":"r","owner":"e"}""")]
    [InlineData("suspend", """{"cause":"offboarded"}""")]
    [InlineData("suspend", """{"reason":"r","cause":"owner-changed"}""")]
    [InlineData("suspend", """{"reason":"r","cause":7}""")]
    public async Task A_malformed_order_is_refused(string route, string body) =>
        Assert.Equal((400, "malformed"), Told(await _mover.SendAsync(HttpMethod.Post, $"/v1/identities/team-a.x/{route}", body)));

    [Fact]
    public async Task Reasons_of_the_longest_are_taken_and_longer_ones_are_not()
    {
        var identity = await RegisteredAsync();
        Assert.Equal(400, (await _mover.SuspendAsync(identity, new string('r', 257))).Status);
        Assert.Equal(204, (await _mover.SuspendAsync(identity, new string('r', 256))).Status);
    }

    [Fact]
    [Trait("Requirement", "R-23")]
    public async Task A_changed_owner_stops_the_codes_and_a_confirmed_one_gets_them_back()
    {
        var holding = await environment.HoldingAsync(Broker, _cast);
        using var desk = Broker.As(_cast.Desk);
        await environment.GroupAsync(_cast.Owner);
        Assert.Equal((403, "owner-changed"), await ConsumedAsync(desk, holding.Identity, holding.Code()));
        Assert.Equal((409, "other-owner"), Told(await _mover.TransferAsync(holding.Identity, _cast.Verifier.EntityId, confirm: true)));

        Assert.Equal(204, (await _mover.TransferAsync(holding.Identity, _cast.Owner.EntityId, confirm: true)).Status);

        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
        var version = (await environment.DocumentAsync(holding.Identity)).Version;
        Assert.Equal(204, (await _mover.TransferAsync(holding.Identity, _cast.Owner.EntityId, confirm: true)).Status);
        Assert.Equal(version, (await environment.DocumentAsync(holding.Identity)).Version);
    }

    [Theory]
    [InlineData(true, "owner-disabled")]
    [InlineData(false, "owner-gone")]
    [Trait("Requirement", "R-25")]
    [Trait("Requirement", "R-10")]
    public async Task Who_is_not_there_is_not_confirmed_and_gets_no_codes_and_the_list_says_so(bool disabled, string reason)
    {
        var owner = await environment.OwnerAsync();
        var identity = BrokerEnvironment.NewIdentity();
        await Broker.RegisterAsync(_cast.Team, identity, owner);
        var claimed = await environment.ClaimAsync(Broker, owner, identity);
        Assert.Equal(204, (await _mover.SuspendAsync(identity)).Status);
        using var team = Broker.As(await environment.HolderAsync("issuer", "issue/team-a.*", "status/team-a.*", "list"));
        Assert.DoesNotContain(identity, await NamesAsync(team, "?ownerless=true&limit=200"));
        await (disabled
            ? environment.Root.PostAsync("identity/entity/id/" + owner.EntityId, new { disabled = true })
            : environment.Root.DeleteAsync("identity/entity/id/" + owner.EntityId));

        Assert.Equal((403, reason), Refused(await _mover.TransferAsync(identity, owner.EntityId, confirm: true)));
        Assert.NotNull((await environment.DocumentAsync(identity)).Document.SuspendedBy);
        Assert.Equal(204, (await _mover.SuspendAsync(identity)).Status);
        await environment.ChangeDocumentAsync(identity, d => d with { Suspension = null, Active = d.Active! with { Suspension = null } });

        Assert.Equal((403, reason), Refused(await team.IssueAsync(identity)));
        using var desk = Broker.As(_cast.Desk);
        Assert.Equal((403, reason), await ConsumedAsync(desk, identity, claimed.Codes[0]));
        var listed = (await team.ListAsync("?ownerless=true&limit=200")).Json.GetProperty("identities").EnumerateArray().Single(i => i.GetProperty("identity").GetString() == identity);
        Assert.Equal(reason, listed.GetProperty("owner_state").GetString());
    }

    [Fact]
    [Trait("Requirement", "R-17")]
    public async Task A_suspended_identity_keeps_its_codes_gets_none_and_comes_back_only_through_who_may_transfer()
    {
        var holding = await environment.HoldingAsync(Broker, _cast);
        using var owner = Broker.As(_cast.Owner);
        using var desk = Broker.As(_cast.Desk);
        var waiting = await environment.UnwrapAsync(_cast.Owner, await owner.IssueAsync(holding.Identity));

        Assert.Equal(204, (await _mover.SuspendAsync(holding.Identity, "leaves on Friday", Suspension.Offboarded)).Status);
        var version = (await environment.DocumentAsync(holding.Identity)).Version;
        Assert.Equal(204, (await _mover.SuspendAsync(holding.Identity, "again")).Status);
        Assert.Equal(version, (await environment.DocumentAsync(holding.Identity)).Version);

        Assert.Equal((403, "suspended"), await ConsumedAsync(desk, holding.Identity, holding.Code()));
        Assert.Equal((403, "not-pending"), Refused(await owner.ActivateAsync(holding.Identity, waiting.Generation, waiting.Activation)));
        Assert.Equal((403, "suspended"), Refused(await owner.IssueAsync(holding.Identity)));
        var status = (await owner.StatusAsync(holding.Identity)).Json;
        Assert.Equal(("suspended", "offboarded"), (status.GetProperty("state").GetString(), status.GetProperty("suspension").GetProperty("cause").GetString()));
        Assert.Equal("not-permitted", (await owner.TransferAsync(holding.Identity, _cast.Owner.EntityId, confirm: true)).Code);

        Assert.Equal(204, (await _mover.TransferAsync(holding.Identity, _cast.Owner.EntityId, confirm: true)).Status);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
        Assert.Equal(["suspend", "confirm"], (await environment.DocumentAsync(holding.Identity)).Document.Events.Select(e => e.Operation).Where(o => o is "suspend" or "confirm"));
    }

    [Fact]
    [Trait("Requirement", "R-17")]
    public async Task A_retired_identity_is_over_for_everybody()
    {
        var holding = await environment.HoldingAsync(Broker, _cast);
        using var owner = Broker.As(_cast.Owner);
        using var desk = Broker.As(_cast.Desk);
        var waiting = await environment.UnwrapAsync(_cast.Owner, await owner.IssueAsync(holding.Identity));

        Assert.Equal(204, (await _mover.RetireAsync(holding.Identity, "decommissioned")).Status);
        var version = (await environment.DocumentAsync(holding.Identity)).Version;
        Assert.Equal(204, (await _mover.RetireAsync(holding.Identity)).Status);
        Assert.Equal(204, (await _mover.SuspendAsync(holding.Identity)).Status);
        Assert.Equal(version, (await environment.DocumentAsync(holding.Identity)).Version);

        Assert.Equal((403, "ended"), await ConsumedAsync(desk, holding.Identity, holding.Code()));
        Assert.Equal((403, "not-pending"), Refused(await owner.ActivateAsync(holding.Identity, waiting.Generation, waiting.Activation)));
        Assert.Equal((403, "retired"), Refused(await owner.IssueAsync(holding.Identity)));
        Assert.Equal((409, "retired"), Told(await _mover.RegisterAsync(holding.Identity, _cast.Owner.EntityId)));
        Assert.Equal((403, "retired"), Refused(await _mover.TransferAsync(holding.Identity, _cast.Desk.EntityId)));
        Assert.Equal((403, "retired"), Refused(await _mover.TransferAsync(holding.Identity, _cast.Owner.EntityId, confirm: true)));
        var status = (await owner.StatusAsync(holding.Identity)).Json;
        Assert.Equal("retired", status.GetProperty("state").GetString());
        Assert.True(status.TryGetProperty("retired_at", out _));
    }

    [Fact]
    [Trait("Requirement", "R-49")]
    public async Task Whether_an_entity_is_in_vault_is_told_only_to_who_may_transfer()
    {
        var identity = await RegisteredAsync();
        using var stranger = Broker.As(await environment.HolderAsync("stranger", "transfer/@owned"));
        var (there, nowhere) = (await stranger.TransferAsync(identity, _cast.Desk.EntityId), await stranger.TransferAsync(identity, Guid.NewGuid().ToString()));
        Assert.Equal((403, "not-permitted"), Told(there));
        Assert.Equal(there.Uniform, nowhere.Uniform);
    }

    public async ValueTask DisposeAsync()
    {
        _mover.Dispose();
        await ValueTask.CompletedTask;
    }

    private static (int, string?) Told(ApiReply reply) => (reply.Status, reply.Code);

    private static (int, string?) Refused(ApiReply reply) => (reply.Status, reply.Reason);

    private static async Task<(int, string?)> ConsumedAsync(ApiClient desk, string identity, string code) => Refused(await desk.ConsumeAsync(identity, code));

    private static async Task<List<string?>> NamesAsync(ApiClient client, string query) =>
        [.. (await client.ListAsync(query)).Json.GetProperty("identities").EnumerateArray().Select(i => i.GetProperty("identity").GetString())];

    private async Task<string> RegisteredAsync()
    {
        var identity = BrokerEnvironment.NewIdentity();
        await Broker.RegisterAsync(_cast.Team, identity, _cast.Owner);
        return identity;
    }
}
