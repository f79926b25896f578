using System.Text.Json;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.WhoCan;

/// <summary>What who-can says of a token, against what Vault says to it.</summary>
public sealed class WhoCanAgainstVaultTests(WhoCanVault vault)
{
    private BrokerEnvironment Environment => vault.Environment;

    private string Ask => Environment.Names.AskMount;

    [Theory]
    [Trait("Requirement", "R-51")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task It_says_of_every_token_what_its_capabilities_are(int seed)
    {
        var world = new RandomWorld(Environment, seed);
        await world.MakeAsync();
        var evaluator = await vault.EvaluatorAsync();
        var owned = await OwnedAsync(world);
        var tally = new Dictionary<bool, int> { [true] = 0, [false] = 0 };
        foreach (var same in world.Tokens.GroupBy(token => (token.EntityId, token.LogIn, token.Role)))
        {
            var capabilities = await Task.WhenAll(same.Select(CapabilitiesAsync));
            foreach (var (identity, owner, groups) in RandomWorld.Identities.SelectMany(identity => world.Owners.Select(owner => (identity, owner, owned[same.Key.EntityId]))))
            {
                foreach (var operation in RandomWorld.Operations)
                {
                    var able = capabilities.Any(of => IsAble(of, operation, identity, owner == same.Key.EntityId || groups.Contains(owner)));
                    var answer = evaluator.Ask(new AccessQuestion(Operation.Named(operation)!, identity) { Owner = owner });
                    var said = answer.Holders.Any(one => one.Holder.Id == same.Key.EntityId && one.Ways.Any(way => way.LogIn == same.Key.LogIn && way.Role?.Name == same.Key.Role));
                    Assert.True(able == said, $"seed {seed}: {same.Key} {operation} {identity} owned by {owner}: Vault says {able}, who-can {said}");
                    tally[able]++;
                }
            }

            Assert.Equal(capabilities.Any(of => of(Probe) is not ["deny"]), evaluator.TooBroad.Any(one => one.Holder.Id == same.Key.EntityId && one.LogIns.Contains(same.Key.LogIn)));
        }

        Assert.All(tally.Values, count => Assert.True(count > 100));
    }

    [Theory]
    [Trait("Requirement", "R-51")]
    [InlineData(11)]
    [InlineData(12)]
    public async Task And_capability_by_capability(int seed)
    {
        var world = new RandomWorld(Environment, seed);
        await world.MakeAsync();
        var evaluator = await vault.EvaluatorAsync();
        string[] paths = [.. RandomWorld.Operations.SelectMany(operation => RandomWorld.Identities.Append("@owned").Select(target => $"{Ask}/{operation}/{target}")), Probe];
        foreach (var token in world.Tokens.Where(token => token.LogIn != "auth/token"))
        {
            var of = await CapabilitiesAsync(token);
            Assert.All(paths, path => Assert.Equal(
                of(path).Order(StringComparer.Ordinal),
                Assert.Single(evaluator.CapabilitiesOf(token.EntityId, token.LogIn, path)).Order(StringComparer.Ordinal)));
        }
    }

    [Fact]
    [Trait("Requirement", "R-51")]
    public async Task And_asking_as_the_broker_asks_comes_to_the_same()
    {
        var world = new RandomWorld(Environment, 21);
        await world.MakeAsync();
        var evaluator = await vault.EvaluatorAsync();
        foreach (var token in world.Tokens.Where(token => token.LogIn != "auth/token"))
        {
            var of = await CapabilitiesAsync(token);
            foreach (var operation in RandomWorld.Operations.Where(_ => of(Probe) is ["deny"] && MayIntroduceItself(of)))
            {
                var (status, _) = await Environment.Root.TryAsync(HttpMethod.Get, $"{Ask}/{operation}/team-a.x", otherToken: token.Text);
                var answer = evaluator.Ask(new AccessQuestion(Operation.Named(operation)!, "team-a.x"));
                Assert.Equal(status == 404, answer.Holders.Any(one => one.Holder.Id == token.EntityId));
            }
        }
    }

    private string Probe => $"{Ask}/@probe/@probe";

    private bool IsAble(Func<string, string[]> of, string operation, string identity, bool owns)
    {
        var (plain, ownedPath) = ($"{Ask}/{operation}/{identity}", $"{Ask}/{operation}/@owned");
        return of(Probe) is ["deny"] && MayIntroduceItself(of)
            && (of(plain).Contains("read") ? of("GET " + plain).Length > 0
                : Operation.Named(operation)!.CanBeOwned && owns && of(ownedPath).Contains("read") && of("GET " + ownedPath).Length > 0);
    }

    private static bool MayIntroduceItself(Func<string, string[]> of) => of("auth/token/lookup-self").Contains("read") && of("sys/capabilities-self").Contains("update");

    // A stanza can grant reading only to who wants the answer wrapped, or gives parameters: that capabilities do not tell, so it is tried.
    private async Task<Func<string, string[]>> CapabilitiesAsync(WorldToken token)
    {
        string[] paths =
        [
            .. RandomWorld.Operations.SelectMany(operation => RandomWorld.Identities.Append("@owned").Select(target => $"{Ask}/{operation}/{target}")),
            Probe, "auth/token/lookup-self", "sys/capabilities-self",
        ];
        var (status, answer) = await Environment.Root.TryAsync(HttpMethod.Post, "sys/capabilities-self", new { paths }, token.Text);
        var data = status == 200 ? answer : await Environment.Root.PostAsync("sys/capabilities", new { token = token.Text, paths });
        var known = paths.ToDictionary(path => path, path => data.GetProperty("data").GetProperty(path).Deserialize<string[]>()!);
        foreach (var path in paths.Where(path => path.StartsWith(Ask, StringComparison.Ordinal) && known[path].Contains("read")))
        {
            var (read, _) = await Environment.Root.TryAsync(HttpMethod.Get, path, otherToken: token.Text);
            known["GET " + path] = read == 404 ? ["read"] : [];
        }

        return path => known[path];
    }

    private async Task<Dictionary<string, HashSet<string>>> OwnedAsync(RandomWorld world)
    {
        var groups = new Dictionary<string, HashSet<string>>();
        foreach (var entity in world.Tokens.Select(token => token.EntityId).Distinct())
        {
            groups[entity] = [.. (await Environment.Root.GetAsync("identity/entity/id/" + entity)).GetProperty("data").GetProperty("group_ids").EnumerateArray().Select(id => id.GetString()!)];
        }

        return groups;
    }
}
