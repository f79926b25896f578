using BackupCodeBroker.IntegrationTests.Kit;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Authorisation;

/// <summary>What the broker holds while it works on an identity reaches that identity's document and nothing else; strangers' names make nothing in Vault.</summary>
public sealed class ChildTokenTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private static readonly string[] Verbs = ["GET", "POST", "PUT", "DELETE", "PATCH"];

    [Fact]
    [Trait("Requirement", "R-32")]
    public async Task The_child_of_one_identity_gets_403_on_another_with_every_verb()
    {
        var (child, own) = await ChildAsync();
        var other = await environment.HoldingAsync(await environment.SharedAsync(), await environment.CastAsync());
        var kv = environment.Names.KvMount;
        Assert.Equal(200, (await environment.Root.TryAsync(HttpMethod.Get, $"{kv}/data/identities/bcb.{own}", otherToken: child)).Status);
        foreach (var path in new[] { $"data/identities/bcb.{other.Identity}", $"data/identities/bcb.{own}x", "data/identities/bcb._decoy", $"data/identities/bcb.{own}/x" })
        {
            foreach (var verb in Verbs)
            {
                await AssertForbiddenAsync(child, verb, $"{kv}/{path}");
            }
        }

        await AssertForbiddenAsync(child, "POST", $"{kv}/data/broker/state");
        await AssertForbiddenAsync(child, "DELETE", $"{kv}/data/identities/bcb.{own}");
        foreach (var kind in new[] { "metadata", "delete", "undelete", "destroy" })
        {
            await AssertForbiddenAsync(child, kind == "metadata" ? "DELETE" : "POST", $"{kv}/{kind}/identities/bcb.{own}");
        }

        await AssertForbiddenAsync(child, "LIST", $"{kv}/metadata/identities");
        await AssertForbiddenAsync(child, "POST", "auth/token/create");
    }

    [Fact]
    [Trait("Requirement", "R-33")]
    public async Task A_child_is_a_batch_token_of_a_minute_with_its_one_policy()
    {
        var (child, _) = await ChildAsync();
        var facts = (await environment.Root.PostAsync("auth/token/lookup", new { token = child })).GetProperty("data");
        Assert.Equal("batch", facts.GetProperty("type").GetString());
        Assert.InRange(facts.GetProperty("ttl").GetInt32(), 1, 60);
        Assert.False(facts.GetProperty("orphan").GetBoolean());
        Assert.Equal([environment.Names.TokenRole], facts.GetProperty("policies").EnumerateArray().Select(p => p.GetString()));
        Assert.True(child.Length >= 90);
        Assert.NotEqual(200, (await environment.Root.TryAsync(HttpMethod.Post, "auth/token/renew", new { token = child })).Status);
    }

    [Fact]
    [Trait("Requirement", "R-33")]
    public async Task When_the_broker_stops_its_children_end_with_its_token()
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        var (child, own) = await ChildAsync(tap, broker);
        await broker.DisposeAsync();
        Assert.Equal(403, (await environment.Root.TryAsync(HttpMethod.Get, $"{environment.Names.KvMount}/data/identities/bcb.{own}", otherToken: child)).Status);
    }

    [Fact]
    [Trait("Requirement", "R-34")]
    public async Task Strangers_names_make_no_alias_in_Vault_and_a_granted_registration_does()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        using var all = broker.As(await environment.HolderAsync("all", "issue/*", "retrieve/*", "consume/*", "status/*", "revoke/*"));
        using var team = broker.As(cast.Team);
        var (name, registered) = (BrokerEnvironment.NewIdentity(), BrokerEnvironment.NewIdentity());
        await all.IssueAsync(name);
        await all.ActivateAsync(name, 1, new string('0', 26));
        await all.InterceptedAsync(name, 1, "x");
        await all.ConsumeAsync(name, MadeCodes.Unknown(Core.Codes.CodeKind.Machine));
        await all.StatusAsync(name);
        await all.RevokeAsync(name);
        Assert.Equal("not-permitted", (await all.RegisterAsync(name, cast.Owner.EntityId)).Code);
        Assert.Equal("malformed", (await team.RegisterAsync(name, "no!id")).Code);

        Assert.False(await HasAliasAsync(name));
        await broker.RegisterAsync(cast.Team, registered, cast.Owner);
        Assert.True(await HasAliasAsync(registered));
    }

    [Fact]
    [Trait("Requirement", "R-34")]
    public async Task No_made_up_name_reaches_a_path_in_Vault()
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        using var team = broker.As((await environment.CastAsync()).Team);
        var names = Gen.String[Gen.Char, 1, 70].Where(n => !Core.Identities.IdentityName.TryParse(n, out _) && !n.Any(char.IsSurrogate) && n is not ("." or "..")).Array[120].Single();
        foreach (var name in names)
        {
            var reply = await team.StatusAsync(Uri.EscapeDataString(name));
            Assert.True(reply.Status is 400 or 404, $"{reply.Status} for {Uri.EscapeDataString(name)}");
            Assert.Empty(tap.Of(reply));
        }
    }

    [Fact]
    public async Task An_identity_whose_entity_was_given_a_policy_is_refused_and_alarmed()
    {
        var broker = await environment.StartAsync();
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(await environment.SharedAsync(), cast);
        var alias = (await environment.DocumentAsync(holding.Identity)).Document.AliasEntity;
        await environment.Root.PostAsync("identity/entity/id/" + alias, new { policies = new[] { "default" } });
        using var metrics = new MetricWatch(broker);
        using var desk = broker.As(cast.Desk);

        Assert.Equal("overgranted", (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);
        Assert.Equal(1, metrics.Count("bcb.alarms", "identity-overgranted"));
        Assert.Equal("overgranted", (await desk.StatusAsync(holding.Identity)).Reason);
    }

    private async Task<bool> HasAliasAsync(string name)
    {
        var accessor = (await environment.Root.GetAsync("sys/auth")).GetProperty("token/").GetProperty("accessor").GetString();
        var found = await environment.Root.TryAsync(
            HttpMethod.Post, "identity/lookup/entity", new { alias_name = "bcb." + name, alias_mount_accessor = accessor });
        return found.Status == 200;
    }

    private async Task AssertForbiddenAsync(string token, string verb, string path)
    {
        var (status, _) = await environment.Root.TryAsync(new HttpMethod(verb), path, verb is "GET" or "LIST" or "DELETE" ? null : new { data = new { } }, token);
        Assert.True(status is 403 or 405, $"{verb} {path}: {status}");
    }

    private async Task<(string Child, string Identity)> ChildAsync(VaultTap? tap = null, RunningBroker? broker = null)
    {
        tap ??= new VaultTap(environment.Names);
        broker ??= await environment.StartAsync(tap: tap);
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        using var team = broker.As(cast.Team);
        var reply = await team.StatusAsync(holding.Identity);
        return (tap.Of(reply).Single(c => c.Name == TappedCall.Read).Request.Headers.GetValues("X-Vault-Token").Single(), holding.Identity);
    }
}
