using System.Text.Json.Nodes;
using BackupCodeBroker.Cli;
using BackupCodeBroker.DevVault;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary><c>bcb dev-vault</c> and <c>bcb bootstrap</c>, one on the other, as a new user would try them.</summary>
public sealed class SetUpVerbTests
{
    [Fact]
    public async Task Bootstrap_tells_what_it_would_do_does_it_and_then_has_nothing_to_do()
    {
        await using var vault = await DevVaultServer.StartAsync(new DevVaultOptions(), TestContext.Current.CancellationToken);

        var (drift, before) = await BootstrapAsync(vault, "--check");
        var (first, made) = await BootstrapAsync(vault);
        var (second, again) = await BootstrapAsync(vault, "--check");

        Assert.Equal((1, 0, 0), (drift, first, second));
        Assert.True((bool?)before["drift"]);
        Assert.False((bool?)before["changed"]);
        Assert.True((bool?)made["changed"]);
        Assert.False((bool?)again["drift"]);
        Assert.All(again["steps"]!.AsArray(), step => Assert.Equal("ok", (string?)step!["result"]));
    }

    [Fact]
    public async Task Bootstrap_with_a_token_that_is_none_is_not_called_done()
    {
        await using var vault = await DevVaultServer.StartAsync(new DevVaultOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(1, (await RunAsync(vault.Address.ToString(), "s.NOBODYstoken000000000001", ["bootstrap"])).Exit);
    }

    [Fact]
    public async Task Bootstrap_without_a_Vault_is_unavailable() =>
        Assert.Equal(3, (await RunAsync("http://127.0.0.1:1", "root", ["bootstrap", "--json"])).Exit);

    [Fact]
    public async Task Dev_vault_runs_until_it_is_interrupted_and_says_that_it_is_not_for_production()
    {
        using var output = new Announcing();
        using var interrupt = new CancellationTokenSource();
        var frame = new CliFrame(Surroundings(output, "", ""));
        var running = CommandLineProgram.Root(frame, []).Parse("dev-vault --listen 127.0.0.1:0 --root-token devroot")
            .InvokeAsync(cancellationToken: interrupt.Token);
        await Task.WhenAny(output.Flushed, running);

        Assert.Contains("VAULT_TOKEN=devroot", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Never use it in production", output.ToString(), StringComparison.Ordinal);
        await interrupt.CancelAsync();
        Assert.Equal(0, await running);
    }

    [Theory]
    [InlineData("--listen", "0.0.0.0:0")]
    [InlineData("--listen", "nowhere")]
    [InlineData("--root-token", "a b")]
    public async Task Dev_vault_listens_on_this_machine_alone(string option, string value) =>
        Assert.Equal(2, (await RunAsync("", "", ["dev-vault", option, value])).Exit);

    private static async Task<(int Exit, JsonObject Json)> BootstrapAsync(DevVaultServer vault, params string[] more)
    {
        var (exit, output) = await RunAsync(vault.Address.ToString(), vault.RootToken, ["bootstrap", .. more, "--json"]);
        return (exit, JsonNode.Parse(output)!.AsObject());
    }

    private static async Task<(int Exit, string Out)> RunAsync(string vaultAddress, string token, string[] arguments)
    {
        using var output = new StringWriter();
        var exit = await CommandLineProgram.RunAsync(arguments, Surroundings(output, vaultAddress, token));
        return (exit, output.ToString());
    }

    private static CliSurroundings Surroundings(StringWriter output, string vaultAddress, string token) => new()
    {
        Out = output,
        Error = TextWriter.Null,
        In = TextReader.Null,
        Variable = name => name switch
        {
            "VAULT_ADDR" => vaultAddress,
            "VAULT_TOKEN" => token,
            _ => null,
        },
        Home = "/nonexistent",
    };

    /// <summary>Says when what was to be read is written.</summary>
    private sealed class Announcing : StringWriter
    {
        private readonly TaskCompletionSource _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Flushed => _flushed.Task;

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            _flushed.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
