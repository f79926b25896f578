using System.Diagnostics;
using System.Text.Json;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BackupCodeBroker.Tests.Vault;

/// <summary>How calls are carried: headers, redirects, retries, time-outs, the circuit breaker, the limits, telemetry.</summary>
public sealed class CarriageTests
{
    private static readonly VaultSettings Settings = new() { AllowedRedirectHosts = ["vault-2:8200"], Address = "https://vault-1:8200" };

    /// <summary>For tests of pauses: however fast the fake clock runs, no call times out.</summary>
    private static readonly VaultSettings Patient = new() { CallTimeout = TimeSpan.FromSeconds(60) };

    [Fact]
    public async Task Headers_are_these_and_no_others()
    {
        using var vault = FakeVault.Answering(404, VaultBodies.Nothing);
        using var activity = new Activity("somebody's own").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.AddBaggage("k", "v");

        var client = vault.Client(settings: new VaultSettings { Namespace = "team" });
        await client.ReadKvAsync(FakeVault.Token, "broker/state", FakeVault.Call);

        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["X-Vault-Namespace"] = "team",
                ["X-Vault-Request"] = "true",
                ["X-Vault-Token"] = "s.CanaryCanaryCanaryCanary",
                ["traceparent"] = FakeVault.Call.TraceParent,
            },
            new SortedDictionary<string, string>(vault.Requests[0].Headers.ToDictionary(), StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX: y")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01")]
    public async Task A_call_without_its_operations_traceparent_is_a_bug(string traceParent) =>
        await Assert.ThrowsAsync<ArgumentException>(() => FakeVault.Answering(200, "{}").Client()
            .ReadKvAsync(FakeVault.Token, "broker/state", new VaultCall(traceParent, TestContext.Current.CancellationToken)));

    [Theory]
    [InlineData("https://vault-2:8200/v1/elsewhere?x=1", true)]
    [InlineData("https://VAULT-1:8200/", true)]
    [InlineData("https://vault-2:8201/", false)]
    [InlineData("https://evil:8200/", false)]
    [InlineData("http://vault-2:8200/", false)]
    [InlineData("https://user@vault-2:8200/", false)]
    [InlineData("ftp://vault-2:8200/", false)]
    public async Task A_standby_sends_a_call_only_where_the_configuration_allows(string location, bool followed)
    {
        using var vault = new FakeVault(FakeVault.Answer(307, "", location), FakeVault.Answer(200, VaultBodies.Saved));

        var write = await vault.Client(settings: Settings).WriteKvAsync(FakeVault.Token, "broker/state", "{}"u8.ToArray(), 1, FakeVault.Call);

        if (followed)
        {
            Assert.IsType<KvWrite.Saved>(write);
            Assert.Equal(("POST", "/v1/backup-codes/data/broker/state"), (vault.Requests[1].Method, vault.Requests[1].Uri.PathAndQuery));
            Assert.Equal(vault.Requests[0].Body, vault.Requests[1].Body);
            Assert.Equal(vault.Requests[0].Headers, vault.Requests[1].Headers);
        }
        else
        {
            Assert.IsType<VaultFault.WronglySetUp>(Assert.IsType<KvWrite.Faulted>(write).Fault);
            Assert.Single(vault.Requests);
        }
    }

    [Fact]
    public async Task A_node_that_points_at_itself_has_no_leader()
    {
        using var vault = new FakeVault(FakeVault.Answer(307, "", "https://vault-1:8200/"));

        var write = await vault.Client(settings: Settings).WriteKvAsync(FakeVault.Token, "broker/state", "{}"u8.ToArray(), 1, FakeVault.Call);

        Assert.IsType<VaultFault.NoLeader>(Assert.IsType<KvWrite.Faulted>(write).Fault);
        Assert.Equal(3, vault.Requests.Count);
    }

    [Theory]
    [InlineData(500, VaultBodies.InternalError)]
    [InlineData(502, "")]
    [InlineData(429, "")]
    [InlineData(400, """{"errors":["Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period."]}""")]
    public async Task Reads_are_tried_again(int status, string body)
    {
        using var vault = new FakeVault(FakeVault.Answer(status, body), FakeVault.Throw(HttpRequestError.ResponseEnded), FakeVault.Answer(200, VaultBodies.Document));
        var time = new FakeTimeProvider();

        var read = await Drive(time, vault.Client(time, Patient).ReadKvAsync(FakeVault.Token, "broker/state", FakeVault.Call));

        Assert.IsType<KvRead.Found>(read);
        Assert.Equal(3, vault.Requests.Count);
    }

    [Theory]
    [InlineData(503, VaultBodies.Sealed)]
    [InlineData(403, VaultBodies.BadToken)]
    [InlineData(404, VaultBodies.NoHandler)]
    public async Task What_a_retry_does_not_change_is_not_retried(int status, string body)
    {
        using var vault = FakeVault.Answering(status, body);
        await vault.Client().ReadKvAsync(FakeVault.Token, "broker/state", FakeVault.Call);
        Assert.Single(vault.Requests);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(60, 1)]
    public async Task Retry_After_is_honoured_or_too_long(int seconds, int requests)
    {
        using var vault = new FakeVault(FakeVault.Answer(429, "", retryAfter: seconds), FakeVault.Answer(200, VaultBodies.Document));
        var time = new FakeTimeProvider();
        var start = time.GetUtcNow();

        var read = await Drive(time, vault.Client(time, Patient).ReadKvAsync(FakeVault.Token, "broker/state", FakeVault.Call));

        Assert.Equal(requests, vault.Requests.Count);
        Assert.True(requests == 1 ? read is KvRead.Faulted(VaultFault.RateLimited { RetryAfter.TotalSeconds: 60 }) : time.GetUtcNow() - start >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Retries_come_to_an_end()
    {
        using var vault = new FakeVault(FakeVault.Refuse());
        var time = new FakeTimeProvider();

        var read = await Drive(time, vault.Client(time, Patient).ReadKvAsync(FakeVault.Token, "broker/state", FakeVault.Call));

        Assert.IsType<VaultFault.Unreachable>(Assert.IsType<KvRead.Faulted>(read).Fault);
        Assert.Equal(4, vault.Requests.Count);
    }

    [Fact]
    public async Task A_hung_leader_times_out_and_a_write_is_then_unknown()
    {
        using var vault = new FakeVault(FakeVault.Hang());
        var time = new FakeTimeProvider();
        var client = vault.Client(time);

        var write = await Drive(time, client.WriteKvAsync(FakeVault.Token, "broker/state", "{}"u8.ToArray(), 1, FakeVault.Call));
        var asking = await Drive(time, client.AskAsync(FakeVault.Token, "consume", "a", FakeVault.Call));

        Assert.IsType<KvWrite.Unknown>(write);
        Assert.IsType<VaultFault.TimedOut>(Assert.IsType<Asking.Faulted>(asking).Fault);
        Assert.Equal(2, vault.Requests.Count);
    }

    [Fact]
    public async Task Giving_up_on_a_read_is_thrown_and_on_a_write_under_way_is_unknown()
    {
        using var patience = new CancellationTokenSource();
        using var vault = new FakeVault(async (_, cancellation) =>
        {
            await patience.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
            throw new InvalidOperationException();
        });
        var call = FakeVault.Call with { Cancellation = patience.Token };

        Assert.IsType<KvWrite.Unknown>(await vault.Client().WriteKvAsync(FakeVault.Token, "broker/state", "{}"u8.ToArray(), 1, call));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => vault.Client().ReadKvAsync(FakeVault.Token, "broker/state", call));
    }

    [Fact]
    public async Task The_breaker_sheds_the_brokers_calls_and_leaves_callers_and_upkeep_alone()
    {
        using var vault = FakeVault.Answering(503, VaultBodies.Sealed);
        var time = new FakeTimeProvider();
        var client = vault.Client(time);
        for (var i = 0; i < 30; i++)
        {
            await client.AskAsync(FakeVault.Token, "consume", "a", FakeVault.Call);
        }

        Assert.IsType<VaultFault.Sealed>(await ReadFault(client));
        for (var i = 0; i < 30; i++)
        {
            await ReadFault(client);
        }

        var before = vault.Requests.Count;
        Assert.IsType<VaultFault.Busy>(await ReadFault(client));
        Assert.IsType<VaultFault.Busy>(Assert.IsType<KvWrite.Faulted>(
            await client.WriteKvAsync(FakeVault.Token, "broker/state", "{}"u8.ToArray(), 1, FakeVault.Call)).Fault);
        Assert.Equal(before, vault.Requests.Count);
        Assert.IsType<VaultFault.Sealed>(Assert.IsType<Asking.Faulted>(await client.AskAsync(FakeVault.Token, "consume", "a", FakeVault.Call)).Fault);
        await client.HealthAsync(FakeVault.Call);
        Assert.Equal(before + 2, vault.Requests.Count);

        time.Advance(TimeSpan.FromSeconds(2));
        Assert.IsType<VaultFault.Sealed>(await ReadFault(client));
    }

    [Fact]
    public async Task Over_the_limit_and_its_queue_a_call_is_busy_and_never_sent()
    {
        var release = new TaskCompletionSource();
        using var vault = new FakeVault(async (seen, cancellation) =>
        {
            await release.Task.WaitAsync(cancellation);
            return await FakeVault.Answer(404, VaultBodies.Nothing)(seen, cancellation);
        });
        var client = vault.Client(settings: new VaultSettings { MaxConcurrency = 1, MaxQueue = 1, CallTimeout = TimeSpan.FromSeconds(30) });

        var running = client.AskAsync(FakeVault.Token, "consume", "a", FakeVault.Call);
        var waiting = client.AskAsync(FakeVault.Token, "consume", "b", FakeVault.Call);
        var refused = await client.AskAsync(FakeVault.Token, "consume", "c", FakeVault.Call);
        release.SetResult();

        Assert.IsType<VaultFault.Busy>(Assert.IsType<Asking.Faulted>(refused).Fault);
        Assert.IsType<Asking.Granted>(await running);
        Assert.IsType<Asking.Granted>(await waiting);
        Assert.Equal(2, vault.Requests.Count);
    }

    [Theory]
    [InlineData(1 << 20, true)]
    [InlineData((1 << 20) + 1, false)]
    public async Task An_answer_has_a_largest_size(int size, bool read)
    {
        const string Frame = """{"data":{"data":{"k":""},"metadata":{"version":7}}}""";
        var body = Frame.Replace("\"\"", '"' + new string('x', size - Frame.Length) + '"', StringComparison.Ordinal);
        using var vault = FakeVault.Answering(200, body);

        Assert.Equal(read, await vault.Client().ReadKvAsync(FakeVault.Token, "broker/state", FakeVault.Call) is KvRead.Found);
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public async Task Telemetry_and_faults_hold_templates_and_no_token_name_or_control_character()
    {
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == TelemetryNames.Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (activities)
                {
                    activities.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var parent = new Activity("test").Start();
        using var vault = new FakeVault(FakeVault.Answer(418, """{"errors":["line\r\nbreak\u0000"]}"""));

        var read = await vault.Client().ReadKvAsync(FakeVault.Token, "identities/bcb.secret-name", FakeVault.Call);

        var fault = Assert.IsType<KvRead.Faulted>(read).Fault;
        Activity span;
        lock (activities)
        {
            span = Assert.Single(activities, a => a.TraceId == parent.TraceId);
        }

        var text = JsonSerializer.Serialize(span.TagObjects) + span.StatusDescription + fault.Describe() + fault + read;
        Assert.Equal("backup-codes/data/identities/{identity}", span.GetTagItem(TelemetryNames.VaultPath));
        Assert.Equal(("fault", 418), (span.GetTagItem(TelemetryNames.VaultOutcome), span.GetTagItem(TelemetryNames.VaultStatus)));
        Assert.DoesNotContain("Canary", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-name", text, StringComparison.Ordinal);
        Assert.DoesNotContain(fault.Describe(), char.IsControl);
    }

    private static async Task<VaultFault> ReadFault(VaultClient client) =>
        Assert.IsType<KvRead.Faulted>(await client.ReadKvAsync(FakeVault.Token, "broker/state", FakeVault.Call)).Fault;

    /// <summary>Lets the fake clock run until the work is done.</summary>
    private static async Task<T> Drive<T>(FakeTimeProvider time, Task<T> work)
    {
        while (!work.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        return await work;
    }
}
