using System.Text.Json;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.WhoCan;

/// <summary><c>bcb who-can</c> as an auditor runs it, with broker and Vault as they are.</summary>
public sealed class WhoCanTests(WhoCanDeployment deployment) : IClassFixture<WhoCanDeployment>
{
    private BrokerEnvironment Environment => deployment.Environment;

    private RootClient Root => deployment.Environment.Root;

    [Fact]
    public async Task An_auditor_sees_by_owner_by_group_of_a_group_and_by_a_user_through_which_log_in()
    {
        var here = await GivenAsync();

        var (exit, json) = await RunAsync(deployment.Auditor, here.Identity);

        Assert.Equal(0, exit);
        Assert.Equal((here.Owner, "entity"), (json.GetProperty("owner").GetProperty("id").GetString(), json.GetProperty("owner").GetProperty("kind").GetString()));
        var issue = Holder(json, "issue", here.Owner);
        Assert.Equal((true, $"auth/{here.Name}"), (issue.GetProperty("as_owner").GetBoolean(), issue.GetProperty("log_in").GetString()));
        var consume = Holder(json, "consume", here.Verifier);
        Assert.Equal(
            (here.Name + "-spend", $"group {here.Name}-outer (by way of {here.Name}-inner)"),
            (consume.GetProperty("stanzas")[0].GetProperty("policy").GetString(), consume.GetProperty("stanzas")[0].GetProperty("given_by")[0].GetString()));
        Assert.Equal(("user", "desk"), (Role(Holder(json, "approve", here.Desk), "kind"), Role(Holder(json, "approve", here.Desk), "name")));
    }

    [Fact]
    public async Task Without_the_log_in_it_is_lost_until_somebody_comes_another_way()
    {
        var here = await GivenAsync();

        var lost = await RunAsync(deployment.Auditor, here.Identity, "--without", "auth/" + here.Name);
        Assert.Equal((1, "lost"), (lost.Exit, lost.Json.GetProperty("standing").GetProperty("outlook").GetString()));

        var path = $"auth/{here.Name}-ar/role/break-glass";
        await Root.PostAsync($"sys/auth/{here.Name}-ar", new { type = "approle" });
        await Root.PostAsync(path, new { token_policies = new[] { here.Name + "-spend" } });
        var alone = await RunAsync(deployment.Auditor, here.Identity, "--without", "auth/" + here.Name);
        Assert.Equal((1, "approval-lost"), (alone.Exit, alone.Json.GetProperty("standing").GetProperty("outlook").GetString()));

        await Root.PostAsync(path, new { token_policies = new[] { here.Name + "-spend", here.Name + "-approve" } });
        var kept = await RunAsync(deployment.Auditor, here.Identity, "--without", "auth/" + here.Name);
        Assert.Equal((0, "kept"), (kept.Exit, kept.Json.GetProperty("standing").GetProperty("outlook").GetString()));
    }

    [Fact]
    public async Task Over_all_identities_a_label_closes_the_circle()
    {
        var here = await GivenAsync(label: true);

        var (exit, json) = await RunAsync(deployment.Auditor, "--without", "auth/" + here.Name);

        Assert.Equal(1, exit);
        var circle = Assert.Single(json.GetProperty("circles").EnumerateArray(), circle => circle.GetProperty("identity").GetString() == here.Identity);
        Assert.Equal(("log-in", "auth/" + here.Name), (circle.GetProperty("kind").GetString(), circle.GetProperty("log_in").GetString()));
        Assert.Equal("lost", Assert.Single(json.GetProperty("identities").EnumerateArray(), one => one.GetProperty("identity").GetString() == here.Identity).GetProperty("outlook").GetString());
    }

    [Fact]
    public async Task Who_may_see_only_some_gets_an_answer_that_says_what_is_missing()
    {
        var here = await GivenAsync();
        var blind = await Environment.HolderAsync("blind", "status/*");

        var (exit, json) = await RunAsync(blind, here.Identity);

        Assert.Equal(3, exit);
        Assert.False(json.GetProperty("complete").GetBoolean());
        Assert.Equal(
            ["identity/entity/id", "identity/group/id", "sys/auth", "sys/policies/acl", "sys/policies/acl/*"],
            json.GetProperty("not_read").EnumerateArray().Select(gap => gap.GetProperty("about").GetString()).Order(StringComparer.Ordinal));
        Assert.All(json.GetProperty("not_read").EnumerateArray(), gap => Assert.StartsWith("path \"", gap.GetProperty("stanza").GetString(), StringComparison.Ordinal));
    }

    private static JsonElement Holder(JsonElement json, string operation, string id) => Assert.Single(
        Assert.Single(
            json.GetProperty("operations").EnumerateArray().Single(one => one.GetProperty("operation").GetString() == operation).GetProperty("holders").EnumerateArray(),
            holder => holder.GetProperty("id").GetString() == id).GetProperty("ways").EnumerateArray());

    private static string? Role(JsonElement way, string member) => way.GetProperty("role").GetProperty(member).GetString();

    private async Task<(int Exit, JsonElement Json)> RunAsync(Person person, params string[] arguments)
    {
        var broker = await Environment.SharedAsync();
        var home = Directory.CreateTempSubdirectory("bcb-who-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(home, ".vault-token"), person.Token, TestContext.Current.CancellationToken);
            var result = await CliProcess.RunAsync(home, broker.Address, Environment.Vault.Address, "", ["who-can", .. arguments, "--mount", Environment.Names.AskMount, "--json"]);
            return (result.ExitCode, JsonDocument.Parse(result.Output).RootElement);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    // An auth mount, its people and an identity of their own, whose names no other test has.
    private async Task<Small> GivenAsync(bool label = false)
    {
        var name = "s" + Guid.NewGuid().ToString("n")[..8];
        var identity = name + ".x";
        var ask = Environment.Names.AskMount;
        await Root.PostAsync("sys/auth/" + name, new { type = "userpass" });
        await Root.PostAsync($"sys/policies/acl/{name}-spend", new { policy = $"path \"{ask}/consume/{name}.*\" {{ capabilities = [\"read\"] }}" });
        await Root.PostAsync($"sys/policies/acl/{name}-approve", new { policy = $"path \"{ask}/approve/{name}.*\" {{ capabilities = [\"read\"] }}" });
        var owner = await UserAsync(name, "owner", Environment.PolicyPrefix + "owner");
        var verifier = await UserAsync(name, "verifier");
        var desk = await UserAsync(name, "desk", name + "-approve");
        var inner = await GroupAsync(new { name = name + "-inner", member_entity_ids = new[] { verifier } });
        await GroupAsync(new { name = name + "-outer", policies = new[] { name + "-spend" }, member_group_ids = new[] { inner } });
        var team = await Environment.HolderAsync("registrar", $"register/{name}.*");
        using var api = (await Environment.SharedAsync()).As(team);
        var labels = new Dictionary<string, string>();
        if (label)
        {
            labels["unlocks"] = "auth/" + name;
        }

        var registered = await api.RegisterAsync(identity, "", more: new { owner, profile = "machine", labels });
        Assert.True(registered.Status == 201, registered.Text);
        return new Small(name, identity, owner, verifier, desk);
    }

    private async Task<string> UserAsync(string mount, string user, params string[] policies)
    {
        await Root.PostAsync($"auth/{mount}/users/{user}", new { password = "p", token_policies = policies });
        return (await Root.PostAsync($"auth/{mount}/login/{user}", new { password = "p" })).GetProperty("auth").GetProperty("entity_id").GetString()!;
    }

    private async Task<string> GroupAsync(object group) => (await Root.PostAsync("identity/group", group)).GetProperty("data").GetProperty("id").GetString()!;

    private sealed record Small(string Name, string Identity, string Owner, string Verifier, string Desk);
}

/// <summary>A deployment beside the one whose policies are at random.</summary>
public sealed class WhoCanDeployment(WhoCanVault vault) : IAsyncLifetime
{
    /// <summary>The deployment.</summary>
    public BrokerEnvironment Environment { get; } = new(vault.Environment.Vault);

    /// <summary>An auditor under the shipped policy.</summary>
    public Person Auditor { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Environment.InitializeAsync();
        Auditor = await Environment.PersonAsync("auditor", "auditor");
    }

    public ValueTask DisposeAsync() => Environment.DisposeAsync();
}
