using System.Text.Json.Nodes;
using Xunit;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>The manifest for Kubernetes: its parts agree with each other, with the program and with what the README tells to do before.</summary>
public sealed class KubernetesTests
{
    private static readonly List<JsonObject> Items = [.. DeployFiles.Yaml("kubernetes/broker.yaml")["items"]!.AsArray().Select(i => i!.AsObject())];

    private static JsonObject Pod => Of("Deployment")["spec"]!["template"]!["spec"]!.AsObject();

    private static JsonObject Broker => Assert.Single(Pod["containers"]!.AsArray())!.AsObject();

    private static JsonNode Settings => JsonNode.Parse(Configuration)!;

    private static string Configuration => (string)Of("ConfigMap")["data"]!["bcb.json"]!;

    [Fact]
    [Trait("Requirement", "R-41")]
    public void No_secret_logs_the_broker_in_but_a_token_that_is_good_at_Vault_alone()
    {
        var login = Assert.Single(Settings["login"]!.AsObject());
        Assert.Equal("kubernetes", login.Key);
        var projected = Assert.Single(Pod["volumes"]!.AsArray(), v => v!["projected"] is not null)!;
        var token = Assert.Single(projected["projected"]!["sources"]!.AsArray())!["serviceAccountToken"]!;
        Assert.Equal((string?)login.Value!["file"], $"{MountOf((string)projected["name"]!)}/{token["path"]}");
        Assert.Equal("vault", (string?)token["audience"]);
        Assert.Equal("false", (string?)Pod["automountServiceAccountToken"]);
        Assert.Equal("false", (string?)Of("ServiceAccount")["automountServiceAccountToken"]);
        // What else is mounted of Secrets is the server's certificate and Vault's authority.
        Assert.Equal(["bcb-tls", "vault-ca"], Pod["volumes"]!.AsArray().Select(v => (string?)v!["secret"]?["secretName"]).OfType<string>());
    }

    [Fact]
    public void The_program_understands_its_command_line_and_its_settings()
    {
        Assert.Empty(DeployFiles.CommandLineErrors(Broker["args"]!.AsArray().Select(a => (string)a!)));
        Assert.Equal((string?)Broker["args"]![2], MountOf("config") + "/bcb.json");
        // The files are in the pod, not here.
        Assert.All(BrokerVariables.Errors(Configuration, []), error => Assert.Matches("^(tls\\.(certificate|key): there is no file|vault\\.ca_certificate .* cannot be read)", error));
        Assert.StartsWith(MountOf("tls") + "/", (string?)Settings["tls"]!["certificate"], StringComparison.Ordinal);
        Assert.StartsWith(MountOf("vault-ca") + "/", (string?)Settings["vault"]!["ca_certificate"], StringComparison.Ordinal);
        Assert.EndsWith(":" + Broker["ports"]![0]!["containerPort"], (string?)Settings["listen"], StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_shut_in_and_asked_the_right_questions()
    {
        Assert.Equal("1654", (string?)Pod["securityContext"]!["runAsUser"]);
        Assert.Equal("true", (string?)Pod["securityContext"]!["runAsNonRoot"]);
        Assert.Equal("true", (string?)Broker["securityContext"]!["readOnlyRootFilesystem"]);
        Assert.Equal("false", (string?)Broker["securityContext"]!["allowPrivilegeEscalation"]);
        Assert.Equal("ALL", (string?)Assert.Single(Broker["securityContext"]!["capabilities"]!["drop"]!.AsArray()));
        Assert.Equal(("/healthz", "/readyz"), ((string?)Broker["livenessProbe"]!["httpGet"]!["path"], (string?)Broker["readinessProbe"]!["httpGet"]!["path"]));
        Assert.Equal((string?)Compose("broker-1")["image"], (string?)Broker["image"]);
        Assert.Equal(
            Pod["volumes"]!.AsArray().Select(v => (string)v!["name"]!).Order(),
            Broker["volumeMounts"]!.AsArray().Select(m => (string)m!["name"]!).Order());
    }

    [Fact]
    public void The_README_makes_the_role_for_this_account()
    {
        var readme = DeployFiles.Text("README.md");
        var account = Of("ServiceAccount")["metadata"]!;
        Assert.Contains($"--service-account {account["namespace"]}/{account["name"]} --audience vault", readme, StringComparison.Ordinal);
        Assert.Equal((string?)account["name"], (string?)Pod["serviceAccountName"]);
        Assert.Contains("BCB_LOGIN__KUBERNETES__ROLE=" + Settings["login"]!["kubernetes"]!["role"], readme, StringComparison.Ordinal);
        Assert.Contains("BCB_LOGIN__KUBERNETES__FILE=" + Settings["login"]!["kubernetes"]!["file"], readme, StringComparison.Ordinal);
        Assert.All(Items, item => Assert.Equal((string?)account["namespace"], (string?)item["metadata"]!["namespace"]));
    }

    private static JsonObject Of(string kind) => Assert.Single(Items, i => (string?)i["kind"] == kind);

    private static string MountOf(string volume) => (string)Assert.Single(Broker["volumeMounts"]!.AsArray(), m => (string?)m!["name"] == volume)!["mountPath"]!;

    private static JsonObject Compose(string service) => DeployFiles.Yaml("compose.yaml")["services"]![service]!.AsObject();
}
