using System.Net.Sockets;
using System.Text;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Api;

/// <summary>What well-behaved clients never send, written to the socket by hand: half requests, contradicting headers, no HTTP at all.</summary>
public sealed class ProtocolTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private Task<Person>? _powerful;
    private Task<Holding>? _holding;

    [Theory]
    [InlineData("Content-Length: 400\r\n\r\n{\"reason\":\"x\"}")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"rea\r\n")]
    public async Task A_request_that_breaks_off_changes_nothing(string rest)
    {
        var (client, holding) = await ArrangeAsync();
        var token = (await PowerfulAsync()).Token;
        var text = $"POST /v1/identities/{holding.Identity}/revoke HTTP/1.1\r\nHost: x\r\nX-Vault-Token: {token}\r\nContent-Type: application/json\r\n{rest}";
        try
        {
            await RawAsync(text, half: true);
        }
        catch (IOException)
        {
            // The server hangs up on who hangs up.
        }

        Assert.NotNull((await environment.DocumentAsync(holding.Identity)).Document.Active);
        Assert.Equal(200, (await client.StatusAsync(holding.Identity)).Status);
    }

    [Theory]
    [InlineData("X-Vault-Token: {t}\r\nX-Vault-Token: other", "two tokens")]
    [InlineData("X-Vault-Token: {t}\r\nAuthorization: Bearer other", "two tokens")]
    [InlineData("Authorization: Bearer {t}\r\nAuthorization: Bearer {t}", "two tokens")]
    [InlineData("Authorization: Basic {t}", "Bearer")]
    [InlineData("X-Vault-Token: {t}\r\nX-Vault-Namespace: other/", "namespace")]
    [InlineData("X-Vault-Token: {t}\r\nX-Vault-Namespace: \r\nX-Vault-Namespace: x", "namespace")]
    public async Task Headers_that_contradict_are_malformed(string headers, string says)
    {
        var (_, holding) = await ArrangeAsync();
        var token = (await PowerfulAsync()).Token;
        var answer = await RawAsync(
            $"GET /v1/identities/{holding.Identity} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers.Replace("{t}", token, StringComparison.Ordinal)}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains(says, answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(token, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Vault-Token: {t}\r\nAuthorization: Bearer {t}")]
    [InlineData("Authorization: bearer {t}")]
    [InlineData("X-Vault-Token: {t}\r\nX-Vault-Namespace: /")]
    public async Task Headers_that_say_the_same_are_taken(string headers)
    {
        var (_, holding) = await ArrangeAsync();
        var token = (await PowerfulAsync()).Token;
        var answer = await RawAsync(
            $"GET /v1/identities/{holding.Identity} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers.Replace("{t}", token, StringComparison.Ordinal)}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("GET /healthz HTTP/1.1\r\n\r\n")]
    [InlineData("NONSENSE\r\n\r\n")]
    [InlineData("GET /v1/identities HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n")]
    [InlineData("POST /v1/identities/a/revoke HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /v1/identities/a/revoke HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
    public async Task What_is_not_http_is_a_4xx_or_5xx_of_the_protocol_and_never_500(string text)
    {
        var answer = await RawAsync(text);
        Assert.Matches("^HTTP/1.1 (4[0-9][0-9]|505)", answer);
    }

    [Fact]
    public async Task Headers_have_limits()
    {
        var answer = await RawAsync($"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {new string('x', 20_000)}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 431", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_idempotency_keys_are_malformed()
    {
        var (_, holding) = await ArrangeAsync();
        var body = $$"""{"code":"{{holding.Code()}}","purpose":"p"}""";
        var answer = await RawAsync(
            $"POST /v1/identities/{holding.Identity}/consume HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Vault-Token: {(await PowerfulAsync()).Token}\r\n"
            + $"Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    private Task<Person> PowerfulAsync() => _powerful ??= environment.HolderAsync("powerful", "consume/*", "status/*", "revoke/*");

    private async Task<(ApiClient Client, Holding Holding)> ArrangeAsync()
    {
        var shared = await environment.SharedAsync();
        _holding ??= environment.HoldingAsync(shared, await environment.CastAsync());
        return (shared.As(await PowerfulAsync()), await _holding);
    }

    private async Task<string> RawAsync(string text, bool half = false)
    {
        var address = new Uri((await environment.SharedAsync()).Address);
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        if (half)
        {
            socket.Client.Shutdown(SocketShutdown.Send);
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, patience.Token) is var read and > 0)
        {
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return answer.ToString();
    }
}
