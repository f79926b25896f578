using BackupCodeBroker.Doctor;
using BackupCodeBroker.Health;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Vault.Login;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Standing;

/// <summary>Beside a Vault that is wrongly set up the broker is up, not ready, says why and does nothing; once it is repaired, it serves.</summary>
public sealed class ReadinessTests(TestVault vault)
{
    [Theory]
    [Trait("Requirement", "R-15")]
    [InlineData("no check-and-set", "cas_required", "document-config")]
    [InlineData("kv v1", "not a KV v2 mount", "document-mount")]
    [InlineData("no mount", "no handler for route", "document-mount")]
    [InlineData("asking mount kv v2", "-ask, which callers are authorised by, is missing or not KV version 1", "ask-mount")]
    [InlineData("older policy", "the broker's policy is older than this broker", "broker-policies")]
    [InlineData("no state", "broker/state is missing", "broker-state")]
    [InlineData("state deleted", "broker/state is missing", "broker-state")]
    [InlineData("state unreadable", "broker/state cannot be read", "state-content")]
    [InlineData("epoch below the floor", "epoch", "epoch")]
    [InlineData("no decoy", "decoy", "decoy-document")]
    [InlineData("children's policy gone", "does not let the broker's children read broker/state", "broker-policies")]
    public async Task Not_ready_says_why_and_does_nothing_until_it_is_repaired(string what, string why, string id)
    {
        await using var environment = new BrokerEnvironment(vault);
        await environment.InitializeAsync();
        var cast = await environment.CastAsync();
        await BreakAsync(environment, what);
        var broker = await environment.StartAsync(untilReady: false);
        using var team = broker.As(cast.Team);
        await broker.UntilAsync(async () => (await team.SendAsync(HttpMethod.Get, "/readyz")).Text.Contains(why, StringComparison.Ordinal));

        var ready = await team.SendAsync(HttpMethod.Get, "/readyz");
        Assert.Equal((503, "not-ready"), (ready.Status, ready.Member("status")));
        AssertExplains(ready, id);
        Assert.Equal(200, (await team.SendAsync(HttpMethod.Get, "/healthz")).Status);
        foreach (var reply in await AllAsync(team))
        {
            Assert.True((503, "not-ready") == (reply.Status, reply.Code), reply.Text);
            Assert.Contains(why, reply.Member("detail"), StringComparison.Ordinal);
            Assert.NotNull(reply.Headers.RetryAfter);
        }

        await RepairAsync(environment, what);
        await LookAsync(broker);
        Assert.Equal(200, (await team.SendAsync(HttpMethod.Get, "/readyz")).Status);
        Assert.Equal(201, (await team.RegisterAsync(BrokerEnvironment.NewIdentity(), cast.Owner.EntityId)).Status);
    }

    [Fact]
    [Trait("Requirement", "R-15")]
    public async Task A_broker_that_was_ready_says_which_asking_mount_is_gone_and_is_ready_when_it_is_back()
    {
        await using var environment = new BrokerEnvironment(vault);
        await environment.InitializeAsync();
        var broker = await environment.SharedAsync();
        using var anyone = broker.As((await environment.CastAsync()).Team);
        Assert.Equal(200, (await anyone.SendAsync(HttpMethod.Get, "/readyz")).Status);

        await environment.Root.DeleteAsync("sys/mounts/" + environment.Names.AskMount);
        await broker.Services.GetRequiredService<DeploymentProbe>().LookAsync(CancellationToken.None);

        var gone = await anyone.SendAsync(HttpMethod.Get, "/readyz");
        Assert.Equal(503, gone.Status);
        Assert.Contains($"the mount {environment.Names.AskMount}, which callers are authorised by, is missing", gone.Text, StringComparison.Ordinal);
        Assert.Contains("bcb bootstrap", gone.Text, StringComparison.Ordinal);
        await environment.BootstrapAsync();
        await LookAsync(broker);
        Assert.Equal(200, (await anyone.SendAsync(HttpMethod.Get, "/readyz")).Status);
    }

    [Fact]
    [Trait("Requirement", "R-15")]
    public async Task A_broker_that_was_ready_refuses_as_soon_as_the_state_is_gone()
    {
        await using var environment = new BrokerEnvironment(vault);
        await environment.InitializeAsync();
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        await BreakAsync(environment, "no state");
        using var desk = broker.As(cast.Desk);

        var reply = await desk.ConsumeAsync(holding.Identity, holding.Code());

        Assert.Equal((503, "not-ready"), (reply.Status, reply.Code));
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Fact]
    [Trait("Requirement", "R-15")]
    public async Task Every_write_carries_the_version_and_the_mount_refuses_one_without()
    {
        await using var environment = new BrokerEnvironment(vault);
        await environment.InitializeAsync();
        var bodies = new System.Collections.Concurrent.ConcurrentBag<string>();
        var tap = new VaultTap(environment.Names)
        {
            Interfere = async (call, send) =>
            {
                if (call.Name == TappedCall.Write)
                {
                    await call.Request.Content!.LoadIntoBufferAsync();
                    bodies.Add(await call.Request.Content.ReadAsStringAsync());
                }

                return await send();
            },
        };
        var broker = await environment.StartAsync(tap: tap, clock: new TestClock());
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        using var desk = broker.As(cast.Desk);
        await desk.ConsumeAsync(holding.Identity, holding.Code());
        await desk.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code(1)));
        using var team = broker.As(cast.Team);
        await team.RevokeAsync(holding.Identity);

        Assert.Equal([0, 1, 2, 3, 4, 5], bodies.Select(b => System.Text.Json.JsonDocument.Parse(b).RootElement.GetProperty("options").GetProperty("cas").GetInt32()).Order());
        var bare = await environment.Root.TryAsync(
            HttpMethod.Post, $"{environment.Names.KvMount}/data/identities/bcb.{holding.Identity}", new { data = new { schema = 1 } });
        Assert.Equal(400, bare.Status);
        Assert.Contains("check-and-set parameter required", bare.Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_of_an_unknown_schema_or_of_another_identity_is_refused()
    {
        await using var environment = new BrokerEnvironment(vault);
        await environment.InitializeAsync();
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        using var desk = broker.As(cast.Desk);
        foreach (var change in new Func<Core.Documents.IdentityDocument, Core.Documents.IdentityDocument>[] { d => d with { Schema = 2 }, d => d with { Identity = "team-a.other" } })
        {
            var holding = await environment.HoldingAsync(broker, cast);
            await environment.ChangeDocumentAsync(holding.Identity, change);
            var refused = await desk.ConsumeAsync(holding.Identity, holding.Code());
            Assert.Equal((403, "refused", "unreadable"), (refused.Status, refused.Code, refused.Reason));
        }
    }

    [Fact]
    public async Task A_log_in_that_comes_in_the_middle_of_the_first_look_is_not_waited_for_any_longer()
    {
        await using var environment = new BrokerEnvironment(vault);
        await environment.InitializeAsync();
        var session = new BrokerSession();
        var looking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tap = new VaultTap(environment.Names)
        {
            Interfere = async (call, send) =>
            {
                if (call.Name == "GET sys/health" && looking.TrySetResult())
                {
                    // The first look lasts until the log-in is done.
                    await session.FirstLogin;
                }
                else if (call.Name.EndsWith("/login", StringComparison.Ordinal))
                {
                    await looking.Task;
                }

                return await send();
            },
        };

        // No timer of this clock ever goes off.
        var broker = await environment.StartAsync(
            configure: services => services.AddSingleton(session), tap: tap, clock: new FakeTimeProvider(DateTimeOffset.UtcNow), untilReady: false);

        await broker.UntilReadyAsync();
    }

    // Each reason stands there twice: as a sentence, and with the id and the fix by which a program or a person goes on.
    private static void AssertExplains(ApiReply ready, string id)
    {
        var missing = ready.Json.GetProperty("missing").EnumerateArray().ToList();
        var reasons = ready.Json.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()!).ToList();
        Assert.Contains(missing, m => m.GetProperty("id").GetString() == id);
        Assert.Equal(reasons.Count, missing.Count);
        Assert.All(missing.Zip(reasons), pair => Assert.StartsWith(pair.First.GetProperty("what").GetString()!, pair.Second, StringComparison.Ordinal));
        Assert.All(missing, m => Assert.NotEmpty(m.GetProperty("fix").GetString()!));
        Assert.All(missing, m => Assert.Contains(m.GetProperty("id").GetString(), DoctorChecks.All.Select(check => check.Id)));
    }

    private static async Task<IReadOnlyList<ApiReply>> AllAsync(ApiClient client) =>
    [
        await client.RegisterAsync("team-a.x", "x"),
        await client.IssueAsync("team-a.x"),
        await client.ActivateAsync("team-a.x", 1, new string('0', 26)),
        await client.InterceptedAsync("team-a.x", 1, "test"),
        await client.ConsumeAsync("team-a.x", MadeCodes.Unknown(Core.Codes.CodeKind.Machine)),
        await client.StatusAsync("team-a.x"),
        await client.RevokeAsync("team-a.x"),
        await client.ListAsync(),
    ];

    private static async Task LookAsync(RunningBroker broker)
    {
        await broker.Services.GetRequiredService<DeploymentProbe>().LookAsync(CancellationToken.None);
        await broker.UntilReadyAsync();
    }

    private static async Task BreakAsync(BrokerEnvironment environment, string what)
    {
        var (root, kv) = (environment.Root, environment.Names.KvMount);
        switch (what)
        {
            case "no check-and-set":
                await root.PostAsync(kv + "/config", new { cas_required = false });
                break;
            case "kv v1":
                await root.DeleteAsync("sys/mounts/" + kv);
                await root.PostAsync("sys/mounts/" + kv, new { type = "kv", options = new { version = "1" } });
                break;
            case "no mount":
                await root.DeleteAsync("sys/mounts/" + kv);
                break;
            case "asking mount kv v2":
                await root.DeleteAsync("sys/mounts/" + environment.Names.AskMount);
                await root.PostAsync("sys/mounts/" + environment.Names.AskMount, new { type = "kv", options = new { version = "2" } });
                break;
            case "older policy":
                var policy = "sys/policies/acl/" + environment.Names.AppRoleName;
                var text = (await root.GetAsync(policy)).GetProperty("data").GetProperty("policy").GetString()!;
                await root.PostAsync(policy, new { policy = text.Replace("/@ready", "/@elsewhere", StringComparison.Ordinal) });
                break;
            case "children's policy gone":
                await root.DeleteAsync("sys/policies/acl/" + environment.Names.TokenRole);
                break;
            case "no state":
                await root.DeleteAsync(kv + "/metadata/broker/state");
                break;
            case "state deleted":
                await root.DeleteAsync(kv + "/data/broker/state");
                break;
            case "state unreadable":
                await root.PostAsync(kv + "/data/broker/state", new { options = new { cas = 1 }, data = new { schema = 99 } });
                break;
            case "epoch below the floor":
                await environment.ChangeStateAsync((state, _) => state with { EpochFloor = 5 });
                break;
            default:
                await root.DeleteAsync(kv + "/metadata/identities/bcb._decoy");
                break;
        }
    }

    private static async Task RepairAsync(BrokerEnvironment environment, string what)
    {
        var (root, kv) = (environment.Root, environment.Names.KvMount);
        switch (what)
        {
            case "epoch below the floor":
                await environment.ChangeStateAsync((state, _) => state with { EpochFloor = 1 });
                return;
            case "kv v1":
                await root.DeleteAsync("sys/mounts/" + kv);
                break;
            case "asking mount kv v2":
                await root.DeleteAsync("sys/mounts/" + environment.Names.AskMount);
                break;
            case "state deleted" or "state unreadable":
                await root.DeleteAsync(kv + "/metadata/broker/state");
                break;
        }

        await environment.BootstrapAsync();
    }
}
