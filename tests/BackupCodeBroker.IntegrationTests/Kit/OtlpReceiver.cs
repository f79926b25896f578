using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using BackupCodeBroker.IntegrationTests.Telemetry.OtlpProtocol;
using Google.Protobuf;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>
/// A receiver of the OpenTelemetry protocol on this machine, over gRPC (HTTP/2 without TLS) and over HTTP with protobuf bodies, decoded with generated
/// code. Every payload is kept as it was on the wire, unpacked. It can also misbehave in the ways receivers do (<see cref="Mood"/>); what it then
/// turned away is kept apart. A field that the published definitions do not have makes the receiver fail at its end.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<OtlpPayload> _payloads = new();
    private readonly CancellationTokenSource _end = new();
    private volatile OtlpMood _mood;

    private OtlpReceiver(int grpcPort, int httpPort)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, grpcPort, listener => listener.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, httpPort, listener => listener.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = null);
        _app = builder.Build();
        _app.Use(ReceiveAsync);
        _app.MapGrpcService<OtlpServices.Traces>();
        _app.MapGrpcService<OtlpServices.Metrics>();
        _app.MapGrpcService<OtlpServices.Logs>();
        _app.MapPost("/v1/traces", () => Results.Bytes(new ExportTraceServiceResponse().ToByteArray(), "application/x-protobuf"));
        _app.MapPost("/v1/metrics", () => Results.Bytes(new ExportMetricsServiceResponse().ToByteArray(), "application/x-protobuf"));
        _app.MapPost("/v1/logs", () => Results.Bytes(new ExportLogsServiceResponse().ToByteArray(), "application/x-protobuf"));
    }

    /// <summary>Where it takes gRPC.</summary>
    public string GrpcEndpoint => _app.Urls.First();

    /// <summary>Where it takes HTTP with protobuf bodies; signals have paths of their own below it.</summary>
    public string HttpEndpoint => _app.Urls.Last();

    /// <summary>How it answers from now on.</summary>
    public OtlpMood Mood
    {
        get => _mood;
        set => _mood = value;
    }

    /// <summary>What arrived and was accepted.</summary>
    public OtlpReceived Accepted => new([.. _payloads.Where(p => p.Accepted)]);

    /// <summary>What arrived and was turned away or left without an answer.</summary>
    public OtlpReceived TurnedAway => new([.. _payloads.Where(p => !p.Accepted)]);

    /// <summary>Everything that arrived, as it was on the wire (unpacked).</summary>
    public IReadOnlyList<OtlpPayload> Payloads => [.. _payloads];

    public static async Task<OtlpReceiver> StartAsync(int grpcPort = 0, int httpPort = 0)
    {
        var receiver = new OtlpReceiver(grpcPort, httpPort);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>The endpoint of a protocol, as <c>OTEL_EXPORTER_OTLP_PROTOCOL</c> names it.</summary>
    public string EndpointOf(string protocol) => protocol == "grpc" ? GrpcEndpoint : HttpEndpoint;

    /// <summary>Waits until what was accepted holds what a test waits for.</summary>
    public async Task<T> UntilAsync<T>(Func<OtlpReceived, T?> found, string what)
        where T : class
    {
        using var patience = new CancellationTokenSource(Patience);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var seen = -1;
        while (true)
        {
            if (_payloads.Count is var count && count != seen && found(Accepted) is { } result)
            {
                return result;
            }

            seen = count;
            try
            {
                await beat.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"never arrived: {what}; arrived: {Accepted}");
            }
        }
    }

    /// <summary>Waits until something holds of what was accepted.</summary>
    public Task<OtlpReceived> UntilAsync(Predicate<OtlpReceived> holds, string what) => UntilAsync(r => holds(r) ? r : null, what);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _end.Dispose();
    }

    // The body is read whole and kept before anybody decodes it; the services get a copy.
    private async Task ReceiveAsync(HttpContext http, RequestDelegate next)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var grpc = http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
        var packed = (grpc ? http.Request.Headers["grpc-encoding"] : http.Request.Headers.ContentEncoding) == "gzip";
        var mood = _mood;
        _payloads.Enqueue(OtlpPayload.Of(http.Request.Path, grpc ? Unframed(body.ToArray()) : Unpacked(body.ToArray(), packed), mood is OtlpMood.Accept, grpc, packed));
        if (mood is not OtlpMood.Accept)
        {
            await MisbehaveAsync(http, mood, grpc);
            return;
        }

        http.Request.Body = new MemoryStream(body.ToArray());
        await next(http);
    }

    private async Task MisbehaveAsync(HttpContext http, OtlpMood mood, bool grpc)
    {
        if (mood is OtlpMood.Hang)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _end.Token);
            await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            http.Abort();
            return;
        }

        if (mood is OtlpMood.Garbage)
        {
            http.Response.ContentType = "text/html";
            await http.Response.WriteAsync("<html>\u0000\u0001 this is no receiver</html>");
            return;
        }

        // gRPC has its status beside the HTTP one: 14 is UNAVAILABLE, 8 RESOURCE_EXHAUSTED.
        http.Response.StatusCode = grpc ? 200 : mood is OtlpMood.TooLarge ? 413 : 500;
        if (grpc)
        {
            http.Response.ContentType = "application/grpc";
            http.Response.Headers["grpc-status"] = mood is OtlpMood.TooLarge ? "8" : "14";
        }
    }

    // One message after another, each behind a byte that tells whether it is packed and four for its length.
    private static byte[] Unframed(byte[] body)
    {
        using var whole = new MemoryStream();
        for (var at = 0; at + 5 <= body.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(at + 1));
            whole.Write(Unpacked(body[(at + 5)..(at + 5 + length)], body[at] == 1));
            at += 5 + length;
        }

        return whole.ToArray();
    }

    private static byte[] Unpacked(byte[] body, bool packed)
    {
        if (!packed)
        {
            return body;
        }

        using var source = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        using var target = new MemoryStream();
        source.CopyTo(target);
        return target.ToArray();
    }
}

/// <summary>How a receiver answers.</summary>
internal enum OtlpMood
{
    /// <summary>As it should.</summary>
    Accept,

    /// <summary>Reads, and never answers.</summary>
    Hang,

    /// <summary>UNAVAILABLE, or HTTP 500.</summary>
    Unavailable,

    /// <summary>RESOURCE_EXHAUSTED, or HTTP 413.</summary>
    TooLarge,

    /// <summary>200 with a page that is none of the protocol's.</summary>
    Garbage,
}
