using System.Net;
using System.Text;
using System.Text.Json;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Authorisation;

/// <summary>For each operation Vault is asked about exactly one path with the caller's own token, every time; whatever is no clear yes is a no.</summary>
public sealed class AskingTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private static readonly string[] Operations = ["register", "issue", "activate", "intercepted", "consume", "status", "revoke", "list"];

    public static TheoryData<string> AllOperations => [.. Operations];

    [Theory]
    [Trait("Requirement", "R-29")]
    [Trait("Requirement", "R-47")]
    [MemberData(nameof(AllOperations))]
    public async Task Without_a_grant_the_answer_names_the_path_and_the_stanza_which_then_works(string operation)
    {
        var broker = await environment.SharedAsync();
        var holding = await environment.HoldingAsync(broker, await environment.CastAsync());
        var path = PathOf(operation, holding.Identity);
        using var nobody = broker.As(await environment.HolderAsync("nobody"));
        using var holder = broker.As(await environment.HolderAsync("holder", path));

        var denied = await AskAsync(nobody, operation, holding);
        var stanza = $"path \"{environment.Names.AskMount}/{path}\" {{ capabilities = [\"read\"] }}";
        Assert.Equal((403, "not-permitted"), (denied.Status, denied.Code));
        Assert.Equal(environment.Names.AskMount + "/" + path, denied.Member("path"));
        Assert.Equal(stanza, denied.Member("stanza"));
        var granted = await AskAsync(holder, operation, holding);
        Assert.True(granted.Code != "not-permitted" && granted.Status < 500, granted.Text);
    }

    [Theory]
    [Trait("Requirement", "R-29")]
    [MemberData(nameof(AllOperations))]
    public async Task A_grant_on_every_other_operation_and_identity_is_none_on_this_one(string operation)
    {
        var broker = await environment.SharedAsync();
        var holding = await environment.HoldingAsync(broker, await environment.CastAsync());
        var path = PathOf(operation, holding.Identity);
        string[] others = [.. Operations.Select(o => PathOf(o, holding.Identity)), PathOf(operation, holding.Identity + "x"), PathOf(operation, "team-b.*"), "approve/*"];
        // Who holds status somewhere is shown that much of a list.
        using var holder = broker.As(await environment.HolderAsync(
            "others", [.. others.Where(o => o != path && (operation != "list" || !o.StartsWith("status/", StringComparison.Ordinal))).Distinct()]));

        Assert.Equal("not-permitted", (await AskAsync(holder, operation, holding)).Code);
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public async Task Allowed_and_denied_attempts_stand_in_the_audit_log_under_the_callers_name()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        var stranger = await environment.HolderAsync("stranger");
        await using var audit = await AuditFile.StartAsync(environment);
        using var verifier = broker.As(cast.Verifier);
        using var nobody = broker.As(stranger);

        var allowed = await verifier.ConsumeAsync(holding.Identity, holding.Code());
        var denied = await nobody.ConsumeAsync(holding.Identity, holding.Code(1));

        var entries = await audit.EntriesAsync("request", $"{environment.Names.AskMount}/consume/{holding.Identity}");
        Assert.Equal([cast.Verifier.EntityId, stranger.EntityId], entries.Select(e => e.GetProperty("auth").GetProperty("entity_id").GetString()));
        Assert.Equal([allowed.TraceId, denied.TraceId], entries.Select(TraceOf));
        Assert.Equal([false, true], entries.Select(e => e.TryGetProperty("error", out var error) && error.GetString()!.Contains("permission denied", StringComparison.Ordinal)));
    }

    [Theory]
    [Trait("Requirement", "R-29")]
    [InlineData(404, """{"errors":["something"]}""")]
    [InlineData(404, """{"errors":[],"data":{}}""")]
    [InlineData(404, """{"errors":null}""")]
    [InlineData(404, "[]")]
    [InlineData(404, "")]
    [InlineData(404, "not json")]
    [InlineData(404, """{"errors":["no handler for route 'x'"]}""")]
    [InlineData(403, "")]
    [InlineData(204, "")]
    [InlineData(302, "")]
    [InlineData(307, "")]
    [InlineData(400, """{"errors":[]}""")]
    [InlineData(418, """{"errors":[]}""")]
    [InlineData(500, """{"errors":[]}""")]
    [InlineData(503, """{"errors":["Vault is sealed"]}""")]
    public async Task An_answer_of_unknown_shape_is_no_grant(int status, string body)
    {
        var tap = new VaultTap(environment.Names)
        {
            Interfere = async (call, send) => call.Name == TappedCall.Ask("consume")
                ? new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") }
                : await send(),
        };
        var holding = await environment.HoldingAsync(await environment.SharedAsync(), await environment.CastAsync());
        var broker = await environment.StartAsync(tap: tap);
        using var verifier = broker.As((await environment.CastAsync()).Verifier);

        var reply = await verifier.ConsumeAsync(holding.Identity, holding.Code());

        Assert.True(reply.Status is 401 or 403 or 503, reply.Text);
        Assert.DoesNotContain(TappedCall.Write, tap.NamesOf(reply));
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Theory]
    [Trait("Requirement", "R-29")]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public async Task An_answer_older_than_two_seconds_is_asked_again_before_the_write(int seconds, int asked)
    {
        var (reply, tap, _) = await ConsumeSlowlyAsync(TimeSpan.FromSeconds(seconds), () => Task.CompletedTask);
        Assert.True(reply.Status == 200, reply.Text);
        Assert.Equal(asked, tap.NamesOf(reply).Count(n => n == TappedCall.Ask("consume")));
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public async Task A_grant_that_is_gone_by_the_time_of_the_write_does_not_count()
    {
        var holder = await environment.HolderAsync("leaver", "consume/*");
        var (reply, tap, holding) = await ConsumeSlowlyAsync(TimeSpan.FromSeconds(3), () => RevokeAsync(holder), holder);
        Assert.Equal((401, "invalid-token"), (reply.Status, reply.Code));
        Assert.DoesNotContain(TappedCall.Write, tap.NamesOf(reply));
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public async Task A_token_that_is_revoked_is_refused_while_the_broker_still_remembers_it()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        var leaver = await environment.HolderAsync("leaver", "consume/*");
        using var client = broker.As(leaver);
        Assert.Equal(200, (await client.ConsumeAsync(holding.Identity, holding.Code())).Status);
        await RevokeAsync(leaver);
        Assert.Equal((401, "invalid-token"), await OutcomeAsync(client.ConsumeAsync(holding.Identity, holding.Code(1))));
    }

    [Theory]
    [Trait("Requirement", "R-29")]
    [InlineData("s.AAAAAAAAAAAAAAAAAAAAAAAA", 401, "invalid-token")]
    [InlineData("x", 401, "invalid-token")]
    [InlineData("", 401, "missing-token")]
    [InlineData("b.short", 400, "malformed")]
    [InlineData("has space", 400, "malformed")]
    [InlineData("../../root", 400, "malformed")]
    public async Task A_token_that_is_none(string token, int status, string code)
    {
        using var client = new ApiClient((await environment.SharedAsync()).Address, token);
        Assert.Equal((status, code), await OutcomeAsync(client.StatusAsync("team-a.x")));
    }

    [Theory]
    [Trait("Requirement", "R-30")]
    [InlineData("ask")]
    [InlineData("everything")]
    [InlineData("root")]
    [InlineData("update")]
    public async Task A_token_that_is_granted_everything_is_refused_unless_configuration_allows_it(string kind)
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        var token = kind switch
        {
            "root" => environment.Vault.RootToken,
            "ask" => (await environment.HolderAsync("broad", "*")).Token,
            "update" => await TokenOfAsync("path \"*\" { capabilities = [\"update\"] }"),
            _ => await TokenOfAsync("path \"*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\"] }"),
        };
        using var client = new ApiClient(broker.Address, token);
        var refused = await client.StatusAsync(holding.Identity);
        Assert.Equal((403, "too-broad"), (refused.Status, refused.Code));
        Assert.Equal($"{environment.Names.AskMount}/status/{holding.Identity}", refused.Member("path"));
        Assert.Contains(refused.Member("path")!, refused.Member("stanza"), StringComparison.Ordinal);

        var lenient = await environment.StartAsync(s => s with { AllowBroadTokens = true });
        using var allowed = new ApiClient(lenient.Address, token);
        Assert.Equal(kind == "update" ? 403 : 200, (await allowed.StatusAsync(holding.Identity)).Status);
    }

    private static string PathOf(string operation, string identity) => operation switch
    {
        "list" => "list",
        "activate" or "intercepted" => "retrieve/" + identity,
        _ => operation + "/" + identity,
    };

    private static Task<ApiReply> AskAsync(ApiClient client, string operation, Holding holding) => operation switch
    {
        "register" => client.RegisterAsync(holding.Identity, "00000000-0000-0000-0000-000000000000"),
        "issue" => client.IssueAsync(holding.Identity),
        "activate" => client.ActivateAsync(holding.Identity, 1, holding.Payload.Activation),
        "intercepted" => client.InterceptedAsync(holding.Identity, 9, "test"),
        "consume" => client.ConsumeAsync(holding.Identity, holding.Code()),
        "status" => client.StatusAsync(holding.Identity),
        "revoke" => client.RevokeAsync(holding.Identity),
        _ => client.ListAsync(),
    };

    private static async Task<(int, string?)> OutcomeAsync(Task<ApiReply> reply) => ((await reply).Status, (await reply).Code);

    private static string? TraceOf(JsonElement entry) =>
        entry.GetProperty("request").GetProperty("headers").GetProperty("traceparent")[0].GetString()!.Split('-')[1];

    private Task RevokeAsync(Person person) => environment.Root.PostAsync("auth/token/revoke-accessor", new { accessor = person.Accessor });

    private async Task<string> TokenOfAsync(string policy)
    {
        var name = environment.PolicyPrefix + "wide-" + Guid.NewGuid().ToString("n");
        await environment.Root.PostAsync("sys/policies/acl/" + name, new { policy });
        var created = await environment.Root.PostAsync("auth/token/create", new { policies = new[] { name } });
        return created.GetProperty("auth").GetProperty("client_token").GetString()!;
    }

    private async Task<(ApiReply Reply, VaultTap Tap, Holding Holding)> ConsumeSlowlyAsync(TimeSpan takes, Func<Task> meanwhile, Person? caller = null)
    {
        var clock = new TestClock(stands: true);
        var tap = new VaultTap(environment.Names);
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(await environment.SharedAsync(), cast);
        var broker = await environment.StartAsync(tap: tap, clock: clock);
        using var client = broker.As(caller ?? cast.Verifier);
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Read)
            {
                clock.Move(takes);
                await meanwhile();
            }

            return await send();
        };
        return (await client.ConsumeAsync(holding.Identity, holding.Code()), tap, holding);
    }
}
