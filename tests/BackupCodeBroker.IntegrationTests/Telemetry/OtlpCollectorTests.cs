using System.Globalization;
using System.Text.Json;
using BackupCodeBroker.IntegrationTests.Kit;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>
/// By way of an OpenTelemetry Collector, where Docker is there: OTLP in, a file of OTLP/JSON out, which is one of the forms that <c>bcb audit</c> reads.
/// <c>BCB_TEST_COLLECTOR_IMAGE</c> names another image.
/// </summary>
public sealed class OtlpCollectorTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private const string Configuration = """
        receivers:
          otlp:
            protocols:
              grpc:
                endpoint: 0.0.0.0:4317
              http:
                endpoint: 0.0.0.0:4318
        exporters:
          file:
            path: /out/telemetry.jsonl
            flush_interval: 100ms
        service:
          pipelines:
            traces: {receivers: [otlp], exporters: [file]}
            metrics: {receivers: [otlp], exporters: [file]}
            logs: {receivers: [otlp], exporters: [file]}
        """;

    [Theory]
    [Trait("Requirement", "R-38")]
    [InlineData("grpc", 4317)]
    [InlineData("http/protobuf", 4318)]
    public async Task The_access_record_arrives_in_a_collectors_file(string protocol, int port)
    {
        var folder = Directory.CreateTempSubdirectory("bcb-collector-");
        if (!OperatingSystem.IsWindows())
        {
            // Whoever the container runs as writes there.
            File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_111_111);
        }

        await using var collector = await StartAsync(folder.FullName);
        var endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{collector.GetMappedPublicPort(port)}");
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(await environment.SharedAsync(), cast);
        ApiReply reply;
        await using (var broker = await BrokerProcess.StartAsync(environment, variables: OtlpStage.Variables(endpoint, protocol)))
        {
            using var desk = broker.As(cast.Desk);
            reply = await desk.ConsumeAsync(holding.Identity, holding.Code());
            Assert.Equal(0, await broker.TerminateAsync(TimeSpan.FromSeconds(10)));
        }

        // Stopping writes out what it holds.
        await collector.StopAsync(TestContext.Current.CancellationToken);
        var access = Assert.Single(
            Records(await File.ReadAllLinesAsync(Path.Combine(folder.FullName, "telemetry.jsonl"), TestContext.Current.CancellationToken)), r => Value(r, "bcb.operation_id") == reply.OperationId);
        Assert.Equal(("bcb.access", reply.TraceId), (access.GetProperty("eventName").GetString(), access.GetProperty("traceId").GetString()));
        Assert.Equal(("consume", "done", holding.Identity), (Value(access, "bcb.operation"), Value(access, "bcb.outcome"), Value(access, "bcb.identity")));
        folder.Delete(recursive: true);
    }

    private static async Task<IContainer> StartAsync(string folder)
    {
        var image = Environment.GetEnvironmentVariable("BCB_TEST_COLLECTOR_IMAGE") is { Length: > 0 } named ? named : "otel/opentelemetry-collector-contrib:latest";
        try
        {
            var container = new ContainerBuilder(image)
                .WithResourceMapping(System.Text.Encoding.UTF8.GetBytes(Configuration), "/etc/bcb-collector.yaml")
                .WithCommand("--config", "/etc/bcb-collector.yaml")
                .WithBindMount(folder, "/out")
                .WithPortBinding(4317, assignRandomHostPort: true)
                .WithPortBinding(4318, assignRandomHostPort: true)
                .WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged("Everything is ready"))
                .Build();
            await container.StartAsync();
            return container;
        }
        catch (DockerUnavailableException e)
        {
            Assert.Skip("no Docker here, so no Collector: " + e.Message.Split('\n')[0]);
            throw;
        }
    }

    private static IEnumerable<JsonElement> Records(IEnumerable<string> lines) =>
        from line in lines
        where line.Length > 0
        let root = JsonDocument.Parse(line).RootElement
        where root.TryGetProperty("resourceLogs", out _)
        from resource in root.GetProperty("resourceLogs").EnumerateArray()
        from scope in resource.GetProperty("scopeLogs").EnumerateArray()
        from record in scope.GetProperty("logRecords").EnumerateArray()
        select record;

    private static string? Value(JsonElement record, string key) =>
        record.TryGetProperty("attributes", out var attributes)
        && attributes.EnumerateArray().FirstOrDefault(a => a.GetProperty("key").GetString() == key) is { ValueKind: JsonValueKind.Object } found
            ? found.GetProperty("value").GetProperty("stringValue").GetString()
            : null;
}
