using System.Net;
using System.Net.Sockets;
using System.Text;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.Tests.Vault;

/// <summary>Over real connections to a server that misbehaves.</summary>
public sealed class ConnectionTests : IDisposable
{
    private const string Absent = "HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\n\r\n{\"errors\":[]}";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ConnectionTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Fact]
    [Trait("Requirement", "R-29")]
    public async Task A_pooled_connection_that_was_closed_does_not_send_a_callers_question_or_a_write_again()
    {
        using var client = Client();
        var requests = 0;
        var server = ServeAsync(async stream =>
        {
            // Each connection answers its first request and hangs up on the second.
            await ReadRequestAsync(stream);
            Interlocked.Increment(ref requests);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Absent), Cancellation);
            await ReadRequestAsync(stream);
            Interlocked.Increment(ref requests);
        });

        Assert.IsType<Asking.Granted>(await client.AskAsync(FakeVault.Token, "consume", "a", FakeVault.Call));
        var asked = await client.AskAsync(FakeVault.Token, "consume", "a", FakeVault.Call);
        Assert.IsType<VaultFault.Unreachable>(Assert.IsType<Asking.Faulted>(asked).Fault);
        Assert.Equal(2, requests);

        Assert.IsType<Asking.Granted>(await client.AskAsync(FakeVault.Token, "consume", "a", FakeVault.Call));
        Assert.IsType<KvWrite.Unknown>(await client.WriteKvAsync(FakeVault.Token, "broker/state", "{}"u8.ToArray(), 1, FakeVault.Call));
        Assert.Equal(4, requests);
        await StopAsync(server);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"dat")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-")]
    [InlineData("SSH-2.0-server\r\n")]
    [InlineData("")]
    public async Task An_answer_that_breaks_off_leaves_a_write_unknown(string answer)
    {
        using var client = Client();
        var server = ServeAsync(async stream =>
        {
            await ReadRequestAsync(stream);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), Cancellation);
        });

        Assert.IsType<KvWrite.Unknown>(await client.WriteKvAsync(FakeVault.Token, "broker/state", "{}"u8.ToArray(), 1, FakeVault.Call));
        await StopAsync(server);
    }

    [Fact]
    public async Task Nobody_listening_means_certainly_not_executed()
    {
        using var client = Client();
        _listener.Stop();

        var write = await client.WriteKvAsync(FakeVault.Token, "broker/state", "{}"u8.ToArray(), 1, FakeVault.Call);

        Assert.IsType<VaultFault.Unreachable>(Assert.IsType<KvWrite.Faulted>(write).Fault);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        using var client = Client();
        var server = ServeAsync(async stream =>
        {
            await ReadRequestAsync(stream);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n{\"data\":\""u8.ToArray(), Cancellation);
            var chunk = Encoding.ASCII.GetBytes(new string('x', 1 << 16));
            while (true)
            {
                await stream.WriteAsync(chunk, Cancellation);
            }
        });

        var answer = await client.LookupSelfAsync(FakeVault.Token, FakeVault.Call);

        Assert.IsType<VaultFault.Unexpected>(Assert.IsType<VaultAnswer<TokenFacts>.Faulted>(answer).Fault);
        await StopAsync(server);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private VaultClient Client() => new(
        new VaultSettings { Address = $"http://{_listener.LocalEndpoint}", CallTimeout = TimeSpan.FromSeconds(30) }, TimeProvider.System);

    private Task ServeAsync(Func<NetworkStream, Task> serve) => Task.Run(
        async () =>
        {
            while (true)
            {
                using var connection = await _listener.AcceptTcpClientAsync(Cancellation);
                try
                {
                    await serve(connection.GetStream());
                }
                catch (IOException)
                {
                    // The client hung up first.
                }
            }
        },
        Cancellation);

    private async Task StopAsync(Task server)
    {
        _listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => server);
    }

    private static async Task ReadRequestAsync(NetworkStream stream)
    {
        var buffer = new byte[8192];
        var text = "";
        while (!text.Contains("\r\n\r\n", StringComparison.Ordinal) || (text.StartsWith("POST", StringComparison.Ordinal) && !text.EndsWith('}')))
        {
            var read = await stream.ReadAsync(buffer, Cancellation);
            if (read == 0)
            {
                throw new IOException("the client hung up");
            }

            text += Encoding.ASCII.GetString(buffer, 0, read);
        }
    }
}
