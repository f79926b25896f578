using System.Text.Json;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Ownership;

/// <summary>A service account changes owner, from the first code to the last, by the command line and under the shipped policies.</summary>
public sealed class OwnerChangeTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>, IDisposable
{
    private readonly AccessRecords _access = new();

    [Fact]
    [Trait("Requirement", "U-4")]
    [Trait("Requirement", "R-49")]
    public async Task A_service_account_changes_owner_its_codes_die_and_the_new_owner_gets_new_ones()
    {
        var broker = await environment.StartAsync(s => s with { Telemetry = s.Telemetry with { AccessFile = _access.Path } });
        using var homes = new Homes(broker.Address, environment.Vault.Address);
        var (team, verifier) = (await environment.PersonAsync("team", "platform-team"), await environment.PersonAsync("idp", "verifier"));
        var (old, next) = (await environment.PersonAsync("old", "owner"), await environment.PersonAsync("next", "owner"));
        var account = BrokerEnvironment.NewIdentity();

        await DoneAsync(homes.RunAsync(team, "", "register", account, "--owner", old.EntityId, "--external-id", "svc@example.org"));
        var first = Codes(await DoneAsync(homes.RunAsync(old, "", "claim", account, "--json")));
        await DoneAsync(homes.RunAsync(verifier, first[0], "consume", account, "--purpose", "nightly restore"));
        var waiting = await DoneAsync(homes.RunAsync(old, "", "issue", account, "--json"));
        await DoneAsync(homes.RunAsync(team, "", "transfer", account, "--owner", next.EntityId, "--reason", "team a hands over to team b"));

        Assert.Equal(1, (await homes.RunAsync(verifier, first[1], "consume", account, "--purpose", "nightly restore")).ExitCode);
        foreach (var denied in new[] { "claim", "issue", "status" })
        {
            Assert.Equal(1, (await homes.RunAsync(old, "", denied, account)).ExitCode);
        }

        Assert.Equal(1, (await homes.RunAsync(old, "", "revoke", account, "--reason", "spite")).ExitCode);
        Assert.Equal(1, (await homes.RunAsync(old, "", "transfer", account, "--owner", old.EntityId, "--reason", "back to me")).ExitCode);
        var wrap = JsonDocument.Parse(waiting.Output).RootElement.GetProperty("wrapping").GetProperty("token").GetString()!;
        Assert.NotEqual(0, (await homes.RunAsync(old, wrap, "retrieve", account)).ExitCode);

        var second = Codes(await DoneAsync(homes.RunAsync(next, "", "claim", account, "--json")));
        await DoneAsync(homes.RunAsync(verifier, second[0], "consume", account, "--purpose", "nightly restore"));
        Assert.Equal(1, (await homes.RunAsync(verifier, first[2], "consume", account, "--purpose", "nightly restore")).ExitCode);
        var mine = await DoneAsync(homes.RunAsync(next, "", "list", "--mine", "--json"));
        Assert.Equal([account], JsonDocument.Parse(mine.Output).RootElement.GetProperty("identities").EnumerateArray().Select(i => i.GetProperty("identity").GetString()));
        await broker.DisposeAsync();
        AssertOnRecord(account, old, next);
    }

    [Fact]
    public async Task A_leaver_is_offboarded_under_the_shipped_policies_and_the_identities_go_to_others()
    {
        var broker = await environment.SharedAsync();
        using var homes = new Homes(broker.Address, environment.Vault.Address);
        var (team, leaver, next) = (await environment.PersonAsync("team", "platform-team"), await environment.PersonAsync("leaver", "owner"), await environment.PersonAsync("next", "owner"));
        string[] owned = [BrokerEnvironment.NewIdentity(), BrokerEnvironment.NewIdentity()];
        var (self, ofGroup, beyond) = (BrokerEnvironment.NewIdentity(), BrokerEnvironment.NewIdentity(), BrokerEnvironment.NewIdentity("team-b"));
        var group = await environment.GroupAsync(leaver);
        var mail = self + "@example.org";
        using var registrar = broker.As(await environment.HolderAsync("registrar", "register/*"));
        foreach (var name in owned.Append(beyond))
        {
            Assert.Equal(201, (await registrar.RegisterAsync(name, leaver.EntityId)).Status);
        }

        Assert.Equal(201, (await registrar.RegisterAsync(ofGroup, group)).Status);
        Assert.Equal(201, (await registrar.RegisterAsync(self, "", more: new { owner = next.EntityId, entity = leaver.EntityId, external_id = mail, profile = "machine" })).Status);
        await environment.ClaimAsync(broker, leaver, owned[0]);

        var first = await homes.RunAsync(team, "", "offboard", mail, "--reason", "leaves", "--yes", "--json");

        // The platform team's policy ends at its prefix: one is not its own, and that is said.
        Assert.Equal(1, first.ExitCode);
        var fates = JsonDocument.Parse(first.Output).RootElement.GetProperty("identities").EnumerateArray().ToDictionary(i => i.GetProperty("identity").GetString()!, i => i.GetProperty("suspended").GetBoolean());
        Assert.Equal(owned.Append(self).ToDictionary(n => n, _ => true).Append(new(beyond, false)).OrderBy(p => p.Key), fates.OrderBy(p => p.Key));
        Assert.Null((await environment.DocumentAsync(ofGroup)).Document.SuspendedBy);
        Assert.All(owned, n => Assert.Equal("offboarded", environment.DocumentAsync(n).GetAwaiter().GetResult().Document.SuspendedBy!.Cause));
        Assert.Equal(1, (await homes.RunAsync(leaver, "", "claim", owned[1])).ExitCode);

        var again = await homes.RunAsync(team, "", "offboard", mail, "--reason", "leaves", "--yes");
        Assert.Equal(1, again.ExitCode);
        await DoneAsync(homes.RunAsync(team, "", "transfer", owned[0], "--owner", next.EntityId, "--reason", "takes over"));
        await DoneAsync(homes.RunAsync(next, "", "claim", owned[0], "--json"));
        await DoneAsync(homes.RunAsync(team, "", "retire", owned[1], "--reason", "nobody needs it"));
        var listed = await DoneAsync(homes.RunAsync(team, "", "list", "--owner", leaver.EntityId, "--state", "suspended", "--all", "--json"));
        Assert.Empty(JsonDocument.Parse(listed.Output).RootElement.GetProperty("identities").EnumerateArray());
    }

    [Fact]
    public async Task The_file_in_the_guide_is_applied_as_it_stands_and_again_changes_nothing()
    {
        var broker = await environment.SharedAsync();
        using var homes = new Homes(broker.Address, environment.Vault.Address);
        var (team, owner, before) = (await environment.PersonAsync("team", "platform-team"), await environment.OwnerAsync(), await environment.OwnerAsync());
        var group = await environment.GroupAsync(owner);
        var guide = await File.ReadAllTextAsync(Path.Combine(Root(), "src", "docs", "ownership.md"), TestContext.Current.CancellationToken);
        var sample = guide.Split("```yaml\n")[1].Split("\n```")[0]
            .Replace("7d2e3179-f69b-450c-7179-ac8ee8bd8ca9", owner.EntityId, StringComparison.Ordinal)
            .Replace("47e232c0-0c9d-725a-ba1c-2251071b016a", group, StringComparison.Ordinal);
        await broker.RegisterAsync(team, "team-a.break-glass", before, "printable");
        await environment.ClaimAsync(broker, before, "team-a.break-glass");

        var dry = await DoneAsync(homes.RunAsync(team, sample, "apply", "-f", "-", "--dry-run", "--json"));
        Assert.Equal(["register", "transfer"], Changes(dry));
        Assert.Equal(before.EntityId, (await environment.DocumentAsync("team-a.break-glass")).Document.Owner);
        Assert.Equal(2, (await homes.RunAsync(team, sample, "apply", "-f", "-")).ExitCode);
        await DoneAsync(homes.RunAsync(team, sample, "apply", "-f", "-", "--yes"));

        var moved = (await environment.DocumentAsync("team-a.break-glass")).Document;
        Assert.Equal((group, true, null), (moved.Owner, moved.OwnerIsGroup, moved.Active));
        Assert.Contains(moved.Events, e => e is { Operation: "transfer", Reason: "the whole on-call group answers for it now" });
        var made = (await environment.DocumentAsync("team-a.build-bot")).Document;
        Assert.Equal((owner.EntityId, "build-bot@example.org", "1"), (made.Owner, made.ExternalId, made.Labels["tier"]));
        Assert.Empty(Changes(await DoneAsync(homes.RunAsync(team, sample, "apply", "-f", "-", "--yes", "--json"))));
    }

    public void Dispose() => _access.Dispose();

    private static string[] Changes(CliResult result) =>
        [.. JsonDocument.Parse(result.Output).RootElement.GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("change").GetString()!)];

    private static string[] Codes(CliResult result) =>
        [.. JsonDocument.Parse(result.Output).RootElement.GetProperty("codes").EnumerateArray().Select(c => c.GetString()!)];

    private static async Task<CliResult> DoneAsync(Task<CliResult> running)
    {
        var result = await running;
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Output}{result.Error}");
        return result;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "BackupCodeBroker.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    // Every step stands there under the name of whoever took it, with what it came to.
    private void AssertOnRecord(string account, Person old, Person next)
    {
        var records = _access.Read().Where(r => r.Text("identity") == account)
            .Select(r => (Operation: r.Text("operation"), Outcome: r.Text("outcome"), By: r.Text("caller_entity"), Owner: r.Text("owner"))).ToList();
        Assert.Equal(2, records.Count(r => r is { Operation: "consume", Outcome: "done" }));
        Assert.Equal(2, records.Count(r => r is { Operation: "consume", Outcome: "refused" }));
        Assert.Single(records, r => r is { Operation: "transfer", Outcome: "done" });
        var transferred = records.FindIndex(r => r is { Operation: "transfer", Outcome: "done" });
        Assert.All(records.Take(transferred).Where(r => r.By == old.EntityId), r => Assert.Equal("done", r.Outcome));
        Assert.All(records.Skip(transferred + 1).Where(r => r.By == old.EntityId), r => Assert.Equal("denied", r.Outcome));
        Assert.All(records.Skip(transferred + 1).Where(r => r is { Operation: "consume" }), r => Assert.Equal(next.EntityId, r.Owner));
        Assert.Contains(records, r => r is { Operation: "issue", Outcome: "done" } && r.By == next.EntityId);
    }
}
