using System.Text;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>What the standard variables and the broker's own settings make of what leaves it.</summary>
public sealed class OtlpSettingsTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(10);

    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task Where_no_span_is_sampled_every_access_record_is_there_and_Vault_is_told_so()
    {
        await using var stage = await OtlpStage.StartAsync(environment, "grpc", new Dictionary<string, string> { ["OTEL_TRACES_SAMPLER"] = "always_off" });
        var holding = await stage.HoldingAsync();
        var replies = new List<ApiReply>();
        using (new CallersSpan())
        {
            replies.Add(await stage.AskAsync(stage.Cast.Desk, c => c.ConsumeAsync(holding.Identity, holding.Code())));
        }

        replies.Add(await stage.AskAsync(stage.Cast.Desk, c => c.ConsumeAsync(holding.Identity, holding.Code())));
        Assert.Equal(0, await stage.Broker.TerminateAsync(ToEnd));

        var received = stage.Receiver.Accepted;
        Assert.Empty(received.Spans);
        foreach (var reply in replies)
        {
            var access = Assert.Single(received.Access, l => l["bcb.operation_id"] as string == reply.OperationId);
            Assert.Equal((reply.TraceId, 16), (access.TraceId, access.SpanId.Length));
            Assert.NotEmpty(stage.Proxy.Of(reply));
            Assert.All(stage.Proxy.Of(reply), c => Assert.Equal($"00-{reply.TraceId}-{access.SpanId}-00", c.TraceParent));
        }
    }

    [Fact]
    public async Task Where_pseudonyms_are_configured_no_name_of_an_identity_is_exported()
    {
        var key = Path.GetTempFileName();
        await File.WriteAllBytesAsync(key, Encoding.UTF8.GetBytes(new string('k', 64)), TestContext.Current.CancellationToken);
        await using var stage = await OtlpStage.StartAsync(environment, "http/protobuf", new Dictionary<string, string> { ["BCB_TELEMETRY__PSEUDONYM_KEY_FILE"] = key });
        var holding = await stage.HoldingAsync();
        var (identity, unknown) = (holding.Identity, BrokerEnvironment.NewIdentity());
        ApiReply[] replies =
        [
            await stage.AskAsync(stage.Cast.Desk, c => c.ConsumeAsync(identity, holding.Code())),
            await stage.AskAsync(stage.Cast.Desk, c => c.ConsumeAsync(identity, MadeCodes.WrongSecretOf(holding.Code(1)))),
            await stage.AskAsync(stage.Cast.Desk, c => c.ConsumeAsync(unknown, holding.Code(2))),
            await stage.AskAsync(stage.Cast.Verifier, c => c.StatusAsync(identity)),
            await stage.AskAsync(stage.Cast.Owner, c => c.InterceptedAsync(identity, 1, "canary")),
            await stage.MeanwhileAsync(OtlpStage.Vault(502, "cannot read bcb." + identity, pathHas: "/data/identities/"), stage.Cast.Desk, c => c.ConsumeAsync(identity, holding.Code(3))),
        ];
        Assert.Equal(0, await stage.Broker.TerminateAsync(ToEnd));

        var payloads = string.Concat(stage.Receiver.Payloads.Select(p => Encoding.Latin1.GetString(p.Bytes)));
        Assert.DoesNotContain(identity, payloads, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(unknown, payloads, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(identity, stage.Broker.Said, StringComparison.OrdinalIgnoreCase);
        var shown = replies.Select(r => (string)stage.Receiver.Accepted.Access.Single(l => l["bcb.operation_id"] as string == r.OperationId)["bcb.identity"]!).ToList();
        Assert.All(shown, s => Assert.StartsWith("~", s, StringComparison.Ordinal));
        Assert.Equal(2, shown.Distinct().Count());
        File.Delete(key);
    }
}
