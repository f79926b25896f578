using System.Diagnostics;
using System.Globalization;
using System.Text;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Notices;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Notices;

/// <summary>The receiver of <c>src/docs/notices.md</c> as it stands there: it takes what a broker sends, each notice once, and nothing that was forged or is old.</summary>
public sealed class ReceiverExampleTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bcb-receiver-");
    private readonly string _secret = "whsec_" + Convert.ToBase64String(Encoding.ASCII.GetBytes("a secret for an example of 32 b."));

    [Fact]
    [Trait("Requirement", "R-36")]
    public async Task It_takes_what_a_broker_signs_once_and_nothing_forged_or_old()
    {
        using var process = await StartAsync();
        try
        {
            var url = new Uri($"http://127.0.0.1:{(await ReadAsync(process)).Split(' ')[^1]}/hooks");
            var broker = await environment.StartAsync(s => s with
            {
                Notices = s.Notices with { Sinks = [NoticeSettings.Webhook], Url = url, SecretFile = Path.Combine(_folder.FullName, "secret") },
            });
            var holding = await environment.HoldingAsync(broker, await environment.CastAsync());
            Assert.StartsWith($"bcb.issued {holding.Identity} {{", await ReadAsync(process), StringComparison.Ordinal);
            Assert.StartsWith($"bcb.activated {holding.Identity} {{", await ReadAsync(process), StringComparison.Ordinal);

            const string Body = """{"type":"bcb.test","subject":"x","data":{}}""";
            var (now, hourAgo) = (DateTimeOffset.UtcNow.ToUnixTimeSeconds(), DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds());
            Assert.Equal(401, await PostAsync(url, "forged", now, Body, "v1,AAAA"));
            Assert.Equal(401, await PostAsync(url, "changed", now, Body + " ", Sign("changed", now, Body)));
            Assert.Equal(400, await PostAsync(url, "old", hourAgo, Body, Sign("old", hourAgo, Body)));
            Assert.Equal(204, await PostAsync(url, "twice", now, Body, "v1,AAAA " + Sign("twice", now, Body)));
            Assert.Equal(204, await PostAsync(url, "twice", now, Body, Sign("twice", now, Body)));
            Assert.Equal(204, await PostAsync(url, "last", now, Body.Replace("test", "last", StringComparison.Ordinal), Sign("last", now, Body.Replace("test", "last", StringComparison.Ordinal))));
            Assert.Equal(["bcb.test x {}", "bcb.last x {}"], [await ReadAsync(process), await ReadAsync(process)]);
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [InlineData("content-length: -1")]
    [InlineData("content-length: 99999999")]
    [InlineData("content-length: \u00b2")]
    [InlineData("x-nothing: 1")]
    public async Task A_length_that_is_none_is_refused_before_anything_is_read(string header)
    {
        using var process = await StartAsync();
        try
        {
            var port = int.Parse((await ReadAsync(process)).Split(' ')[^1], CultureInfo.InvariantCulture);
            using var client = new System.Net.Sockets.TcpClient();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await client.ConnectAsync("127.0.0.1", port, patience.Token);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.Latin1.GetBytes($"POST /hooks HTTP/1.1\r\nhost: x\r\n{header}\r\n\r\n"), patience.Token);
            using var reader = new StreamReader(stream);
            Assert.Contains(" 413 ", await reader.ReadLineAsync(patience.Token), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<Process> StartAsync()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Top(), "src/docs/notices.md"), TestContext.Current.CancellationToken);
        var script = text.Split("```python\n")[1].Split("```")[0];
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "receiver.py"), script);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "secret"), _secret + "\n");
        try
        {
            return Process.Start(new ProcessStartInfo("python3", ["receiver.py", "0", "secret"]) { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("no python3 here");
            throw;
        }
    }

    private static async Task<string> ReadAsync(Process process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await process.StandardOutput.ReadLineAsync(patience.Token) ?? "";
    }

    private string Sign(string id, long timestamp, string body)
    {
        using var secret = WebhookSecret.TryParse(_secret)!;
        return secret.Sign(id, timestamp.ToString(CultureInfo.InvariantCulture), Encoding.UTF8.GetBytes(body));
    }

    private static async Task<int> PostAsync(Uri url, string id, long timestamp, string body, string signature)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", signature);
        using var answer = await http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static string Top()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
        {
            folder = folder.Parent;
        }

        return folder!.FullName;
    }
}
