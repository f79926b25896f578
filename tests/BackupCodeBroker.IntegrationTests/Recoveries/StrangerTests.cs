using System.Net;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;
using static BackupCodeBroker.IntegrationTests.Kit.TappedCall;

namespace BackupCodeBroker.IntegrationTests.Recoveries;

/// <summary>What strangers can do at a route that takes no token: cost little, learn nothing, and keep nobody out.</summary>
public sealed class StrangerTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private static readonly string[] Making = [SecretId, RecoveryToken, Wrap];
    private static readonly string[] Counting = [Read, State, Write];

    [Fact]
    [Trait("Requirement", "R-44")]
    public async Task However_many_strangers_try_the_holder_of_a_live_code_gets_in()
    {
        var clock = new TestClock(stands: true);
        var lab = await Recovering.OpenAsync(environment, clock: clock, settings: s => s with { Recover = Behind("127.0.0.1/32") with { PerName = 5, PerAddress = 3 } });
        var holding = await lab.HoldingAsync(Recovering.ByToken);
        using var nobody = lab.Broker.AsNobody();
        List<ApiReply> replies = [];
        for (var stranger = 0; stranger < 12; stranger++)
        {
            replies.Add(await nobody.RecoverAsync(holding.Identity, MadeCodes.Unknown(CodeKind.Machine), null, From(stranger)));
        }

        Assert.Equal([.. Enumerable.Repeat(403, 5), .. Enumerable.Repeat(429, 7)], replies.Select(r => r.Status));
        Assert.Equal("12", replies[^1].Headers.GetValues("Retry-After").Single());
        // Whoever knows a selector is no stranger: the wrong secret is counted, and the right one is heard.
        Assert.Equal(403, (await nobody.RecoverAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code()), null, From(20))).Status);
        var recovered = await nobody.RecoverAsync(holding.Identity, holding.Code(), "mine", From(21));
        Assert.Equal(200, await lab.ReadsAsync(await lab.LogInAsync(recovered), holding.Identity));
        Assert.Equal(200, (await nobody.RecoverAsync(holding.Identity, holding.Code(), "mine", From(21))).Status);
        clock.Move(TimeSpan.FromMinutes(1));
        Assert.Equal(403, (await nobody.RecoverAsync(holding.Identity, MadeCodes.Unknown(CodeKind.Machine), null, From(23))).Status);
    }

    [Fact]
    [Trait("Requirement", "R-44")]
    public async Task An_address_has_so_many_attempts_that_come_to_nothing_and_they_reach_no_Vault()
    {
        var clock = new TestClock(stands: true);
        var tap = new VaultTap(environment.Names);
        var lab = await Recovering.OpenAsync(environment, tap, clock, s => s with { Recover = Behind("127.0.0.1/32") with { PerAddress = 3 } });
        var holding = await lab.HoldingAsync(Recovering.ByToken);
        using var nobody = lab.Broker.AsNobody();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(200, (await nobody.RecoverAsync(holding.Identity, holding.Code(i), null, From(1))).Status);
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(403, (await nobody.RecoverAsync(BrokerEnvironment.NewIdentity(), holding.Code(i), null, From(1))).Status);
        }

        var throttled = await nobody.RecoverAsync(holding.Identity, holding.Code(6), null, From(1));
        Assert.Equal((429, "throttled"), (throttled.Status, throttled.Code));
        Assert.Empty(tap.Of(throttled));
        Assert.Equal(200, (await nobody.RecoverAsync(holding.Identity, holding.Code(6), null, From(2))).Status);
        clock.Move(TimeSpan.FromSeconds(20));
        Assert.Equal(200, (await nobody.RecoverAsync(holding.Identity, holding.Code(7), null, From(1))).Status);
    }

    [Fact]
    [Trait("Requirement", "R-44")]
    public async Task Nobody_is_believed_about_an_address_but_trusted_proxies()
    {
        var lab = await Recovering.OpenAsync(environment, settings: s => s with { Recover = Behind("10.0.0.0/8") with { PerAddress = 2 } });
        using var nobody = lab.Broker.AsNobody();
        var identity = BrokerEnvironment.NewIdentity();
        List<int> statuses = [];
        for (var i = 0; i < 3; i++)
        {
            statuses.Add((await nobody.RecoverAsync(identity, MadeCodes.Unknown(CodeKind.Machine), null, From(i))).Status);
        }

        Assert.Equal([403, 403, 429], statuses);
    }

    [Fact]
    [Trait("Requirement", "R-44")]
    [Trait("Requirement", "R-05")]
    public async Task All_refusals_are_the_same_bytes_and_the_same_calls_and_make_nothing()
    {
        var tap = new VaultTap(environment.Names);
        var lab = await Recovering.OpenAsync(environment, tap, new TestClock());
        using var nobody = lab.Broker.AsNobody();
        var holding = await lab.HoldingAsync(Recovering.ByToken);
        var (without, revoked) = (await lab.HoldingAsync("machine"), await lab.HoldingAsync(Recovering.ByRole));
        using (var team = lab.Broker.As(lab.Cast.Team))
        {
            Assert.Equal(204, (await team.RevokeAsync(revoked.Identity)).Status);
        }

        Assert.Equal(200, (await nobody.RecoverAsync(holding.Identity, holding.Code())).Status);
        (string What, string Identity, string Code)[] cases =
        [
            ("wrong", holding.Identity, MadeCodes.WrongSecretOf(holding.Code(1))),
            ("spent", holding.Identity, holding.Code()),
            ("unknown code", holding.Identity, MadeCodes.Unknown(CodeKind.Machine)),
            ("unknown identity", BrokerEnvironment.NewIdentity(), holding.Code(2)),
            ("no recovery", without.Identity, without.Code()),
            ("revoked", revoked.Identity, revoked.Code()),
        ];
        List<(string What, string Answer, string Calls)> seen = [];
        foreach (var (what, identity, code) in cases)
        {
            await nobody.RecoverAsync(identity, MadeCodes.Unknown(CodeKind.Machine));
            var reply = await nobody.RecoverAsync(identity, code);
            Assert.Equal((what, 403, "refused"), (what, reply.Status, reply.Code));
            var calls = tap.NamesOf(reply).ToList();
            foreach (var counting in what == "wrong" ? Counting : [])
            {
                Assert.True(calls.Remove(counting));
            }

            Assert.DoesNotContain(calls, Making.Contains);
            seen.Add((what, reply.UniformHeaders + "\n" + reply.Uniform, string.Join('\n', calls)));
        }

        Assert.Single(seen.Select(s => s.Answer).Distinct());
        Assert.True(seen.Select(s => s.Calls).Distinct().Count() == 1, string.Join("\n\n", seen.Select(s => s.What + ":\n" + s.Calls)));
    }

    [Theory]
    [MemberData(nameof(Recovering.Forms), MemberType = typeof(Recovering))]
    [Trait("Requirement", "R-44")]
    public async Task What_was_made_is_ended_where_spending_fails(string profile)
    {
        var tap = new VaultTap(environment.Names);
        var lab = await Recovering.OpenAsync(environment, tap);
        var holding = await lab.HoldingAsync(profile);
        using var nobody = lab.Broker.AsNobody();
        var interfered = 0;
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == Write && Interlocked.Increment(ref interfered) == 1)
            {
                await environment.ChangeDocumentAsync(holding.Identity, d =>
                    ((RevokeDecision.Revoked)RevokeDecision.Decide(d, "meanwhile", new string('a', 32), new Actor("", "", "test"), DateTimeOffset.UtcNow)).Next);
            }

            return await send();
        };

        var refused = await nobody.RecoverAsync(holding.Identity, holding.Code());

        Assert.Equal((403, "refused"), (refused.Status, refused.Code));
        var calls = tap.NamesOf(refused);
        Assert.Contains(profile == Recovering.ByRole ? SecretId : RecoveryToken, calls);
        Assert.Contains(profile == Recovering.ByRole ? EndSecretId : EndToken, calls);
        Assert.Equal(0, await lab.SecretIdsAsync(holding.Identity));
    }

    [Fact]
    [Trait("Requirement", "R-44")]
    [Trait("Requirement", "R-14")]
    public async Task An_answer_that_was_lost_is_had_again_and_leaves_one_credential()
    {
        var tap = new VaultTap(environment.Names);
        var lab = await Recovering.OpenAsync(environment, tap);
        var holding = await lab.HoldingAsync(Recovering.ByRole);
        using var nobody = lab.Broker.AsNobody();
        var lost = false;
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == Write || lost && call.Name == Read)
            {
                using var unheard = call.Name == Write ? await send() : null;
                lost = true;
                throw new HttpRequestException("lost");
            }

            return await send();
        };
        var open = await nobody.RecoverAsync(holding.Identity, holding.Code(), "k");
        Assert.Equal((503, "unknown-outcome"), (open.Status, open.Code));
        Assert.Equal(0, await lab.SecretIdsAsync(holding.Identity));
        tap.Interfere = null;

        var again = await nobody.RecoverAsync(holding.Identity, holding.Code(), "k");

        Assert.Equal(200, await lab.ReadsAsync(await lab.LogInAsync(again), holding.Identity));
        Assert.Equal(9, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    private static RecoverSettings Behind(string proxies) =>
        new() { PerAddress = 1000, PerName = 1000, TrustedProxies = [IPNetwork.Parse(proxies)] };

    private static (string, string) From(int stranger) => ("X-Forwarded-For", $"198.51.100.7, 203.0.113.{stranger}");
}
