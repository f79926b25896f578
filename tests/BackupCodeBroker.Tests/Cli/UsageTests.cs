using BackupCodeBroker.Cli;
using BackupCodeBroker.Cli.Broker;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary>What is wrong before anything is sent: exit 2, no request, and nothing secret in the error.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("status")]
    [InlineData("status UPPER")]
    [InlineData("status a..b")]
    [InlineData("status build-bot extra")]
    [InlineData("register build-bot")]
    [InlineData("register build-bot --owner e --label novalue")]
    [InlineData("register build-bot --owner e --label a=1 --label a=2")]
    [InlineData("register build-bot --owner e --recertify-by soon")]
    [InlineData("revoke build-bot")]
    [InlineData("list --limit 0")]
    [InlineData("list --limit 201")]
    [InlineData("list --limit abc")]
    [InlineData("consume build-bot --purpose p --idempotency-key ü")]
    [InlineData("can fly build-bot")]
    [InlineData("can consume")]
    [InlineData("can list build-bot")]
    [InlineData("status build-bot --address http://broker.example:8400")]
    [InlineData("status build-bot --address ftp://127.0.0.1")]
    [InlineData("status build-bot --address https://user@broker.example")]
    [InlineData("can consume build-bot --vault-address http://vault.example:8200")]
    public async Task It_is_exit_2_and_nothing_is_sent(string arguments)
    {
        var run = new CliRun { Input = Codes.Text(1) };

        Assert.Equal(2, await run.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        Assert.Empty(run.Out);
        Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Broker.Seen);
        Assert.Empty(run.Vault.Seen);

        Assert.Equal(2, await run.RunAsync([.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--json"]));
        Assert.Equal("usage", (string?)run.Json["error"]!["code"]);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8400", true)]
    [InlineData("http://localhost:8400", true)]
    [InlineData("http://[::1]:8400", true)]
    [InlineData("https://broker.example", true)]
    [InlineData("http://127.0.0.1.example.org", false)]
    [InlineData("http://10.0.0.1:8400", false)]
    [InlineData("https://broker.example/path", false)]
    [InlineData("broker.example", false)]
    public void A_token_goes_in_clear_to_this_machine_alone(string address, bool good) =>
        Assert.Equal(good, ServerAddress.TryParse(address, "the address", out _, out _));

    [Fact]
    public async Task A_code_or_token_passed_as_an_argument_is_not_repeated()
    {
        foreach (var secret in new[] { Codes.Text(5), Codes.Text(5)[..12], "s.SECRETsecretSECRETsecret", "hvs.CAES" })
        {
            foreach (var arguments in new string[][]
            {
                ["consume", "build-bot", secret, "--purpose", "p"],
                ["retrieve", "build-bot", secret],
                ["retrieve", secret],
                ["consume", "build-bot", "--code", secret, "--purpose", "p"],
            })
            {
                var run = new CliRun();
                Assert.Equal(2, await run.RunAsync(arguments));
                Assert.DoesNotContain(secret, run.Everything, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Fact]
    public async Task A_code_in_the_words_for_the_record_is_not_sent_either()
    {
        var code = Codes.Text(6);
        foreach (var words in new[] { code, "used " + code + " today" })
        {
            var run = new CliRun { Input = code };
            Assert.Equal(2, await run.RunAsync("consume", "build-bot", "--purpose", words));
            Assert.Equal(2, await run.RunAsync("revoke", "build-bot", "--reason", words));
            Assert.Empty(run.Broker.Seen);
            Assert.DoesNotContain(code, run.Everything, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_token_is_VAULT_TOKEN_else_the_file_of_vault_login_else_an_error()
    {
        var home = Directory.CreateTempSubdirectory("bcb-cli").FullName;
        try
        {
            var run = new CliRun { Home = home };
            run.Environment.Remove("VAULT_TOKEN");
            Assert.Equal(2, await run.RunAsync("list"));
            Assert.Contains("vault login", run.Error, StringComparison.Ordinal);

            await File.WriteAllTextAsync(Path.Combine(home, ".vault-token"), "s.FROMfile0000000000000001\n", TestContext.Current.CancellationToken);
            run.Broker.On("GET /v1/identities?limit=100", 200, """{"identities":[],"next":null}""");
            Assert.Equal(0, await run.RunAsync("list"));
            Assert.Equal("s.FROMfile0000000000000001", run.Broker.Seen.Last().Token);

            run.Environment["VAULT_TOKEN"] = "s.FROMenvironment0000000001";
            Assert.Equal(0, await run.RunAsync("list"));
            Assert.Equal("s.FROMenvironment0000000001", run.Broker.Seen.Last().Token);

            run.Environment["VAULT_TOKEN"] = "sneaky\u00a0token\r\nX: y";
            Assert.Equal(2, await run.RunAsync("list"));
            Assert.DoesNotContain("sneaky", run.Everything, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task Every_verb_has_an_example_that_parses()
    {
        var frame = new CliFrame(CliSurroundings.OfProcess());
        var root = CommandLineProgram.Root(frame, CliRun.Servers);
        Assert.Contains(root.Subcommands, verb => verb.Name == "server");
        foreach (var verb in root.Subcommands)
        {
            var example = frame.ExampleOf(verb);
            Assert.NotNull(example);
            Assert.StartsWith($"bcb {verb.Name}", example, StringComparison.Ordinal);
            // As a shell hands it over: the quotes are the shell's.
            Assert.Empty(root.Parse(example["bcb ".Length..].Replace("'", "", StringComparison.Ordinal)).Errors);

            var run = new CliRun();
            Assert.Equal(0, await run.RunAsync(verb.Name, "--help"));
            Assert.Contains($"Example:\n  {example}\n", run.Out, StringComparison.Ordinal);
        }
    }
}
