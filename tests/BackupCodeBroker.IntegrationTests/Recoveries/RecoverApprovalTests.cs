using System.Text.Json.Nodes;
using BackupCodeBroker.IntegrationTests.Approvals;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Recoveries;

/// <summary>
/// U-1 whole: somebody without their phone, a help desk of two, and a code that lets them in as themselves. Whoever recovers sends no token, so it is the
/// identity's own entity that may have neither asked nor consented.
/// </summary>
public sealed class RecoverApprovalTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    [Trait("Requirement", "U-1")]
    [Trait("Requirement", "R-28")]
    public async Task A_person_without_their_phone_recovers_their_admin_account_after_the_help_desk_approved_it()
    {
        var lab = await Recovering.OpenAsync(environment);
        var desk = new HelpDesk(environment, lab.Broker, lab.Cast, await environment.PersonAsync("ann", "help-desk"), await environment.PersonAsync("bob", "help-desk"));
        var alice = await environment.HolderAsync("alice");
        var holding = await lab.HoldingAsync(Recovering.Guarded, alice.EntityId);
        var secret = await AdminAccountAsync(holding.Identity, alice);
        using var home = new Home(environment, lab.Broker);

        var early = await home.RunAsync(null, holding.Code(), "recover", holding.Identity, "--json");
        Assert.Equal((1, null), (early.ExitCode, (string?)JsonNode.Parse(early.Output)!["error"]!["reason"]));
        Assert.False(File.Exists(home.TokenFile));
        var asked = await home.RunAsync(
            desk.Ann, "", "approve", "request", holding.Identity, "--operation", "recover", "--reason", "phone lost", "--ticket", "HD-4711", "--verified-by", "video call, badge seen", "--json");
        Assert.True(asked.ExitCode == 0, asked.Output + asked.Error);
        var approval = (string)JsonNode.Parse(asked.Output)!["approval"]!;
        Assert.Equal(1, (await home.RunAsync(null, holding.Code(), "recover", holding.Identity)).ExitCode);
        Assert.Equal(1, (await home.RunAsync(desk.Ann, "", "approve", "give", holding.Identity, approval)).ExitCode);
        Assert.Equal(0, (await home.RunAsync(desk.Bob, "", "approve", "give", holding.Identity, approval, "--note", "manager called back")).ExitCode);

        var recovered = await home.RunAsync(null, holding.Code() + "\n", "recover", holding.Identity);

        Assert.True(recovered.ExitCode == 0, recovered.Output + recovered.Error);
        Assert.Contains("bcb claim " + holding.Identity, recovered.Output, StringComparison.Ordinal);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(home.TokenFile) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var token = await File.ReadAllTextAsync(home.TokenFile, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(token, recovered.Output + recovered.Error, StringComparison.Ordinal);
        var (status, self) = await environment.Root.TryAsync(HttpMethod.Get, "auth/token/lookup-self", otherToken: token);
        Assert.Equal((200, alice.EntityId), (status, self.GetProperty("data").GetProperty("entity_id").GetString()));
        Assert.Equal(200, (await environment.Root.TryAsync(HttpMethod.Get, secret, otherToken: token)).Status);
        var kept = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.Equal(("recover", "HD-4711"), (Assert.Single(kept.Reviews).Operation, kept.Reviews[0].Approval!.Ticket));
        Assert.Equal(1, (await home.RunAsync(null, holding.Code(1), "recover", holding.Identity)).ExitCode);
    }

    [Fact]
    [Trait("Requirement", "R-28")]
    public async Task The_identitys_own_entity_can_neither_ask_nor_consent_and_a_consent_to_consume_is_none_to_recover()
    {
        var logs = new CapturingLogs();
        var lab = await Recovering.OpenAsync(environment, configure: services => services.AddLogging(l => l.AddProvider(logs)));
        var desk = new HelpDesk(environment, lab.Broker, lab.Cast, await environment.PersonAsync("ann", "help-desk"), await environment.PersonAsync("bob", "help-desk"));
        var alice = await environment.HolderAsync("alice", "approve/*");
        var holding = await lab.HoldingAsync(Recovering.Guarded, alice.EntityId);
        using var nobody = lab.Broker.AsNobody();
        await desk.ApprovedAsync(holding.Identity, "consume");
        Assert.Equal(403, (await nobody.RecoverAsync(holding.Identity, holding.Code())).Status);
        Assert.Equal(403, (await desk.AskAsync(holding.Identity, alice, "recover")).Status);
        Assert.Equal(403, (await nobody.RecoverAsync(holding.Identity, holding.Code())).Status);
        Assert.Equal(403, (await desk.GiveAsync(holding.Identity, await desk.AskedAsync(holding.Identity, "recover"), alice)).Status);
        Assert.Equal(403, (await nobody.RecoverAsync(holding.Identity, holding.Code())).Status);
        var approval = await desk.ApprovedAsync(holding.Identity, "recover");
        Assert.Equal(200, (await nobody.RecoverAsync(holding.Identity, holding.Code())).Status);
        Assert.Equal(403, (await nobody.RecoverAsync(holding.Identity, holding.Code(1))).Status);
        // The record of the recovery, and of none of the refused ones, names the consent.
        Assert.Equal([null, null, null, approval, null], logs.Access.Where(r => r["bcb.operation"] is "recover").Select(r => r.GetValueOrDefault("bcb.approval")));
    }

    // An administrator's account: an entity whose policy opens a secret, and the recovery role as one more way to that very entity.
    private async Task<string> AdminAccountAsync(string identity, Person alice)
    {
        var policy = $"{environment.PolicyPrefix}admin-{identity}";
        var secret = $"{environment.PolicyPrefix}private/admin-{identity}";
        await environment.Root.PostAsync(secret, new { answer = "42" });
        await environment.Root.PostAsync("sys/policies/acl/" + policy, new { policy = $"path \"{secret}\" {{ capabilities = [\"read\"] }}\npath \"auth/token/lookup-self\" {{ capabilities = [\"read\"] }}" });
        await environment.Root.PostAsync("identity/entity/id/" + alice.EntityId, new { policies = new[] { policy } });
        var mount = environment.Names.RecoveryMount;
        var accessor = (await environment.Root.GetAsync("sys/auth")).GetProperty(mount + "/").GetProperty("accessor").GetString();
        var roleId = (await environment.Root.GetAsync($"auth/{mount}/role/{identity}/role-id")).GetProperty("data").GetProperty("role_id").GetString();
        await environment.Root.PostAsync("identity/entity-alias", new { name = roleId, canonical_id = alice.EntityId, mount_accessor = accessor });
        return secret;
    }

    /// <summary>A home directory in which the command line runs, as somebody or as nobody.</summary>
    private sealed class Home(BrokerEnvironment environment, RunningBroker broker) : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("bcb-u1-").FullName;

        public string TokenFile => Path.Combine(_folder, ".vault-token");

        public async Task<CliResult> RunAsync(Person? who, string input, params string[] arguments)
        {
            File.Delete(TokenFile);
            if (who is not null)
            {
                await File.WriteAllTextAsync(TokenFile, who.Token);
            }

            return await CliProcess.RunAsync(_folder, broker.Address, environment.Vault.Address, input, arguments);
        }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
