using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Consumption;

/// <summary>A revocation wins over every consumption that has not committed; one order explains what everybody saw.</summary>
public sealed class RevokeRaceTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private const int Rounds = 25;
    private const int Callers = 6;

    [Fact]
    [Trait("Requirement", "R-24")]
    public async Task Consumptions_and_a_revocation_at_once_are_linearizable()
    {
        var cast = await environment.CastAsync();
        RunningBroker[] brokers = [await environment.StartAsync(), await environment.StartAsync()];
        using var team = brokers[1].As(cast.Team);
        ApiClient[] verifiers = [brokers[0].As(cast.Verifier), brokers[1].As(cast.Verifier)];
        var holding = await environment.HoldingAsync(brokers[0], cast);
        for (var round = 0; round < Rounds; round++)
        {
            var history = new History();
            var code = holding.Code();
            var consumers = Enumerable.Range(0, Callers)
                .Select(i => history.NoteAsync(() => verifiers[i % 2].ConsumeAsync(holding.Identity, code))).ToList();
            if (round % 2 == 0)
            {
                await consumers[0];
            }

            await history.NoteAsync(() => team.RevokeAsync(holding.Identity));
            await Task.WhenAll(consumers);
            await history.NoteAsync(() => verifiers[0].ConsumeAsync(holding.Identity, code));
            Assert.True(history.IsLinearizable(), $"round {round}: {string.Join(' ', history.Events.OrderBy(e => e.Called))}");
            holding = holding with { Payload = await environment.ClaimAsync(brokers[0], cast.Owner, holding.Identity) };
        }
    }

    [Fact]
    [Trait("Requirement", "R-24")]
    public async Task A_consumption_that_was_decided_before_the_revocation_and_written_after_it_is_refused()
    {
        var cast = await environment.CastAsync();
        var shared = await environment.SharedAsync();
        var holding = await environment.HoldingAsync(shared, cast);
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        using var team = shared.As(cast.Team);
        var revoked = false;
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Write && !revoked)
            {
                revoked = true;
                Assert.Equal(204, (await team.RevokeAsync(holding.Identity)).Status);
            }

            return await send();
        };
        using var desk = broker.As(cast.Desk);

        var reply = await desk.ConsumeAsync(holding.Identity, holding.Code());

        Assert.Equal((403, "refused"), (reply.Status, reply.Code));
        Assert.Null((await environment.DocumentAsync(holding.Identity)).Document.Active);
    }
}
