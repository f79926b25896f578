using System.Net;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Recoveries;

/// <summary>Limits tell strangers nothing about a name, hold for whole networks, and tell the operator who is at work.</summary>
public sealed class StrangerLimitsTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    [Trait("Requirement", "R-44")]
    public async Task An_IPv6_network_has_so_many_attempts_however_many_addresses_it_has()
    {
        var clock = new TestClock(stands: true);
        var lab = await Recovering.OpenAsync(environment, clock: clock, settings: s => s with { Recover = Behind with { PerAddress = 2, PerNetwork = 5 } });
        var holding = await lab.HoldingAsync(Recovering.ByToken);
        using var nobody = lab.Broker.AsNobody();
        List<int> statuses = [];
        for (var subnet = 0; subnet < 4; subnet++)
        {
            statuses.Add(await GuessAsync(nobody, $"2001:db8:1:{subnet}::1"));
            statuses.Add(await GuessAsync(nobody, $"2001:db8:1:{subnet}::2"));
        }

        Assert.Equal([403, 403, 403, 403, 403, 429, 429, 429], statuses);
        Assert.Equal(403, await GuessAsync(nobody, "2001:db8:2::1"));
        Assert.Equal(403, await GuessAsync(nobody, "203.0.113.9"));
        // What the network refused was no attempt of the address, and a success is none of either.
        clock.Move(TimeSpan.FromSeconds(24));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await nobody.RecoverAsync(holding.Identity, holding.Code(i), null, From("2001:db8:1:3::1"))).Status);
        }

        Assert.Equal(403, await GuessAsync(nobody, "2001:db8:1:3::1"));
        Assert.Equal(403, await GuessAsync(nobody, "2001:db8:1:3::1"));
        Assert.Equal(429, await GuessAsync(nobody, "2001:db8:1:9::1"));
    }

    [Fact]
    [Trait("Requirement", "R-44")]
    [Trait("Requirement", "R-05")]
    public async Task A_name_that_is_used_up_answers_as_one_that_nobody_registered()
    {
        var tap = new VaultTap(environment.Names);
        var lab = await Recovering.OpenAsync(environment, tap, new TestClock(stands: true), s => s with { Recover = Behind with { PerName = 3 } });
        using var nobody = lab.Broker.AsNobody();
        string[] names = [(await lab.HoldingAsync("by-paper")).Identity, BrokerEnvironment.NewIdentity(), (await lab.HoldingAsync("machine")).Identity];
        List<string> seen = [];
        foreach (var name in names)
        {
            List<string> one = [];
            // What a replica learns of a name it has from then on.
            await nobody.RecoverAsync(name, MadeCodes.Unknown(CodeKind.Printable));
            for (var i = 0; i < 5; i++)
            {
                var reply = await nobody.RecoverAsync(name, MadeCodes.Unknown(CodeKind.Printable));
                Assert.Equal(i < 2 ? 403 : 429, reply.Status);
                one.Add(string.Join('\n', [reply.UniformHeaders, reply.Uniform, .. tap.NamesOf(reply)]));
            }

            seen.Add(string.Join("\n\n", one));
        }

        Assert.True(seen.Distinct().Count() == 1, string.Join("\n\n\n", seen));
    }

    [Fact]
    [Trait("Requirement", "R-44")]
    public async Task A_name_that_stays_used_up_raises_an_alarm_that_names_nobody_unknown()
    {
        var logs = new CapturingLogs();
        var clock = new TestClock(stands: true);
        var lab = await Recovering.OpenAsync(
            environment, clock: clock, settings: s => s with { Recover = Behind with { PerName = 1 } }, configure: services => services.AddSingleton<ILoggerProvider>(logs));
        using var metrics = new MetricWatch(lab.Broker);
        using var nobody = lab.Broker.AsNobody();
        var (known, unknown) = ((await lab.HoldingAsync(Recovering.ByToken)).Identity, BrokerEnvironment.NewIdentity());
        for (var i = 0; i < 12; i++)
        {
            await nobody.RecoverAsync(known, MadeCodes.Unknown(CodeKind.Machine));
            await nobody.RecoverAsync(unknown, MadeCodes.Unknown(CodeKind.Machine));
            clock.Move(TimeSpan.FromSeconds(15));
        }

        Assert.Equal(2, metrics.Count("bcb.alarms", "recover-hammered"));
        Assert.Equal(
            ["ALARM recover-hammered for names that nobody registered", $"ALARM recover-hammered for {known}"],
            logs.Lines.Where(l => l.StartsWith("ALARM", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R-44")]
    public async Task A_proxy_that_is_not_listed_is_a_notice_that_names_the_latest_and_since_when()
    {
        var clock = new TestClock(stands: true);
        var lab = await Recovering.OpenAsync(environment, clock: clock, settings: s => s with { Recover = Behind with { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] } });
        using var nobody = lab.Broker.AsNobody();
        var since = clock.GetUtcNow();
        await nobody.RecoverAsync(BrokerEnvironment.NewIdentity(), MadeCodes.Unknown(CodeKind.Machine));
        Assert.DoesNotContain("unlisted-proxy", (await nobody.SendAsync(HttpMethod.Get, "/readyz")).Text, StringComparison.Ordinal);

        await nobody.RecoverAsync(BrokerEnvironment.NewIdentity(), MadeCodes.Unknown(CodeKind.Machine), null, From("203.0.113.9"));
        clock.Move(TimeSpan.FromHours(1));
        await nobody.RecoverAsync(BrokerEnvironment.NewIdentity(), MadeCodes.Unknown(CodeKind.Machine), null, From("203.0.113.9"));

        var ready = await nobody.SendAsync(HttpMethod.Get, "/readyz");
        Assert.Equal(200, ready.Status);
        var notice = Assert.Single(ready.Json.GetProperty("notices").EnumerateArray(), n => n.GetProperty("id").GetString() == "unlisted-proxy");
        Assert.StartsWith("127.0.0.1 speaks for others", notice.GetProperty("what").GetString(), StringComparison.Ordinal);
        Assert.Contains($"since {since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}", notice.GetProperty("what").GetString(), StringComparison.Ordinal);
        Assert.Contains("recover.trusted_proxies", notice.GetProperty("fix").GetString(), StringComparison.Ordinal);
    }

    private static RecoverSettings Behind => new() { PerAddress = 1000, PerName = 1000, TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] };

    private static (string, string) From(string address) => ("X-Forwarded-For", address);

    private static async Task<int> GuessAsync(ApiClient nobody, string address) =>
        (await nobody.RecoverAsync(BrokerEnvironment.NewIdentity(), MadeCodes.Unknown(CodeKind.Machine), null, From(address))).Status;
}
