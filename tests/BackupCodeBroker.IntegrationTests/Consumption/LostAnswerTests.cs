using System.Text;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Consumption;

/// <summary>Networks lose answers and deliver requests late. Whatever happens to the one write, the caller is told the truth or told to ask again.</summary>
public sealed class LostAnswerTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private VaultTap _tap = null!;
    private int _writes;

    [Theory]
    [Trait("Requirement", "R-14")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_whose_answer_is_lost_is_found_again(bool arrived)
    {
        var (client, holding) = await ArrangeAsync();
        _tap.Interfere = (call, send) => call.Name == TappedCall.Write && Interlocked.Increment(ref _writes) == 1 ? LoseAsync(call, send, arrived) : send();

        var reply = await client.ConsumeAsync(holding.Identity, holding.Code(), "k");

        Assert.True(reply.Status == 200, reply.Text);
        Assert.Equal(9, reply.Json.GetProperty("remaining").GetInt32());
        Assert.Equal(reply.OperationId, (await SpentByAsync(holding)));
        var again = await client.ConsumeAsync(holding.Identity, holding.Code(), "k");
        Assert.Equal(reply.Member("operation_id"), again.Member("operation_id"));
    }

    [Theory]
    [Trait("Requirement", "R-14")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_nothing_can_be_read_any_more_the_outcome_is_unknown_and_the_same_key_tells(bool arrived)
    {
        var (client, holding) = await ArrangeAsync();
        var down = false;
        _tap.Interfere = async (call, send) =>
        {
            if (down)
            {
                return new HttpResponseMessage(System.Net.HttpStatusCode.ServiceUnavailable) { Content = Json("""{"errors":["Vault is sealed"]}""") };
            }

            down = call.Name == TappedCall.Write;
            return down ? await LoseAsync(call, send, arrived) : await send();
        };

        var unknown = await client.ConsumeAsync(holding.Identity, holding.Code(), "k");
        Assert.Equal((503, "unknown-outcome"), (unknown.Status, unknown.Code));
        Assert.True(unknown.Headers.RetryAfter is not null);

        _tap.Interfere = null;
        var again = await client.ConsumeAsync(holding.Identity, holding.Code(), "k");
        Assert.True(again.Status == 200, again.Text);
        Assert.Equal(arrived ? unknown.OperationId : again.OperationId, again.Member("operation_id"));
        Assert.Equal(9, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Fact]
    [Trait("Requirement", "R-14")]
    public async Task A_write_that_was_never_sent_is_no_unknown_outcome()
    {
        var (client, holding) = await ArrangeAsync();
        _tap.Interfere = (call, send) => call.Name == TappedCall.Write ? throw new HttpRequestException(HttpRequestError.ConnectionError) : send();

        var reply = await client.ConsumeAsync(holding.Identity, holding.Code(), "k");

        Assert.Equal((503, "unavailable"), (reply.Status, reply.Code));
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Fact]
    [Trait("Requirement", "R-14")]
    public async Task A_write_that_arrives_late_is_no_second_success()
    {
        var (client, holding) = await ArrangeAsync();
        HttpRequestMessage? late = null;
        _tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Write && late is null)
            {
                late = await CopyAsync(call.Request);
                throw new HttpRequestException(HttpRequestError.ResponseEnded);
            }

            // The write arrives between the broker's reading again and its writing again.
            if (call.Name == TappedCall.Write && Interlocked.Increment(ref _writes) == 1)
            {
                using var arrives = await _tap.SendPastAsync(late!);
                Assert.Equal(200, (int)arrives.StatusCode);
            }

            return await send();
        };

        var reply = await client.ConsumeAsync(holding.Identity, holding.Code(), "k");

        Assert.True(reply.Status == 200, reply.Text);
        Assert.Equal(reply.OperationId, await SpentByAsync(holding));
        Assert.Equal(9, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Fact]
    [Trait("Requirement", "R-14")]
    public async Task After_a_refusal_a_late_write_can_no_longer_spend_the_code()
    {
        var (client, holding) = await ArrangeAsync();
        var owner = (await environment.DocumentAsync(holding.Identity)).Document.Owner;
        HttpRequestMessage? late = null;
        _tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Write && late is null)
            {
                late = await CopyAsync(call.Request);
                await environment.Root.PostAsync("identity/entity/id/" + owner, new { disabled = true });
                throw new HttpRequestException(HttpRequestError.ResponseEnded);
            }

            return await send();
        };

        var refused = await client.ConsumeAsync(holding.Identity, holding.Code(), "k");

        Assert.Equal((403, "owner-disabled"), (refused.Status, refused.Reason));
        using var arrives = await _tap.SendPastAsync(late!);
        Assert.Equal(400, (int)arrives.StatusCode);
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Fact]
    [Trait("Requirement", "R-14")]
    public async Task Where_the_late_write_cannot_be_shut_out_there_is_no_refusal()
    {
        var (client, holding) = await ArrangeAsync();
        var owner = (await environment.DocumentAsync(holding.Identity)).Document.Owner;
        HttpRequestMessage? late = null;
        _tap.Interfere = async (call, send) =>
        {
            if (call.Name != TappedCall.Write)
            {
                return await send();
            }

            if (late is null)
            {
                late = await CopyAsync(call.Request);
                await environment.Root.PostAsync("identity/entity/id/" + owner, new { disabled = true });
            }

            await call.Request.Content!.LoadIntoBufferAsync();
            throw new HttpRequestException(HttpRequestError.ResponseEnded);
        };

        var reply = await client.ConsumeAsync(holding.Identity, holding.Code(), "k");

        Assert.Equal((503, "unknown-outcome"), (reply.Status, reply.Code));
    }

    [Fact]
    [Trait("Requirement", "R-14")]
    public async Task A_grant_that_is_gone_when_asked_again_is_no_reason_to_forget_a_late_write()
    {
        var clock = new TestClock();
        var (client, holding) = await ArrangeAsync(clock);
        HttpRequestMessage? late = null;
        var asked = 0;
        _tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Write && late is null)
            {
                late = await CopyAsync(call.Request);
                clock.Move(TimeSpan.FromSeconds(3));
                throw new HttpRequestException(HttpRequestError.ResponseEnded);
            }

            return call.Name == TappedCall.Ask("consume") && Interlocked.Increment(ref asked) > 1 ? Denied() : await send();
        };

        var reply = await client.ConsumeAsync(holding.Identity, holding.Code(), "k");

        Assert.Equal((403, "not-permitted"), (reply.Status, reply.Code));
        using var arrives = await _tap.SendPastAsync(late!);
        Assert.Equal(400, (int)arrives.StatusCode);
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Fact]
    [Trait("Requirement", "R-23")]
    public async Task A_success_that_comes_after_the_deadline_is_not_answered_as_one_and_the_same_key_tells()
    {
        var clock = new TestClock(stands: true);
        var (client, holding) = await ArrangeAsync(clock);
        _tap.Interfere = async (call, send) =>
        {
            var answer = await send();
            if (call.Name == TappedCall.Write)
            {
                clock.Move(TimeSpan.FromSeconds(5) + TimeSpan.FromMilliseconds(1));
            }

            return answer;
        };
        var reply = await client.ConsumeAsync(holding.Identity, holding.Code(), "k");
        Assert.Equal((503, "unknown-outcome"), (reply.Status, reply.Code));
        _tap.Interfere = null;
        Assert.Equal(200, (await client.ConsumeAsync(holding.Identity, holding.Code(), "k")).Status);
        Assert.Equal(9, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    private static HttpResponseMessage Denied() => new(System.Net.HttpStatusCode.Forbidden)
    {
        Content = Json("""{"errors":["1 error occurred:\n\t* permission denied\n\n"]}"""),
    };

    private static async Task<HttpResponseMessage> LoseAsync(TappedCall call, Func<Task<HttpResponseMessage>> send, bool arrived)
    {
        if (arrived)
        {
            using var answer = await send();
        }
        else
        {
            // Sent, and lost on the way: reading the content is what sending is to the broker.
            await call.Request.Content!.LoadIntoBufferAsync();
        }

        throw new HttpRequestException(HttpRequestError.ResponseEnded);
    }

    private static async Task<HttpRequestMessage> CopyAsync(HttpRequestMessage request)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Content = Json(await request.Content!.ReadAsStringAsync()) };
        copy.Headers.Add("X-Vault-Token", request.Headers.GetValues("X-Vault-Token"));
        return copy;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<(ApiClient Client, Holding Holding)> ArrangeAsync(TestClock? clock = null)
    {
        var cast = await environment.CastAsync();
        var shared = await environment.SharedAsync();
        var owned = cast with { Owner = await environment.OwnerAsync() };
        var holding = await environment.HoldingAsync(shared, owned);
        _tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: _tap, clock: clock);
        return (broker.As(cast.Desk), holding);
    }

    private async Task<string?> SpentByAsync(Holding holding)
    {
        var set = (await environment.DocumentAsync(holding.Identity)).Document.Active!;
        return set.Codes.Single(c => c.Selector == MadeCodes.SelectorOf(holding.Code())).Consumption?.OperationId;
    }
}
