using System.Text.Json;
using BackupCodeBroker.Cli;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Retrieving;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Identities;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary>The command line's own holders of secrets, printed, serialised and thrown about.</summary>
[Trait("Requirement", "R-02")]
public sealed class SecretsStaySecretTests
{
    private const string Canary = "s.CANARY0000000000000000001";

    [Fact]
    public void None_of_them_prints_or_serialises()
    {
        var secret = new SecretText(Canary);
        var issued = new Issued("a", 1, 1, new IssuedWrap(secret, 1, "t"));
        var token = UserToken.Find(Surroundings(), out _)!;
        var codes = Assert.IsType<WrapContent.Genuine>(WrapContent.Read(
            System.Text.Encoding.UTF8.GetBytes(Codes.Payload(codes: Codes.Set(2))), IdentityName.Parse("build-bot"), 3));
        object[] holders = [secret, issued, issued.Wrapping, token, codes, codes.Codes, new SecretInput.Given(secret),
            new BrokerAnswer<Issued>.Done(issued, new() { ["token"] = Canary }, null)];

        foreach (var holder in holders)
        {
            AssertClean($"{holder}");
        }

        AssertClean(JsonSerializer.Serialize(issued));
        AssertClean(JsonSerializer.Serialize(token));
        AssertClean(JsonSerializer.Serialize(codes.Codes));
    }

    [Fact]
    public async Task A_bug_is_told_by_its_type_and_not_by_its_words()
    {
        var run = new CliRun();
        run.Broker.Broken("GET /v1/identities?limit=100", () => new InvalidOperationException(Canary));

        Assert.Equal(3, await run.RunAsync("list", "--json"));

        Assert.Equal("bug", (string?)run.Json["error"]!["code"]);
        Assert.Contains(nameof(InvalidOperationException), (string?)run.Json["error"]!["detail"], StringComparison.Ordinal);
        AssertClean(run.Everything);
    }

    private static CliSurroundings Surroundings() => new()
    {
        Out = TextWriter.Null,
        Error = TextWriter.Null,
        In = TextReader.Null,
        Variable = _ => Canary,
        Home = "",
    };

    private static void AssertClean(string text)
    {
        Assert.DoesNotContain("CANARY", text, StringComparison.Ordinal);
        Assert.All(Codes.Set(2), code => Assert.DoesNotContain(code, text, StringComparison.Ordinal));
        Assert.DoesNotContain(Codes.Activation, text, StringComparison.Ordinal);
    }
}
