using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>The compose file, against the files that it mounts, the program whose settings and command lines it holds, and itself.</summary>
public sealed class ComposeTests
{
    private const string BrokerImage = "backup-code-broker:0.1.0";

    private static readonly JsonObject Compose = DeployFiles.Yaml("compose.yaml").AsObject();

    public static TheoryData<string> Services => [.. Compose["services"]!.AsObject().Select(s => s.Key)];

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_is_pinned_and_shut_in(string name)
    {
        var service = Service(name);
        Assert.Matches(@"^[a-z0-9./-]+:v?\d+\.\d+\.\d+$", (string?)service["image"]);
        Assert.Equal("true", (string?)service["read_only"]);
        Assert.Equal(["ALL"], Texts(service["cap_drop"]));
        Assert.Equal(["no-new-privileges:true"], Texts(service["security_opt"]));
        Assert.DoesNotContain("privileged", service.Select(s => s.Key));
        // Only what gives volumes away is root, and it has no network.
        Assert.Equal(name == "prepare", (string?)service["user"] == "0:0");
        Assert.Equal(name == "prepare", service["cap_add"] is not null);
        Assert.Equal(name is "prepare" or "auditor", (string?)service["network_mode"] == "none");
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_port_is_published_on_the_loopback_address_alone(string name) =>
        Assert.All(Texts(Service(name)["ports"]), port => Assert.Matches(@"^127\.0\.0\.1:\d+:\d+$", port));

    [Theory]
    [MemberData(nameof(Services))]
    public void What_it_mounts_is_there(string name)
    {
        var volumes = Compose["volumes"]!.AsObject().Select(v => v.Key).ToList();
        foreach (var source in Texts(Service(name)["volumes"]).Select(v => v.Split(':')[0]))
        {
            Assert.True(source.StartsWith('.') ? Path.Exists(DeployFiles.PathOf(source)) : volumes.Contains(source), $"{name}: {source}");
        }

        var scripts = Texts(Service(name)["entrypoint"]).Concat(Texts(Service(name)["command"])).Where(a => a.StartsWith("/compose/", StringComparison.Ordinal));
        Assert.All(scripts, script => Assert.Contains(Texts(Service(name)["volumes"]), v => v.Split(':')[1] == script));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void What_it_waits_for_can_come(string name)
    {
        foreach (var (other, how) in Service(name)["depends_on"]?.AsObject() ?? [])
        {
            var needed = Service(other);
            var condition = (string?)how!["condition"];
            var health = needed["healthcheck"]?["test"] is not null || (string?)needed["image"] == BrokerImage && needed["healthcheck"] is null;
            Assert.True(condition switch
            {
                "service_healthy" => health,
                "service_completed_successfully" => (string?)needed["restart"] == "no",
                _ => condition == "service_started",
            }, $"{name} waits for {other} as {condition}");
        }
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void The_program_knows_the_commands_and_settings_that_it_is_given(string name)
    {
        var service = Service(name);
        if ((string?)service["image"] == BrokerImage && service["command"] is not null)
        {
            Assert.Empty(DeployFiles.CommandLineErrors(Texts(service["command"])));
            Assert.Null(service["entrypoint"]);
        }

        Assert.Empty(BrokerVariables.Unknown(Environment(service).Select(e => e.Key)));
    }

    [Theory]
    [InlineData("broker-1")]
    [InlineData("broker-2")]
    public async Task The_server_takes_the_configuration(string name)
    {
        var folder = Directory.CreateTempSubdirectory("bcb-compose-");
        try
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var certificate = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
            var (crt, pem) = (Path.Combine(folder.FullName, "tls.crt"), Path.Combine(folder.FullName, "tls.key"));
            await File.WriteAllTextAsync(crt, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(pem, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);

            // As in the container, but for the places of files that the volumes bring.
            var over = Environment(Service(name)).Where(e => e.Key.StartsWith("BCB_", StringComparison.Ordinal))
                .ToDictionary(e => e.Key["BCB_".Length..].Replace("__", ":", StringComparison.Ordinal), e => (string?)e.Value);
            Assert.Equal(($"/tls/{name}.crt", $"/tls/{name}.key"), (over["TLS:CERTIFICATE"], over["TLS:KEY"]));
            (over["TLS:CERTIFICATE"], over["TLS:KEY"]) = (crt, pem);
            over["VAULT:CA_CERTIFICATE"] = crt;
            over["TELEMETRY:ACCESS_FILE"] = Path.Combine(folder.FullName, Path.GetFileName(over["TELEMETRY:ACCESS_FILE"]!));

            Assert.Empty(BrokerVariables.Errors(DeployFiles.Text("compose/bcb.json"), over));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_configuration_to_begin_with_is_sound() => Assert.Empty(BrokerVariables.Errors(DeployFiles.Text("bcb.json"), []));

    [Fact]
    public void Each_broker_has_an_access_file_a_name_and_a_certificate_of_its_own()
    {
        var brokers = new[] { Service("broker-1"), Service("broker-2") };
        foreach (var variable in (string[])["BCB_TELEMETRY__ACCESS_FILE", "OTEL_RESOURCE_ATTRIBUTES", "BCB_TLS__CERTIFICATE"])
        {
            Assert.Equal(2, brokers.Select(b => Environment(b)[variable]).Distinct().Count());
        }

        Assert.All(brokers, broker =>
        {
            var file = Environment(broker)["BCB_TELEMETRY__ACCESS_FILE"];
            Assert.Contains(Texts(broker["volumes"]), v => file.StartsWith(v.Split(':')[1] + "/", StringComparison.Ordinal) && !v.EndsWith(":ro", StringComparison.Ordinal));
            Assert.Contains("credentials:/credentials:ro", Texts(broker["volumes"]));
            // Whoever takes a broker must not get the keys to Vault with it.
            Assert.DoesNotContain(Texts(broker["volumes"]), v => v.StartsWith("operator:", StringComparison.Ordinal) || v.StartsWith("vault-", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void The_commands_of_the_walk_through_parse()
    {
        var commands = Regex.Matches(DeployFiles.Text("README.md"), @"^(?:until )?compose (?:run --rm --no-deps (?<service>[a-z][a-z0-9-]*)|exec (?<service>broker-\d) dotnet /app/bcb.dll) (?<rest>[^#\n;)]*)", RegexOptions.Multiline).ToList();
        Assert.Equal(7, commands.Count);
        foreach (var command in commands)
        {
            Assert.Equal(BrokerImage, (string?)Service(command.Groups["service"].Value)["image"]);
            var words = Regex.Matches(command.Groups["rest"].Value, "\"([^\"]*)\"|(\\S+)").Select(w => w.Value.Trim('"')).ToList();
            Assert.Empty(DeployFiles.CommandLineErrors(words));
        }
    }

    [Fact]
    public void No_script_puts_a_secret_into_arguments_and_all_stop_at_the_first_error()
    {
        foreach (var script in Directory.EnumerateFiles(DeployFiles.PathOf("compose"), "*.sh").Select(File.ReadAllText))
        {
            Assert.StartsWith("#!/bin/sh\n", script, StringComparison.Ordinal);
            Assert.Contains("\nset -eu\n", script, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"vault (write|login)[^|\n]*(password=[^-\s]|key=)", script);
        }
    }

    [Fact]
    public async Task A_shell_can_read_the_scripts()
    {
        foreach (var script in Directory.EnumerateFiles(DeployFiles.PathOf("compose"), "*.sh"))
        {
            await Tool.RunAsync("sh", "-n", script);
        }
    }

    private static JsonObject Service(string name) => Compose["services"]![name]!.AsObject();

    private static Dictionary<string, string> Environment(JsonObject service) =>
        service["environment"]?.AsObject().ToDictionary(e => e.Key, e => (string?)e.Value ?? "") ?? [];

    private static List<string> Texts(JsonNode? list) => list is JsonArray array ? [.. array.Select(i => (string)i!)] : [];
}
