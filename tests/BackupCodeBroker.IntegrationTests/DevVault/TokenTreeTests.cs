using System.Text.Json.Nodes;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.DevVault;

/// <summary>Tokens end with their parent, by revocation and by time; orphans do not.</summary>
public sealed class TokenTreeTests
{
    private const string Minting = """path "auth/token/create*" { capabilities = ["update"] }""";

    [Fact]
    public async Task Revoking_a_token_ends_everything_below_it_batch_tokens_included()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        (string parent, string child, string grandchild, string batch) = await FamilyAsync(vault);
        Assert.Equal(204, await vault.StatusAsync("POST", "auth/token/revoke", new { token = parent }));
        foreach (string token in (string[])[parent, child, grandchild, batch])
        {
            Assert.Equal(403, await vault.StatusAsync("GET", "auth/token/lookup-self", token: token));
        }
    }

    [Fact]
    public async Task An_expired_token_takes_its_children_along()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        (_, string child, string grandchild, string batch) = await FamilyAsync(vault);
        vault.Time.Advance(TimeSpan.FromMinutes(10));
        foreach (string token in (string[])[child, grandchild, batch])
        {
            Assert.Equal(403, await vault.StatusAsync("GET", "auth/token/lookup-self", token: token));
        }
    }

    [Fact]
    public async Task Revoking_and_orphaning_leaves_the_children()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        (string parent, string child, string grandchild, string batch) = await FamilyAsync(vault);
        Assert.Equal(204, await vault.StatusAsync("POST", "auth/token/revoke-orphan", new { token = parent }));
        Assert.Equal(200, await vault.StatusAsync("GET", "auth/token/lookup-self", token: child));
        Assert.Equal(200, await vault.StatusAsync("GET", "auth/token/lookup-self", token: grandchild));
        Assert.Equal(403, await vault.StatusAsync("GET", "auth/token/lookup-self", token: batch));
    }

    [Fact]
    public async Task A_periodic_token_lives_for_as_long_as_it_is_renewed_and_a_bounded_one_no_longer_than_its_bound()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        string periodic = await vault.TokenAsync(new { policies = new[] { "default" }, period = "10m" });
        string bounded = await vault.TokenAsync(new { policies = new[] { "default" }, ttl = "10m", explicit_max_ttl = "15m" });
        for (int i = 0; i < 200; i++)
        {
            vault.Time.Advance(TimeSpan.FromMinutes(7));
            Assert.Equal(200, await vault.StatusAsync("POST", "auth/token/renew-self", new { }, periodic));
            Assert.Equal(i < 2 ? 200 : 403, await vault.StatusAsync("POST", "auth/token/renew-self", new { increment = "1h" }, bounded));
        }
    }

    [Fact]
    public async Task Groups_give_policies_at_once_directly_and_through_other_groups()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        await vault.PolicyAsync("direct", """path "secret/data/direct" { capabilities = ["read"] }""");
        await vault.PolicyAsync("above", """path "secret/data/above" { capabilities = ["read"] }""");
        await vault.StatusAsync("POST", "auth/token/roles/minting", new { allowed_policies = new[] { "default" }, allowed_entity_aliases = new[] { "*" } });
        (_, JsonNode? minted) = await vault.SendAsync("POST", "auth/token/create/minting", new { entity_alias = "someone" });
        string token = minted!["auth"]!["client_token"]!.GetValue<string>();
        string entity = minted["auth"]!["entity_id"]!.GetValue<string>();
        Assert.Equal(403, await vault.StatusAsync("GET", "secret/data/direct", token: token));
        string group = await vault.TextAsync("data/id", "POST", "identity/group", new { policies = "direct", member_entity_ids = new[] { entity } });
        string parent = await vault.TextAsync("data/id", "POST", "identity/group", new { policies = "above", member_group_ids = new[] { group } });
        Assert.Equal(404, await vault.StatusAsync("GET", "secret/data/direct", token: token));
        Assert.Equal(404, await vault.StatusAsync("GET", "secret/data/above", token: token));
        await vault.StatusAsync("DELETE", "identity/group/id/" + parent);
        Assert.Equal(403, await vault.StatusAsync("GET", "secret/data/above", token: token));
    }

    [Fact]
    public async Task A_token_of_a_merged_entity_goes_on_as_the_other()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        await vault.StatusAsync("POST", "auth/token/roles/minting", new { allowed_policies = new[] { "default" }, allowed_entity_aliases = new[] { "*" } });
        (_, JsonNode? minted) = await vault.SendAsync("POST", "auth/token/create/minting", new { entity_alias = "one" });
        string token = minted!["auth"]!["client_token"]!.GetValue<string>();
        string from = minted["auth"]!["entity_id"]!.GetValue<string>();
        string into = await vault.TextAsync("data/id", "POST", "identity/entity", new { name = "other" });
        Assert.Equal(204, await vault.StatusAsync("POST", "identity/entity/merge", new { from_entity_ids = new[] { from }, to_entity_id = into }));
        Assert.Equal(200, await vault.StatusAsync("GET", "auth/token/lookup-self", token: token));
        await vault.StatusAsync("POST", "identity/entity/id/" + into, new { disabled = true });
        Assert.Equal(403, await vault.StatusAsync("GET", "auth/token/lookup-self", token: token));
    }

    private static async Task<(string Parent, string Child, string Grandchild, string Batch)> FamilyAsync(DevVaultProbe vault)
    {
        await vault.PolicyAsync("minting", Minting);
        string[] policies = ["default", "minting"];
        string parent = await vault.TokenAsync(new { policies, ttl = "10m" });
        string child = await vault.TokenAsync(new { policies, ttl = "1h" }, parent);
        string grandchild = await vault.TokenAsync(new { policies, ttl = "1h" }, child);
        string batch = await vault.TokenAsync(new { policies, ttl = "1h", type = "batch" }, parent);
        return (parent, child, grandchild, batch);
    }
}
