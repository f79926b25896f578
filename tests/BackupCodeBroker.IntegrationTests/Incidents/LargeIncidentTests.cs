using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Incidents;

/// <summary>The worker that leads dies in the middle of a lockdown of a thousand identities, with the broker that declared it; another one ends it.</summary>
public sealed class LargeIncidentTests(TestVault vault)
{
    private const int Identities = 1_000;
    private const int SampleStep = 50;

    [Fact]
    [Trait("Requirement", "R-26")]
    [Trait("Requirement", "R-23")]
    public async Task The_leading_worker_is_killed_in_the_middle_and_another_ends_every_one()
    {
        await using var environment = new BrokerEnvironment(vault);
        await environment.InitializeAsync();
        var names = await PopulateAsync(environment);
        var rate = new Dictionary<string, string> { ["BCB_WORKER__RATE"] = "250" };
        await using var leader = await BrokerProcess.StartAsync(environment, variables: rate);
        await UntilAsync(() => Task.FromResult(leader.Said.Contains("worker leads", StringComparison.Ordinal)));
        await using var other = await BrokerProcess.StartAsync(environment, variables: rate);
        var responder = await environment.ResponderAsync();
        using var there = leader.As(responder);
        using var here = other.As(responder);

        var declared = await there.DeclareAsync(new { identities = "team-k.*" }, expect: Identities);
        Assert.True(declared.Status == 201, declared.Text);
        var id = declared.Member("id")!;
        // A sweep that was running takes the lockdown up where it is, and the next one what lies before: so the middle is one of number.
        string[] some = [.. names.Where((_, i) => i % SampleStep == 0)];
        await UntilAsync(async () => await EndedAsync(environment, some) >= some.Length / 4);
        await leader.KillAsync();
        Assert.InRange(await EndedAsync(environment, some), 1, some.Length - 1);

        JsonElement progress = default;
        await UntilAsync(async () => (await here.LockdownAsync(id)).Json.TryGetProperty("progress", out progress) && progress.GetProperty("complete").GetBoolean());
        Assert.Equal((Identities, Identities, 0), (progress.GetProperty("matched").GetInt32(), progress.GetProperty("ended").GetInt32(), progress.GetProperty("reissued").GetInt32()));
        Assert.Equal(names, progress.Names("identities"));
        Assert.Equal(names, progress.Names("waiting"));
        await Parallel.ForEachAsync(names, async (name, _) =>
        {
            var (document, _) = await environment.DocumentAsync(name);
            Assert.Null(document.Active);
            Assert.Equal(id, Assert.Single(document.Lockdowns).Lockdown);
            Assert.Single(document.Events, e => e.Operation == "lockdown");
        });

        var lifts = await Task.WhenAll(here.LiftAsync(id), here.LiftAsync(id));
        Assert.Equal([204, 204, 204], lifts.Append(await here.LiftAsync(id)).Select(l => l.Status));
        await UntilAsync(async () => (await environment.StoryAsync(id))!.Outbox.Count == 0);
        string[] turns = [LockdownStory.Declared, LockdownStory.Completed, LockdownStory.WasLifted];
        Assert.All(turns, turn => Assert.Single(Regex.Matches(leader.Said + other.Said, $"notice {turn} about lockdowns/{id}")));
    }

    // One has its codes from the product; the others are copies of it, made by the administrator: what ends a set looks at no hash.
    private static async Task<string[]> PopulateAsync(BrokerEnvironment environment)
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        var (template, _) = await environment.DocumentAsync(holding.Identity);
        string[] names = [.. Enumerable.Range(0, Identities).Select(i => string.Create(CultureInfo.InvariantCulture, $"team-k.{i:d4}"))];
        var role = environment.Names.TokenRole;
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (name, _) =>
        {
            var minted = await environment.Root.PostAsync(
                "auth/token/create/" + role, new { entity_alias = "bcb." + name, policies = new[] { role }, type = "batch", ttl = "60s", no_default_policy = true });
            var entity = minted.GetProperty("auth").GetProperty("entity_id").GetString()!;
            var document = template with
            {
                Identity = name,
                AliasEntity = entity,
                Active = template.Active! with { Entity = template.Active.Entity with { EntityId = entity } },
            };
            await environment.Root.PostAsync(
                $"{environment.Names.KvMount}/data/identities/bcb.{name}", new { options = new { cas = 0 }, data = JsonSerializer.Deserialize<JsonElement>(DocumentJson.Write(document)) });
        });
        return names;
    }

    private static async Task<int> EndedAsync(BrokerEnvironment environment, string[] names) =>
        (await Task.WhenAll(names.Select(environment.DocumentAsync))).Count(read => read.Document.Active is null);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await condition())
        {
            await beat.WaitForNextTickAsync(patience.Token);
        }
    }
}
