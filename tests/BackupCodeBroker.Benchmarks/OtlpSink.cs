using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// A receiver of OTLP over gRPC that reads everything and understands nothing, behind three ports: one answers at once, one after a while, one with an
/// error. It runs as a process of its own until its standard input ends.
/// </summary>
internal sealed class OtlpSink : IDisposable
{
    /// <summary>The program's argument that makes it this receiver.</summary>
    public const string Verb = "otlp-sink";

    /// <summary>
    /// Environment of a process that compiles a method for good once it has been called twice: what runs once in five seconds, as an export of metrics
    /// does, would else still be compiled while a benchmark measures, which no broker does that has run for an hour.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string> SoonWarm = new Dictionary<string, string> { ["DOTNET_TC_CallCountThreshold"] = "2" };

    private static readonly TimeSpan Slowness = TimeSpan.FromSeconds(3);

    private readonly Process _process;

    private OtlpSink(Process process, string[] endpoints) => (_process, Good, Slow, Failing) = (process, endpoints[0], endpoints[1], endpoints[2]);

    /// <summary>Answers at once.</summary>
    public string Good { get; }

    /// <summary>Answers after three seconds.</summary>
    public string Slow { get; }

    /// <summary>Answers that it is unavailable.</summary>
    public string Failing { get; }

    /// <summary>Starts it.</summary>
    public static async Task<OtlpSink> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(OtlpSink).Assembly.Location, Verb]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in SoonWarm)
        {
            start.Environment[name] = value;
        }

        // Half of its processor time was threads that spin until the next batch comes, on processors that broker and Vault want: no receiver's need.
        start.Environment["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0";
        var process = Process.Start(start)!;
        var endpoints = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the receiver did not start");
        return new OtlpSink(process, endpoints.Split(' '));
    }

    /// <summary>Is it.</summary>
    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            for (var i = 0; i < 3; i++)
            {
                kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http2);
            }
        });
        await using var app = builder.Build();
        List<int> ports = [];
        app.Run(http => AnswerAsync(http, ports.IndexOf(http.Connection.LocalPort)));
        await app.StartAsync();
        ports.AddRange(app.Urls.Select(u => new Uri(u).Port));
        await Console.Out.WriteLineAsync(string.Join(' ', app.Urls));
        await Console.In.ReadToEndAsync();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task AnswerAsync(HttpContext http, int which)
    {
        await http.Request.Body.CopyToAsync(Stream.Null);
        if (which == 1)
        {
            await Task.Delay(Slowness, http.RequestAborted);
        }

        http.Response.ContentType = "application/grpc";
        if (which == 2)
        {
            http.Response.Headers["grpc-status"] = "14";
            return;
        }

        // An empty message: not packed, no bytes.
        await http.Response.Body.WriteAsync(new byte[5]);
        http.Response.AppendTrailer("grpc-status", "0");
    }
}
