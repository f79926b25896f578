using System.Text;
using System.Text.Json;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>
/// No secret leaves: every flow is run with everything logged, then every sink is searched for every secret in every form. Each sink has to name
/// an identity, so that an empty one proves nothing, and gives up a secret that is planted into it.
/// </summary>
public sealed class CanaryTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    [Trait("Requirement", "R-02")]
    public async Task Nothing_that_leaves_the_broker_holds_a_secret()
    {
        await using var audit = await AuditFile.StartAsync(environment);
        await using var run = await CanaryRun.StartAsync(environment);
        var payload = await CanaryFlows.MeantAsync(run);
        await CanaryFlows.ByCommandLineAsync(run, payload.Codes[6]);
        await CanaryFlows.ClumsyAsync(run, payload);
        await CanaryFlows.FaultyAsync(run, payload);
        await run.UntilExportedAsync();
        await run.CrashAsync(c => c.ConsumeAsync(run.Visible, payload.Codes[9]));

        Assert.True(run.Secrets.Count > 60, run.Secrets.Count + " secrets");
        Assert.All(run.Receiver.Payloads, p => Assert.True(p.Known, p.Path));
        var sinks = new Dictionary<string, (byte[] Content, string Visible)>
        {
            ["OTLP traces"] = (Payloads(run, p => p.Traces is not null), run.Visible),
            ["OTLP logs"] = (Payloads(run, p => p.Logs is not null), run.Visible),
            ["OTLP metrics"] = (Payloads(run, p => p.Metrics is not null), "bcb.operations"),
            ["console of the server, to its crash"] = (Encoding.UTF8.GetBytes(run.Console), run.Visible),
            ["console of the command line"] = (Encoding.UTF8.GetBytes(run.CommandLine), run.Visible),
            ["access file"] = (await File.ReadAllBytesAsync(run.AccessFile, TestContext.Current.CancellationToken), run.Visible),
            ["notices"] = (Encoding.UTF8.GetBytes(string.Concat(run.Webhook.All.Select(n => n.Id + n.Timestamp + n.Signature + n.Path + n.Text + "\n"))), run.Visible),
            ["Vault's audit file"] = (Encoding.UTF8.GetBytes(await audit.TextAsync()), run.Visible),
            ["answers of the API"] = (Encoding.UTF8.GetBytes(run.Answers), run.Visible),
            ["KV, all versions"] = (Encoding.UTF8.GetBytes(await KvAsync()), run.Visible),
            ["arguments and environment of processes"] = (Encoding.UTF8.GetBytes(run.Seen), "bcb.dll"),
        };

        Assert.Multiple([.. sinks.Select(sink => (Action)(() => IsClean(run.Secrets, sink.Key, sink.Value.Content, sink.Value.Visible, payload.Codes[0])))]);
        Assert.DoesNotContain(Directory.GetFiles(run.WorkingFolder, "*", SearchOption.AllDirectories), f => run.Secrets.In(File.ReadAllBytes(f)).Count > 0);
    }

    private static void IsClean(SecretSearch secrets, string sink, byte[] content, string visible, string planted)
    {
        Assert.True(Encoding.UTF8.GetString(content).Contains(visible, StringComparison.Ordinal), $"{sink} does not name {visible}: it was not looked at");
        Assert.Equal((sink, ""), (sink, string.Join("; ", secrets.In(content).Take(20))));
        var at = content.Length / 2;
        Assert.NotEmpty(secrets.In([.. content[..at], .. Encoding.UTF8.GetBytes(planted), .. content[at..]]));
    }

    private static byte[] Payloads(CanaryRun run, Func<OtlpPayload, bool> which) => [.. run.Receiver.Payloads.Where(which).SelectMany(p => p.Bytes)];

    // Every document of the deployment in each version that Vault still has.
    private async Task<string> KvAsync()
    {
        var all = new StringBuilder();
        var mount = environment.Names.KvMount;
        foreach (var folder in new[] { "identities/", "broker/" })
        {
            var keys = (await environment.Root.GetAsync($"{mount}/metadata/{folder}?list=true")).GetProperty("data").GetProperty("keys");
            foreach (var key in keys.EnumerateArray().Select(k => folder + k.GetString()))
            {
                var metadata = (await environment.Root.GetAsync($"{mount}/metadata/{key}")).GetProperty("data");
                all.Append(key).Append(metadata.GetRawText()).Append('\n');
                foreach (var version in metadata.GetProperty("versions").EnumerateObject())
                {
                    var (_, body) = await environment.Root.TryAsync(HttpMethod.Get, $"{mount}/data/{key}?version={version.Name}");
                    all.Append(body.ValueKind == JsonValueKind.Undefined ? "" : body.GetRawText()).Append('\n');
                }
            }
        }

        return all.ToString();
    }
}
