using System.Text.Json;
using BackupCodeBroker.Api;
using BackupCodeBroker.IntegrationTests.Kit;
using Microsoft.AspNetCore.OpenApi;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Api;

/// <summary>The routes as a whole: what OpenAPI lists, health, and lists by the page.</summary>
public sealed class SurfaceTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private static readonly string[] Routes =
    [
        "GET /healthz",
        "GET /readyz",
        "GET /v1/identities",
        "GET /v1/identities/{identity}",
        "GET /v1/identities/{identity}/approvals",
        "GET /v1/lockdowns",
        "GET /v1/lockdowns/{id}",
        "GET /v1/report",
        "POST /v1/identities/{identity}/approvals",
        "POST /v1/identities/{identity}/approvals/{approval}/approve",
        "POST /v1/identities/{identity}/approvals/{approval}/deny",
        "POST /v1/identities/{identity}/code-sets",
        "POST /v1/identities/{identity}/code-sets/{generation}/activate",
        "POST /v1/identities/{identity}/code-sets/{generation}/intercepted",
        "POST /v1/identities/{identity}/consume",
        "POST /v1/identities/{identity}/drill",
        "POST /v1/identities/{identity}/recover",
        "POST /v1/identities/{identity}/retire",
        "POST /v1/identities/{identity}/reviews/{operation}",
        "POST /v1/identities/{identity}/revoke",
        "POST /v1/identities/{identity}/suspend",
        "POST /v1/identities/{identity}/transfer",
        "POST /v1/leaks",
        "POST /v1/lockdowns",
        "POST /v1/lockdowns/{id}/lift",
        "PUT /v1/identities/{identity}",
    ];

    [Fact]
    public async Task OpenApi_lists_exactly_the_routes_with_their_bodies_and_problems()
    {
        using var client = new ApiClient((await environment.SharedAsync()).Address, null);
        var reply = await client.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        Assert.Equal(200, reply.Status);
        var paths = reply.Json.GetProperty("paths").EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Select(o => (Name: $"{o.Name.ToUpperInvariant()} {p.Name}", Operation: o.Value))).ToList();

        Assert.Equal(Routes, paths.Select(p => p.Name).Order(StringComparer.Ordinal));
        foreach (var (name, operation) in paths.Where(p => p.Name.Contains("/v1/", StringComparison.Ordinal)))
        {
            var responses = operation.GetProperty("responses").EnumerateObject().Select(r => r.Name).ToList();
            Assert.True(responses.Intersect(["400", "401", "403", "503"]).Count() == 4, name);
            Assert.Contains(responses, r => r.StartsWith('2'));
            Assert.Equal(name.StartsWith("GET", StringComparison.Ordinal) || name.EndsWith("code-sets", StringComparison.Ordinal), !operation.TryGetProperty("requestBody", out _));
        }
    }

    [Fact]
    public async Task The_description_is_made_once_however_many_ask_for_it()
    {
        var made = 0;
        var broker = await environment.StartAsync(configure: services => services.Configure<OpenApiOptions>(
            OpenApiPage.Document, options => options.AddDocumentTransformer((_, _, _) => Task.FromResult(Interlocked.Increment(ref made)))));
        using var client = new ApiClient(broker.Address, null);

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.SendAsync(HttpMethod.Get, OpenApiPage.Path)));

        Assert.All(replies, r => Assert.Equal((200, replies[0].Text), (r.Status, r.Text)));
        Assert.Equal(1, made);
        Assert.Equal(404, (await client.SendAsync(HttpMethod.Get, "/openapi/v2.json")).Status);
    }

    [Theory]
    [InlineData("/healthz", "alive")]
    [InlineData("/readyz", "ready")]
    public async Task Health_needs_no_token(string path, string status)
    {
        using var client = new ApiClient((await environment.SharedAsync()).Address, null);
        var reply = await client.SendAsync(HttpMethod.Get, path);
        Assert.Equal((200, status), (reply.Status, reply.Member("status")));
        Assert.Matches("^[0-9a-f]{32}$", reply.OperationId);
        Assert.Matches("^[0-9a-f]{32}$", reply.TraceId);
        Assert.Equal((reply.OperationId, reply.TraceId), (reply.Member("operation_id"), reply.Member("trace_id")));
    }

    [Fact]
    public async Task Every_answer_carries_its_ids_and_is_not_to_be_stored()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        using var owner = broker.As(cast.Owner);
        using var verifier = broker.As(cast.Verifier);
        ApiReply[] replies =
        [
            await owner.StatusAsync(holding.Identity), await verifier.ConsumeAsync(holding.Identity, holding.Code()), await verifier.StatusAsync(holding.Identity),
            await owner.IssueAsync(holding.Identity), await owner.RevokeAsync(holding.Identity),
        ];
        Assert.Equal([200, 200, 403, 201, 204], replies.Select(r => r.Status));
        foreach (var reply in replies)
        {
            Assert.Matches("^[0-9a-f]{32}$", reply.OperationId);
            Assert.Matches("^[0-9a-f]{32}$", reply.TraceId);
            Assert.True(reply.Headers.CacheControl?.NoStore);
            Assert.True(reply.Text.Length == 0 || reply.Member("operation_id") == reply.OperationId && reply.Member("trace_id") == reply.TraceId, reply.Text);
        }

        Assert.Equal(replies.Length, replies.Select(r => r.OperationId).Distinct().Count());
    }

    [Fact]
    public async Task The_callers_trace_goes_on_through_the_broker()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        using var team = broker.As(cast.Team);
        var trace = Guid.NewGuid().ToString("n");
        var reply = await team.SendAsync(HttpMethod.Get, "/v1/identities/team-a.x", null, ("traceparent", $"00-{trace}-00f067aa0ba902b7-01"));
        Assert.Equal(trace, reply.TraceId);
        var nonsense = await team.SendAsync(HttpMethod.Get, "/v1/identities/team-a.x", null, ("traceparent", "nonsense"));
        Assert.Matches("^[0-9a-f]{32}$", nonsense.TraceId);
    }

    [Fact]
    public async Task A_list_is_paged_in_the_order_of_names_and_shows_no_hash()
    {
        await using var own = new BrokerEnvironment(environment.Vault);
        await own.InitializeAsync();
        var (broker, cast) = (await own.SharedAsync(), await own.CastAsync());
        using var team = broker.As(cast.Team);
        Assert.Empty((await team.ListAsync()).Json.GetProperty("identities").EnumerateArray());
        string[] names = [.. Enumerable.Range(0, 5).Select(_ => BrokerEnvironment.NewIdentity()).Order(StringComparer.Ordinal)];
        foreach (var name in names)
        {
            await broker.RegisterAsync(cast.Team, name, cast.Owner);
        }

        await own.ClaimAsync(broker, cast.Owner, names[1]);
        var listed = new List<JsonElement>();
        string? after = null;
        do
        {
            var page = await team.ListAsync("?limit=2" + (after is null ? "" : "&after=" + after));
            Assert.InRange(page.Json.GetProperty("identities").GetArrayLength(), 1, 2);
            Assert.DoesNotContain("hash", page.Text, StringComparison.OrdinalIgnoreCase);
            listed.AddRange(page.Json.GetProperty("identities").EnumerateArray());
            after = page.Member("next");
        }
        while (after is not null);

        Assert.Equal(names, listed.Select(i => i.GetProperty("identity").GetString()));
        Assert.Equal(["registered", "active", "registered", "registered", "registered"], listed.Select(i => i.GetProperty("state").GetString()));
        Assert.Equal(10, listed[1].GetProperty("remaining").GetInt32());
        Assert.Equal([cast.Owner.EntityId], listed.Select(i => i.GetProperty("owner").GetString()).Distinct());
    }

    [Fact]
    public async Task A_registration_is_repeated_without_change_and_changed_by_saying_so()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        using var team = broker.As(cast.Team);
        var identity = BrokerEnvironment.NewIdentity();
        var said = new
        {
            owner = cast.Owner.EntityId,
            profile = "machine",
            external_id = "spiffe://example.org/ns/a/sa/b",
            labels = new Dictionary<string, string> { ["tier"] = "1" },
            recertify_by = "2099-01-31T00:00:00+01:00",
        };
        Assert.Equal(201, (await team.RegisterAsync(identity, "", more: said)).Status);
        var version = (await environment.DocumentAsync(identity)).Version;
        Assert.Equal(200, (await team.RegisterAsync(identity, "", more: said)).Status);
        Assert.Equal(version, (await environment.DocumentAsync(identity)).Version);
        var changed = await team.RegisterAsync(identity, "", more: new { owner = cast.Owner.EntityId, profile = "printable" });
        Assert.Equal((200, "printable", null), (changed.Status, changed.Member("profile"), changed.Member("external_id")));
        var status = await team.StatusAsync(identity);
        Assert.Equal(("registered", "printable", "0"), (status.Member("state"), status.Member("profile"), status.Member("remaining")));
    }
}
