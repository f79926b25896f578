using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Ownership;

/// <summary>A transfer against whatever the old owner or a consumer does at the same moment: one order explains what everybody saw.</summary>
public sealed class TransferRaceTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private const int Rounds = 15;
    private const int Callers = 6;

    [Fact]
    [Trait("Requirement", "R-23")]
    public async Task Consumptions_and_a_transfer_at_once_are_linearizable()
    {
        var cast = await environment.CastAsync();
        RunningBroker[] brokers = [await environment.StartAsync(), await environment.StartAsync()];
        using var mover = brokers[1].As(await environment.HolderAsync("mover", "transfer/*"));
        ApiClient[] verifiers = [brokers[0].As(cast.Verifier), brokers[1].As(cast.Verifier)];
        Person[] owners = [cast.Owner, await environment.OwnerAsync()];
        var holding = await environment.HoldingAsync(brokers[0], cast);
        for (var round = 0; round < Rounds; round++)
        {
            var history = new History();
            var consumers = Enumerable.Range(0, Callers)
                .Select(i => history.NoteAsync(() => verifiers[i % 2].ConsumeAsync(holding.Identity, holding.Code()))).ToList();
            var next = owners[(round + 1) % 2];
            await history.NoteAsync(() => mover.TransferAsync(holding.Identity, next.EntityId));
            await Task.WhenAll(consumers);
            await history.NoteAsync(() => verifiers[0].ConsumeAsync(holding.Identity, holding.Code()));
            Assert.True(history.IsLinearizable(), $"round {round}: {string.Join(' ', history.Events.OrderBy(e => e.Called))}");
            Assert.Null((await environment.DocumentAsync(holding.Identity)).Document.Active);
            holding = holding with { Payload = await environment.ClaimAsync(brokers[0], next, holding.Identity) };
        }
    }

    [Theory]
    [Trait("Requirement", "R-23")]
    [InlineData("consume", "transfer")]
    [InlineData("activate", "transfer")]
    [InlineData("issue", "transfer")]
    [InlineData("consume", "suspend")]
    [InlineData("activate", "suspend")]
    [InlineData("issue", "suspend")]
    [InlineData("issue", "retire")]
    [InlineData("activate", "retire")]
    [InlineData("register", "retire")]
    public async Task What_was_decided_before_and_would_be_written_after_is_refused(string flow, string order)
    {
        var cast = await environment.CastAsync();
        var shared = await environment.SharedAsync();
        var holding = await environment.HoldingAsync(shared, cast);
        using var tap = new VaultTap(environment.Names);
        await using var broker = await environment.StartAsync(tap: tap);
        using var mover = shared.As(await environment.HolderAsync("mover", "transfer/*", "retire/*", "revoke/*"));
        using var owner = broker.As(cast.Owner);
        using var desk = broker.As(cast.Desk);
        using var team = broker.As(cast.Team);
        var waiting = await environment.UnwrapAsync(cast.Owner, await owner.IssueAsync(holding.Identity));
        var (next, done) = (await environment.OwnerAsync(), false);
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Write && !done)
            {
                done = true;
                Assert.Equal(204, (await OrderAsync()).Status);
            }

            return await send();
        };

        var reply = await (flow switch
        {
            "consume" => desk.ConsumeAsync(holding.Identity, holding.Code()),
            "activate" => owner.ActivateAsync(holding.Identity, waiting.Generation, waiting.Activation),
            "issue" => owner.IssueAsync(holding.Identity),
            _ => team.RegisterAsync(holding.Identity, "", more: new { owner = cast.Owner.EntityId, profile = "machine", external_id = "another" }),
        });

        Assert.True(done);
        Assert.Contains(reply.Status, new[] { 403, 409 });
        var document = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.Null(document.Pending);
        Assert.NotEqual("another", document.ExternalId);
        Assert.All(document.Active?.Codes ?? [], code => Assert.Null(code.Consumption));

        Task<ApiReply> OrderAsync() => order switch
        {
            "transfer" => mover.TransferAsync(holding.Identity, next.EntityId),
            "suspend" => mover.SuspendAsync(holding.Identity),
            _ => mover.RetireAsync(holding.Identity),
        };
    }
}
