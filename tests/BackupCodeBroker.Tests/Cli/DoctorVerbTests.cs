using System.Text.Json.Nodes;
using BackupCodeBroker.Cli;
using BackupCodeBroker.DevVault;
using BackupCodeBroker.Doctor;
using BackupCodeBroker.Health;
using BackupCodeBroker.Tests.Architecture;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary><c>bcb doctor</c> as it is typed: exit codes, the page at 80 columns, the document.</summary>
public sealed class DoctorVerbTests
{
    private const string Ready = """{"status":"ready","reasons":[],"missing":[],"notices":[{"id":"audit-devices","what":"not seen","fix":"run doctor"},{"id":"standby-reads","what":"they do","fix":"turn them off"}]}""";

    [Fact]
    public async Task A_new_Vault_has_errors_and_a_set_up_one_has_none()
    {
        await using var vault = await StartAsync();

        var before = await RunAsync(vault, "doctor");
        await RunAsync(vault, "bootstrap");
        var after = await RunAsync(vault, "doctor");
        var strict = await RunAsync(vault, "doctor", "--strict");

        Assert.Equal((1, 0, 1), (before.Exit, after.Exit, strict.Exit));
        Assert.Contains("error: document-mount - secrets engine backup-codes/ (kv version 2)", before.Out, StringComparison.Ordinal);
        Assert.Contains("bcb bootstrap", before.Out, StringComparison.Ordinal);
        Assert.Contains("warning: audit-devices", after.Out, StringComparison.Ordinal);
        Assert.Contains("        vault audit enable file file_path=/var/log/vault/audit.log", after.Out, StringComparison.Ordinal);
        Assert.Contains(" 0 errors,", after.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_fits_80_columns_but_for_what_is_pasted()
    {
        await using var vault = await StartAsync();

        var page = (await RunAsync(vault, "doctor")).Out;

        Assert.All(
            page.Split('\n').Where(line => !line.StartsWith("        ", StringComparison.Ordinal) || line.StartsWith("                ", StringComparison.Ordinal)),
            line => Assert.True(line.TrimEnd().Length <= 80, line));
        Assert.DoesNotContain("\u001b", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_holds_every_check_with_its_result_and_its_fix()
    {
        await using var vault = await StartAsync();
        await RunAsync(vault, "bootstrap");

        var (exit, output) = await RunAsync(vault, "doctor", "--json");

        var json = JsonNode.Parse(output)!.AsObject();
        var checks = json["checks"]!.AsArray().Select(check => check!.AsObject()).ToList();
        Assert.Equal((0, 0), (exit, (int?)json["errors"]));
        Assert.Equal(
            DoctorChecks.All.Select(check => check.Id).Where(id => id is not ("credentials" or "login-mount" or "login-jwt")).Order(StringComparer.Ordinal),
            checks.Select(check => (string?)check["id"]).Distinct().Order(StringComparer.Ordinal));
        Assert.All(checks, check => Assert.Contains((string?)check["result"], (string[])["ok", "error", "warning", "hint", "not-checked"]));
        var devices = checks.Single(check => (string?)check["id"] == "audit-devices");
        Assert.Equal("warning", (string?)devices["result"]);
        Assert.Equal("vault audit enable file file_path=/var/log/vault/audit.log", (string?)devices["fix"]!["commands"]![0]);
        Assert.Equal(ProductVersion.Text, (string?)json["version"]);
    }

    [Fact]
    public async Task Without_a_Vault_it_is_unavailable_and_says_what_was_not_looked_at()
    {
        var (exit, output) = await RunAsync("http://127.0.0.1:1", "root", "doctor");

        Assert.Equal(3, exit);
        Assert.Contains("error: vault-reachable", output, StringComparison.Ordinal);
        Assert.Contains("not checked: Vault does not answer", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sealed_Vault_is_the_one_error_and_nothing_behind_it_is_called_well()
    {
        await using var vault = await StartAsync();
        await RunAsync(vault, "bootstrap");
        using var http = new HttpClient();
        using var seal = new HttpRequestMessage(HttpMethod.Put, new Uri(vault.Address, "/v1/sys/seal"));
        seal.Headers.Add("X-Vault-Token", vault.RootToken);
        using var answer = await http.SendAsync(seal, TestContext.Current.CancellationToken);

        var (exit, output) = await RunAsync(vault, "doctor", "--json");

        var checks = JsonNode.Parse(output)!["checks"]!.AsArray();
        Assert.Equal(1, exit);
        var error = Assert.Single(checks, check => (string?)check!["result"] == "error")!;
        Assert.Equal(("vault-unsealed", "vault operator unseal"), ((string?)error["id"], (string?)error["fix"]!["commands"]![0]));
        Assert.DoesNotContain(checks, check => (string?)check!["id"] is "token" or "document-config" or "broker-state" or "standby-reads" && (string?)check["result"] == "ok");
    }

    [Theory]
    [InlineData("""{"status":"alive","version":"0.0.1"}""", Ready, "warning: broker-version")]
    [InlineData("""{"status":"alive","version":"{version}"}""", """{"status":"not-ready","reasons":["x"],"missing":[{"id":"epoch","what":"too low","fix":"raise it"}],"notices":[]}""", "error: broker-ready")]
    [InlineData("""{"status":"alive"}""", """{"status":"not-ready","reasons":["no state"]}""", "No state (no id).")]
    [InlineData("""{"status":"alive"}""", Ready, "not checked: the broker does not tell its version")]
    [InlineData("<html>", "<html>", "does not speak as a broker does")]
    [InlineData("""{"status":"alive","version":"{version}"}""", Ready, "hint: broker-ready")]
    [InlineData("""{"status":"alive","version":"{version}"}""", """{"status":"ready","reasons":[],"missing":[],"notices":[{"id":"audit-devices","what":"x","fix":"y"}]}""", "ok  broker-ready")]
    public async Task The_broker_is_asked_too(string alive, string ready, string said)
    {
        await using var vault = await StartAsync();
        await RunAsync(vault, "bootstrap");
        using var broker = new FixedBroker(alive.Replace("{version}", ProductVersion.Text, StringComparison.Ordinal), ready);

        var (_, output) = await RunAsync(vault.Address.ToString(), vault.RootToken, broker, "doctor");

        Assert.Contains(said, output, StringComparison.Ordinal);
        Assert.False(broker.SawToken);
    }

    [Fact]
    public async Task Every_error_of_the_configuration_is_a_finding_and_the_rest_is_looked_at_all_the_same()
    {
        await using var vault = await StartAsync();
        await RunAsync(vault, "bootstrap");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{"epoch":0,"nonsense":1}""", TestContext.Current.CancellationToken);

        var (exit, output) = await RunAsync(vault, "doctor", "--config", file, "--json");
        File.Delete(file);

        var checks = JsonNode.Parse(output)!["checks"]!.AsArray();
        Assert.Equal(1, exit);
        Assert.Equal(2, checks.Count(check => (string?)check!["id"] == "configuration" && (string?)check["result"] == "error"));
        Assert.Contains(checks, check => (string?)check!["id"] == "document-config" && (string?)check["result"] == "ok");
    }

    [Fact]
    public async Task A_configuration_for_another_Vault_is_remarked()
    {
        await using var vault = await StartAsync();
        await RunAsync(vault, "bootstrap");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{"vault":{"address":"https://vault.example:8200"}}""", TestContext.Current.CancellationToken);

        var (_, output) = await RunAsync(vault, "doctor", "--config", file);
        File.Delete(file);

        Assert.Contains("warning: vault-address", output, StringComparison.Ordinal);
        Assert.Contains("export VAULT_ADDR=https://vault.example:8200", output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R-47")]
    public void The_documents_table_is_the_programs()
    {
        var rows = Repository.Read("src/docs/doctor.md").Split('\n')
            .SkipWhile(line => !line.StartsWith("## Checks", StringComparison.Ordinal)).TakeWhile(line => !line.StartsWith("## What", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Trim());

        Assert.Equal(DoctorChecks.All.Select(check => $"| `{check.Id}` | {check.Meaning} | {check.Fix} |"), rows);
    }

    [Fact]
    public void Ids_are_in_kebab_case_and_each_stands_once()
    {
        Assert.All(DoctorChecks.All, check => Assert.Matches("^[a-z]+(-[a-z]+)*$", check.Id));
        Assert.Equal(DoctorChecks.All.Count, DoctorChecks.All.Select(check => check.Id).Distinct().Count());
    }

    private static Task<DevVaultServer> StartAsync() => DevVaultServer.StartAsync(new DevVaultOptions(), TestContext.Current.CancellationToken);

    private static Task<(int Exit, string Out)> RunAsync(DevVaultServer vault, params string[] arguments) => RunAsync(vault.Address.ToString(), vault.RootToken, arguments);

    private static Task<(int Exit, string Out)> RunAsync(string address, string token, params string[] arguments) => RunAsync(address, token, null, arguments);

    private static async Task<(int Exit, string Out)> RunAsync(string address, string token, HttpMessageHandler? broker, params string[] arguments)
    {
        using var output = new StringWriter();
        var surroundings = new CliSurroundings
        {
            Out = output,
            Error = TextWriter.Null,
            In = TextReader.Null,
            Variable = name => name switch
            {
                "VAULT_ADDR" => address,
                "VAULT_TOKEN" => token,
                "BCB_ADDR" => "http://127.0.0.1:1",
                _ => null,
            },
            Home = "/nonexistent",
            BrokerHandler = broker is null ? null : () => broker,
        };
        return (await CommandLineProgram.RunAsync(arguments, surroundings), output.ToString());
    }

    private sealed class FixedBroker(string alive, string ready) : HttpMessageHandler
    {
        public bool SawToken { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            SawToken |= request.Headers.Contains("X-Vault-Token") || request.Headers.Authorization is not null;
            var text = request.RequestUri!.AbsolutePath == "/healthz" ? alive : ready;
            return Task.FromResult(new HttpResponseMessage(text.Contains("not-ready", StringComparison.Ordinal) ? System.Net.HttpStatusCode.ServiceUnavailable : System.Net.HttpStatusCode.OK)
            {
                Content = new StringContent(text),
            });
        }
    }
}
