using System.Text.Json;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Ownership;

/// <summary>Who sees what of all identities: who may list everything, and anybody else what they hold <c>status</c> on and no trace of the rest.</summary>
public sealed class ListTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>, IAsyncLifetime
{
    // The fixture's, which ends it.
    private readonly List<RunningBroker> _shared = [];
    private Cast _cast = null!;
    private Person _owner = null!;
    private string _team = null!;
    private string[] _owned = null!, _others = null!;

    private RunningBroker Broker => _shared[0];

    public async ValueTask InitializeAsync()
    {
        _shared.Add(await environment.SharedAsync());
        (_cast, _owner) = (await environment.CastAsync(), await environment.OwnerAsync());
        _team = "t" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4));
        var registrar = await environment.HolderAsync("registrar", $"register/{_team}.*");
        _owned = [$"{_team}.own-1", $"{_team}.own-2"];
        _others = [$"{_team}.other-1", $"{_team}.other-2", $"{_team}.other-3"];
        using var api = Broker.As(registrar);
        foreach (var (name, owner) in _owned.Select(n => (n, _owner)).Concat(_others.Select(n => (n, _cast.Owner))))
        {
            var labels = new Dictionary<string, string> { ["team"] = _team, ["n"] = name[^1..] };
            var reply = await api.RegisterAsync(name, "", more: new { owner = owner.EntityId, profile = "machine", labels, external_id = name + "@example.org", entity = name.EndsWith("er-3", StringComparison.Ordinal) ? _owner.EntityId : null });
            Assert.True(reply.Status == 201, reply.Text);
        }
    }

    [Fact]
    public async Task Who_may_list_finds_by_owner_entity_name_elsewhere_label_and_state()
    {
        await environment.ClaimAsync(Broker, _owner, _owned[0]);
        using var all = Broker.As(await environment.HolderAsync("lister", "list"));
        async Task Expect(string query, params string[] names) => Assert.Equal(names, await NamesAsync(all, query));

        await Expect($"?owner={_owner.EntityId}", _owned);
        await Expect($"?entity={_owner.EntityId}", _others[2]);
        await Expect($"?external_id={_others[0]}@example.org", _others[0]);
        await Expect($"?label=team={_team}", [.. _others, .. _owned]);
        await Expect($"?label=team={_team}&label=n=1", _others[0], _owned[0]);
        await Expect($"?label=team={_team}&state=active", _owned[0]);
        await Expect($"?label=team={_team}&state=registered&owner={_owner.EntityId}", _owned[1]);
        await Expect($"?label=team={_team}&mine=true");
        await Expect($"?label=team={_team}&owner=nobody");
    }

    [Fact]
    public async Task Pages_end_where_they_are_full_and_go_on_where_they_ended()
    {
        using var all = Broker.As(await environment.HolderAsync("lister", "list"));
        using var held = Broker.As(await environment.HolderAsync("holder", $"status/{_team}.o*"));
        foreach (var client in new[] { all, held })
        {
            Assert.Equal([.. _others, .. _owned], await PagedAsync(client, $"label=team={_team}", limit: 2));
        }
    }

    [Theory]
    [Trait("Requirement", "R-29")]
    [InlineData("status/{team}.other-*", "other-1 other-2 other-3")]
    [InlineData("status/{team}.other-2", "other-2")]
    [InlineData("status/@owned", "own-1 own-2")]
    [InlineData("status/@owned status/{team}.other-1", "other-1 own-1 own-2")]
    [InlineData("status/+", "other-1 other-2 other-3 own-1 own-2")]
    [InlineData("consume/* issue/* register/*", null)]
    [InlineData("status/other", null)]
    [InlineData("status/@own", null)]
    [InlineData("status", null)]
    [InlineData("list/@owned list/*", null)]
    public async Task Anybody_else_sees_what_they_hold_status_on_and_nothing_more(string grants, string? expected)
    {
        var policy = await environment.PolicyAsync("reader", grants.Replace("{team}", _team, StringComparison.Ordinal).Split(' '));
        await AssertSeesAsync(policy, expected?.Split(' ').Select(n => $"{_team}.{n}").ToArray());
    }

    [Theory]
    [Trait("Requirement", "R-29")]
    [InlineData("""path "A/status/*" { capabilities = ["read"] } path "A/status/T.other-*" { capabilities = ["deny"] }""", "own-1 own-2")]
    [InlineData("""path "A/status/*" { capabilities = ["read"] } path "A/status/T.other-1" { capabilities = ["list", "update"] }""", "other-2 other-3 own-1 own-2")]
    [InlineData("""path "A/status/@owned" { capabilities = ["deny"] } path "A/status/T.other-1" { capabilities = ["read"] }""", "other-1")]
    [InlineData("""path "A/list" { capabilities = ["deny"] } path "A/status/@owned" { capabilities = ["read"] }""", "own-1 own-2")]
    [InlineData("""path "A/list" { capabilities = ["list", "update", "sudo"] }""", null)]
    [InlineData("""path "A/status/@owned" { capabilities = ["create", "update", "list"] }""", null)]
    public async Task A_hostile_policy_shows_no_more_than_its_reads(string policy, string? expected)
    {
        var name = "hostile-" + Guid.NewGuid().ToString("n")[..8];
        var text = policy.Replace("\"A/", $"\"{environment.Names.AskMount}/", StringComparison.Ordinal).Replace("/T.", $"/{_team}.", StringComparison.Ordinal)
            + """ path "auth/token/lookup-self" { capabilities = ["read"] } path "sys/capabilities-self" { capabilities = ["update"] }""";
        await environment.Root.PostAsync("sys/policies/acl/" + environment.PolicyPrefix + name, new { policy = text });
        await AssertSeesAsync(name, expected?.Split(' ').Select(n => $"{_team}.{n}").ToArray());
    }

    [Fact]
    [Trait("Requirement", "R-30")]
    public async Task A_token_that_a_wildcard_grants_everything_lists_nothing()
    {
        using var broad = Broker.As(await environment.HolderAsync("broad", "*"));
        Assert.Equal((403, "too-broad"), Told(await broad.ListAsync()));
    }

    [Fact]
    public async Task Where_a_page_of_somebody_elses_ends_names_nobody()
    {
        using var held = Broker.As(await environment.HolderAsync("holder", $"status/{_team}.own-*"));
        var page = await held.ListAsync("?limit=1");
        Assert.Matches("^~[0-9]{9}$", page.Member("next"));
        Assert.Equal(_owned, await PagedAsync(held, "", limit: 1));
    }

    [Theory]
    [Trait("Requirement", "R-29")]
    [InlineData("status/{team}.*", "own-1 own-2")]
    [InlineData("status/{team}.own-2 status/{team}.other-1", "own-2")]
    [InlineData("status/{team}.other-1", "")]
    public async Task What_is_mine_is_shown_also_to_who_holds_status_by_name(string grants, string expected)
    {
        var reader = await environment.PersonAsync("reader", await environment.PolicyAsync("reader", grants.Replace("{team}", _team, StringComparison.Ordinal).Split(' ')));
        foreach (var name in _owned)
        {
            await environment.ChangeDocumentAsync(name, d => d with { Owner = reader.EntityId });
        }

        using var client = Broker.As(reader);
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => $"{_team}.{n}"), await NamesAsync(client, "?mine=true"));
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public async Task Each_page_of_who_holds_nothing_stands_as_a_denial_in_vault()
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        using var stranger = broker.As(await environment.HolderAsync("stranger", "consume/*"));
        var page = await stranger.ListAsync("?after=~000000001");
        Assert.Equal((200, 0), (page.Status, page.Json.GetProperty("identities").GetArrayLength()));
        Assert.Contains(tap.NamesOf(page), n => n.StartsWith("GET ask/list", StringComparison.Ordinal));
        var mine = await stranger.ListAsync("?mine=true&after=~000000001");
        Assert.Contains(tap.NamesOf(mine), n => n.StartsWith("GET ask/status", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_without_an_entity_owns_nothing()
    {
        var policy = await environment.PolicyAsync("reader", "status/@owned", "list");
        var made = await environment.Root.PostAsync("auth/token/create", new { policies = new[] { environment.PolicyPrefix + policy }, no_default_policy = true });
        using var client = new ApiClient(Broker.Address, made.GetProperty("auth").GetProperty("client_token").GetString());
        Assert.Empty(await NamesAsync(client, "?mine=true"));
    }

    [Fact]
    public async Task Who_holds_nothing_is_told_what_would_show_something()
    {
        using var stranger = Broker.As(await environment.HolderAsync("stranger", "consume/*"));
        Assert.Equal($"{environment.Names.AskMount}/list", (await stranger.ListAsync()).Member("path"));
        Assert.Equal($"{environment.Names.AskMount}/status/@owned", (await stranger.ListAsync("?mine=true")).Member("path"));
    }

    [Fact]
    public async Task A_grant_that_is_taken_away_meanwhile_shows_nothing_any_more()
    {
        var policy = await environment.PolicyAsync("reader", "status/@owned", "list");
        using var client = Broker.As(await environment.PersonAsync("reader", policy));
        Assert.Equal(200, (await client.ListAsync()).Status);
        await environment.Root.PostAsync("sys/policies/acl/" + environment.PolicyPrefix + policy, new
        {
            policy = """path "auth/token/lookup-self" { capabilities = ["read"] } path "sys/capabilities-self" { capabilities = ["update"] }""",
        });
        Assert.Equal((403, "not-permitted"), Told(await client.ListAsync()));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static (int, string?) Told(ApiReply reply) => (reply.Status, reply.Code);

    private static async Task<string[]> NamesAsync(ApiClient client, string query)
    {
        var reply = await client.ListAsync(query);
        Assert.True(reply.Status == 200, reply.Text);
        return [.. reply.Json.GetProperty("identities").EnumerateArray().Select(Name)];
    }

    private static string Name(JsonElement one) => one.GetProperty("identity").GetString()!;

    private static async Task<List<string>> PagedAsync(ApiClient client, string query, int limit)
    {
        List<string> names = [];
        string? after = null;
        do
        {
            var page = await client.ListAsync($"?limit={limit}&{query}{(after is null ? "" : "&after=" + after)}");
            Assert.True(page.Status == 200, page.Text);
            names.AddRange(page.Json.GetProperty("identities").EnumerateArray().Select(Name));
            after = page.Json.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);
        return names;
    }

    private async Task AssertSeesAsync(string policy, string[]? expected)
    {
        var reader = await environment.PersonAsync("reader", policy);
        foreach (var name in _owned)
        {
            await environment.ChangeDocumentAsync(name, d => d with { Owner = reader.EntityId });
        }

        using var client = Broker.As(reader);
        var reply = await client.ListAsync("?limit=200");
        if (expected is null)
        {
            Assert.Equal((403, "not-permitted"), Told(reply));
            return;
        }

        Assert.True(reply.Status == 200, reply.Text);
        Assert.Equal(expected, reply.Json.GetProperty("identities").EnumerateArray().Select(Name).Where(n => n.StartsWith(_team, StringComparison.Ordinal)));
    }
}
