using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Notices;

/// <summary>Notices of identities whose entity in Vault was deleted, disabled or given more than its policy: delivered once, and nothing in Vault is made anew on their account.</summary>
public sealed class UnusableTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Theory]
    [InlineData("an operation")]
    [InlineData("taking delivered notices out")]
    public async Task An_alias_that_was_deleted_is_made_anew_by_nobody_but_register(string what)
    {
        var (tap, clock) = (new VaultTap(environment.Names), new TestClock());
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = Fail;
        var broker = await environment.StartAsync(s => s with { Notices = receiver.Settings }, tap: tap, clock: clock);
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        var (document, _) = await environment.DocumentAsync(holding.Identity);
        await environment.Root.DeleteAsync("identity/entity/id/" + document.AliasEntity);
        if (what == "an operation")
        {
            // With the child that is kept from before.
            using var team = broker.As(cast.Team);
            var refused = await team.StatusAsync(holding.Identity);
            Assert.Equal((403, "unknown-identity"), (refused.Status, refused.Reason));
        }
        else
        {
            clock.Move(IdentityChildren.Kept);
            var before = Calls(tap, TappedCall.Alias);
            receiver.Answer = null;
            await receiver.UntilTakenAsync(2);
            await broker.UntilAsync(() => Task.FromResult(Calls(tap, TappedCall.Alias) > before));
            await SettledAsync(broker, document);
        }

        Assert.False(await HasAliasAsync(holding.Identity));
    }

    [Theory]
    [Trait("Requirement", "R-37")]
    [InlineData("disabled")]
    [InlineData("overgranted")]
    [InlineData("unreadable")]
    public async Task What_cannot_be_taken_out_of_the_document_is_known_to_be_delivered(string how)
    {
        var (tap, clock) = (new VaultTap(environment.Names), new TestClock());
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = Fail;
        var broker = await environment.StartAsync(s => s with { Notices = receiver.Settings }, tap: tap, clock: clock);
        var holding = await environment.HoldingAsync(broker, await environment.CastAsync());
        var (document, cas) = await environment.DocumentAsync(holding.Identity);
        await (how switch
        {
            "disabled" => environment.Root.PostAsync("identity/entity/id/" + document.AliasEntity, new { disabled = true }),
            "overgranted" => environment.Root.PostAsync("identity/entity/id/" + document.AliasEntity, new { policies = new[] { "default" } }),
            _ => environment.Root.PostAsync($"{environment.Names.KvMount}/data/identities/bcb.{holding.Identity}", new { options = new { cas }, data = new { schema = 99 } }),
        });
        clock.Move(IdentityChildren.Kept);
        var before = Calls(tap, TappedCall.Mint);
        receiver.Answer = null;
        await receiver.UntilTakenAsync(2);
        await broker.UntilAsync(() => Task.FromResult(Calls(tap, TappedCall.Mint) > before));
        await SettledAsync(broker, document);

        var board = broker.Services.GetRequiredService<NoticeBoard>();
        board.Adopt(document);
        Assert.Empty(board.Undelivered(document));
        Assert.Equal(2, document.Outbox.Count);
    }

    private static Task Fail(HttpContext http, Received received)
    {
        http.Response.StatusCode = 500;
        return Task.CompletedTask;
    }

    private async Task<bool> HasAliasAsync(string identity)
    {
        var accessor = (await environment.Root.GetAsync("sys/auth")).GetProperty("token/").GetProperty("accessor").GetString();
        var (_, found) = await environment.Root.TryAsync(HttpMethod.Post, "identity/lookup/entity", new { alias_name = "bcb." + identity, alias_mount_accessor = accessor });
        return found.ValueKind == System.Text.Json.JsonValueKind.Object && found.TryGetProperty("data", out var data) && data.ValueKind == System.Text.Json.JsonValueKind.Object;
    }

    private static int Calls(VaultTap tap, string name) => tap.All.Count(c => c.Name == name);

    // Until the replica that looked has come to its end.
    private static Task SettledAsync(RunningBroker broker, IdentityDocument document) =>
        broker.UntilAsync(() => Task.FromResult(!broker.Services.GetRequiredService<NoticeBoard>().Look().Any(f => f.Identity == document.Identity)));
}
