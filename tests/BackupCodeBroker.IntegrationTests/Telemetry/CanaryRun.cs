using System.Text;
using System.Text.Json;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>
/// A broker process that runs every flow there is, with everything logged that can be, while each secret that exists is noted for the search: codes, wrong
/// codes, activation secrets, people's tokens, wrapping tokens, the tokens and the secret-id of the broker itself, and what goes into the pepper.
/// </summary>
internal sealed class CanaryRun : IAsyncDisposable
{
    private readonly BrokerEnvironment _environment;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bcb-canary-");
    private readonly StringBuilder _answers = new();
    private readonly StringBuilder _cli = new();
    private readonly StringBuilder _seen = new();
    private readonly Lock _lock = new();
    private BrokerProcess _broker = null!;
    private ApiReply _last = null!;

    private CanaryRun(BrokerEnvironment environment) => _environment = environment;

    /// <summary>The search, with every secret of the run.</summary>
    public SecretSearch Secrets { get; } = new();

    /// <summary>Where whatever the process writes beside its sinks would lie.</summary>
    public string WorkingFolder => Directory.CreateDirectory(Path.Combine(_folder.FullName, "work")).FullName;

    public string AccessFile => Path.Combine(_folder.FullName, "access.jsonl");

    /// <summary>All answers of the API, headers and bodies; what an issue hands over on purpose is cut out of its own answer.</summary>
    public string Answers => _answers.ToString();

    /// <summary>What the command line printed.</summary>
    public string CommandLine => _cli.ToString();

    /// <summary>What others see of the processes.</summary>
    public string Seen => _seen.ToString();

    public string Console => _broker.Said;

    public OtlpReceiver Receiver { get; private set; } = null!;

    public VaultProxy Proxy { get; private set; } = null!;

    /// <summary>Where notices go, beside the log.</summary>
    public WebhookReceiver Webhook { get; private set; } = null!;

    public Cast Cast { get; private set; } = null!;

    /// <summary>An identity that every sink may name: a search that does not find it looks at nothing.</summary>
    public string Visible { get; } = BrokerEnvironment.NewIdentity("team-a.visible");

    public string PrintableIdentity { get; } = BrokerEnvironment.NewIdentity("team-a.visible");

    public static async Task<CanaryRun> StartAsync(BrokerEnvironment environment)
    {
        await environment.BootstrapAsync(recoveries: true);
        var run = new CanaryRun(environment) { Receiver = await OtlpReceiver.StartAsync(), Cast = await environment.CastAsync() };
        run.Proxy = await VaultProxy.StartAsync(environment.Vault.Address);
        run.Proxy.Seen = run.Note;
        run.Webhook = await WebhookReceiver.StartAsync();
        run.Secrets.Add("webhook secret", run.Webhook.Secret);
        foreach (var (name, person) in new[] { ("team's token", run.Cast.Team), ("owner's token", run.Cast.Owner), ("verifier's token", run.Cast.Verifier), ("desk's token", run.Cast.Desk) })
        {
            run.Secrets.Add(name, person.Token);
        }

        run.Secrets.Add("secret-id", (await File.ReadAllTextAsync(Path.Combine(environment.Credentials, "secret-id"))).Trim());
        run._broker = await BrokerProcess.StartAsync(environment, run.Proxy.Address, run.Variables(), run.WorkingFolder);
        return run;
    }

    /// <summary>Sends a request as somebody and keeps the answer.</summary>
    public async Task<ApiReply> AskAsync(Person? who, Func<ApiClient, Task<ApiReply>> request, int? expected = null)
    {
        using var client = new ApiClient(_broker.Address, who?.Token);
        var reply = await request(client);
        Assert.Empty(Proxy.Faults);
        Assert.True(expected is null || expected == reply.Status, $"{reply.Status} {reply.Text}");
        _answers.Append(reply.Status).Append(' ').Append(reply.Headers).Append(reply.ContentType).Append('\n').Append(Told(reply)).Append('\n');
        _last = reply.Headers.Contains("Bcb-Operation-Id") ? reply : _last;
        return reply;
    }

    /// <summary>Codes of a new set, made and received through the process.</summary>
    public async Task<Payload> ClaimAsync(string identity)
    {
        var issued = await AskAsync(Cast.Owner, c => c.IssueAsync(identity), 201);
        var payload = Keep(await _environment.UnwrapAsync(Cast.Owner, issued));
        await AskAsync(Cast.Owner, c => c.ActivateAsync(identity, payload.Generation, payload.Activation), 204);
        return payload;
    }

    /// <summary>Opens a wrap as its recipient.</summary>
    public Task<Payload> UnwrapAsync(ApiReply issued) => _environment.UnwrapAsync(Cast.Owner, issued);

    /// <summary>Notes what was in a wrap.</summary>
    public Payload Keep(Payload payload)
    {
        Secrets.Add("activation secret", payload.Activation);
        foreach (var code in payload.Codes)
        {
            Secrets.Add("code", code);
        }

        return payload;
    }

    /// <summary>A well-formed wrong code, noted like a right one: whoever sends it may have mistaken the identity.</summary>
    public string Wrong(string code) => Noted("wrong code", code);

    public string Noted(string label, string secret)
    {
        lock (_lock)
        {
            Secrets.Add(label, secret);
        }

        return secret;
    }

    /// <summary>Makes the roles by which an identity recovers.</summary>
    public async Task MakeRolesAsync(string identity)
    {
        await _environment.Root.PostAsync($"auth/{_environment.Names.RecoveryMount}/role/{identity}", new { secret_id_num_uses = 1, token_ttl = "5m" });
        await _environment.Root.PostAsync(
            $"auth/token/roles/{_environment.Names.RecoveryRolePrefix}{identity}", new { allowed_policies = new[] { "default" }, orphan = true, token_type = "service", token_explicit_max_ttl = "5m" });
    }

    /// <summary>Runs a verb of the command line as somebody; what a recovery leaves in the file of the token is noted.</summary>
    public async Task<CliResult> RunCliAsync(Person? who, string input, params string[] args)
    {
        var home = Directory.CreateDirectory(Path.Combine(_folder.FullName, "home-" + Guid.NewGuid().ToString("n"))).FullName;
        if (who is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(home, ".vault-token"), who.Token);
        }

        var result = await CliProcess.RunAsync(home, _broker.Address, Proxy.Address, input, args);
        _cli.Append(string.Join(' ', args)).Append('\n').Append(result.Output).Append(result.Error);
        _seen.Append(result.Seen);
        if (who is null && File.Exists(Path.Combine(home, ".vault-token")))
        {
            Noted("recovered token", await File.ReadAllTextAsync(Path.Combine(home, ".vault-token")));
        }

        if (File.Exists(Path.Combine(home, "codes")))
        {
            var codes = (await File.ReadAllLinesAsync(Path.Combine(home, "codes"))).Where(l => l.StartsWith("BCB1", StringComparison.Ordinal)).ToList();
            Assert.Equal(10, codes.Count);
            codes.ForEach(c => Noted("code", c));
        }

        return result;
    }

    /// <summary>Waits until the last operation's record and span have arrived.</summary>
    public Task UntilExportedAsync() => Receiver.UntilAsync(
        r => r.Access.Any(l => l["bcb.operation_id"] as string == _last.OperationId) && r.Spans.Any(s => s["bcb.operation_id"] as string == _last.OperationId)
            && r.Counters("bcb.operations").Count > 0,
        "the last operation of the run");

    /// <summary>The process ends in the worst way that there is while a code is on its way.</summary>
    public async Task CrashAsync(Func<ApiClient, Task<ApiReply>> consume)
    {
        _seen.Append(ProcessView.Of(_broker.Id));
        var (there, gone) = (new TaskCompletionSource(), new TaskCompletionSource());
        Proxy.Answer = async http =>
        {
            if (http.Request.Method == "POST" && http.Request.Path.Value!.Contains("/data/identities/", StringComparison.Ordinal))
            {
                there.TrySetResult();
                await gone.Task;
            }

            return false;
        };
        using var client = new ApiClient(_broker.Address, Cast.Desk.Token);
        var asking = consume(client);
        await there.Task;
        Assert.NotEqual(0, await _broker.AbortAsync());
        gone.SetResult();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => asking);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        await Proxy.DisposeAsync();
        await Receiver.DisposeAsync();
        await Webhook.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    // Everything that can be logged is: to each log apart, which nothing said about categories takes back.
    private Dictionary<string, string> Variables()
    {
        var variables = OtlpStage.Variables(Receiver.HttpEndpoint, "http/protobuf");
        variables["OTEL_EXPORTER_OTLP_COMPRESSION"] = "gzip";
        variables["BCB_TELEMETRY__ACCESS_FILE"] = AccessFile;
        variables["TMPDIR"] = WorkingFolder;
        foreach (var (name, value) in Webhook.Variables)
        {
            variables[name] = value;
        }

        variables["BCB_PROFILES__MACHINE__RECOVERY"] = "token";
        variables["BCB_PROFILES__PRINTABLE__RECOVERY"] = "approle";
        variables["BCB_NOTICES__SINKS"] = "log,webhook";
        foreach (var log in new[] { "", "Console__", "OpenTelemetry__" })
        {
            foreach (var category in new[] { "Default", "Microsoft", "Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.Diagnostics", "System", "Polly", "BackupCodeBroker" })
            {
                variables[$"Logging__{log}LogLevel__{category}"] = "Trace";
            }
        }

        return variables;
    }

    // What is sent to Vault: the broker's own token, its children, what goes into the pepper; wrapping tokens of the command line.
    private void Note(HttpRequest request, byte[] body)
    {
        if (request.Headers["X-Vault-Token"].ToString() is { Length: >= SecretSearch.Shortest } token)
        {
            Noted("token on its way to Vault", token);
        }

        if (request.Path.Value!.Contains("/wrapping/", StringComparison.Ordinal) || request.Path.Value.EndsWith("/login", StringComparison.Ordinal))
        {
            using var json = JsonDocument.Parse(body);
            foreach (var (name, label) in new[] { ("token", "wrapping token"), ("secret_id", "secret-id of a recovery") })
            {
                _ = json.RootElement.TryGetProperty(name, out var secret) ? Noted(label, secret.GetString()!) : null;
            }
        }

        if (request.Path.Value!.Contains("/hmac/", StringComparison.Ordinal))
        {
            using var json = JsonDocument.Parse(body);
            foreach (var input in json.RootElement.GetProperty("batch_input").EnumerateArray())
            {
                Noted("input of the pepper", input.GetProperty("input").GetString()!);
            }
        }
    }

    private string Told(ApiReply reply)
    {
        if (reply.Status is not (200 or 201) || !reply.Json.TryGetProperty("wrapping", out var wrapping))
        {
            return reply.Text;
        }

        var token = Noted("wrapping token", wrapping.GetProperty("token").GetString()!);
        Assert.Equal(2, reply.Text.Split(token).Length);
        return reply.Text.Replace(token, "", StringComparison.Ordinal);
    }
}
