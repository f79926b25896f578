using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using BackupCodeBroker.Configuration;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>
/// Somebody's receiver of notices: a web server on loopback, with TLS of an authority of its own where asked for, that keeps what comes and answers as a test says. Signatures are
/// computed here anew, from the specification, not with the product's code.
/// </summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bcb-webhook-");
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private WebApplication _app = null!;
    private X509Certificate2? _certificate;

    /// <summary>Everything that came, refused or not, in its order.</summary>
    public IReadOnlyList<Received> All => [.. _received];

    /// <summary>What was answered 2xx.</summary>
    public IReadOnlyList<Received> Taken => [.. _received.Where(r => r.Status is >= 200 and < 300)];

    /// <summary>How it answers; 204 where nothing is said.</summary>
    public Func<HttpContext, Received, Task>? Answer { get; set; }

    public string Url { get; private set; } = "";

    public string SecretFile => Path.Combine(_folder.FullName, "secret");

    public string Secret => "whsec_" + Convert.ToBase64String(_key);

    public string CaFile => Path.Combine(_folder.FullName, "ca.crt");

    public NoticeSettings Settings => new()
    {
        Sinks = [NoticeSettings.Webhook],
        Url = new Uri(Url),
        SecretFile = SecretFile,
        CaCertificate = _certificate is null ? null : CaFile,
        FirstPause = TimeSpan.FromMilliseconds(20),
        ClearEvery = TimeSpan.FromMilliseconds(200),
        AdoptAfter = TimeSpan.Zero,
    };

    /// <summary>Variables for a broker process.</summary>
    public Dictionary<string, string> Variables => new()
    {
        ["BCB_NOTICES__SINKS"] = "webhook",
        ["BCB_NOTICES__URL"] = Url,
        ["BCB_NOTICES__SECRET_FILE"] = SecretFile,
    };

    public static async Task<WebhookReceiver> StartAsync(bool tls = false, string? url = null)
    {
        var receiver = new WebhookReceiver();
        await File.WriteAllTextAsync(receiver.SecretFile, receiver.Secret + "\n");
        receiver._certificate = tls ? receiver.Certificate() : null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, url is null ? 0 : new Uri(url).Port, listener =>
        {
            if (receiver._certificate is { } certificate)
            {
                listener.UseHttps(certificate);
            }
        }));
        receiver._app = builder.Build();
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync();
        receiver.Url = receiver._app.Urls.Single() + "/hooks/bcb";
        return receiver;
    }

    /// <summary>Waits until so many notices were taken, duplicates not counted.</summary>
    public Task<IReadOnlyList<Received>> UntilTakenAsync(int count) => UntilAsync(r => r.Taken.DistinctBy(t => t.Id).Count() >= count, count + " notices");

    public async Task<IReadOnlyList<Received>> UntilAsync(Func<WebhookReceiver, bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition(this))
        {
            try
            {
                await beat.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"no {what}; there are {string.Join(' ', All.Select(r => r.Notice + r.Status))}");
            }
        }

        return Taken;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _certificate?.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var received = new Received(
            http.Request.Headers["webhook-id"].ToString(), http.Request.Headers["webhook-timestamp"].ToString(), http.Request.Headers["webhook-signature"].ToString(),
            http.Request.ContentType ?? "", http.Request.Path, body.ToArray())
        { Expected = Sign(http.Request.Headers["webhook-id"]!, http.Request.Headers["webhook-timestamp"]!, body.ToArray()) };
        _received.Enqueue(received);
        http.Response.StatusCode = 204;
        if (Answer is { } answer)
        {
            await answer(http, received);
        }

        received.Status = http.Response.StatusCode;
    }

    private string Sign(string id, string timestamp, byte[] body) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.").Concat(body).ToArray()));

    private X509Certificate2 Certificate()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=webhook authority", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        using var root = rootRequest.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        File.WriteAllText(CaFile, root.ExportCertificatePem());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=receiver", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(root, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddMinutes(30), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}

/// <summary>A notice as it came over the wire.</summary>
internal sealed record Received(string Id, string Timestamp, string Signature, string ContentType, string Path, byte[] Body)
{
    /// <summary>What the signature must be.</summary>
    public required string Expected { get; init; }

    public int Status { get; set; }

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Type => Json.GetProperty("type").GetString()!;

    /// <summary>The last part of its type.</summary>
    public string Notice => Type["bcb.".Length..];

    public string? Data(string member) => Json.GetProperty("data").TryGetProperty(member, out var value) ? value.ToString() : null;
}
