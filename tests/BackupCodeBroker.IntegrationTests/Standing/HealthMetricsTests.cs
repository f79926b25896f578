using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using BackupCodeBroker.Health;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Telemetry;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Standing;

/// <summary>What the broker says of itself and of its Vault without being asked for an operation: gauges, version, notices.</summary>
public sealed class HealthMetricsTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    public async Task The_gauges_say_whether_it_serves_and_beside_which_Vault()
    {
        var broker = await environment.StartAsync();
        var health = (await environment.Root.TryAsync(HttpMethod.Get, "sys/health")).Body;

        await broker.Services.GetRequiredService<DeploymentProbe>().LookAsync(CancellationToken.None);
        var seen = Collect(broker);

        Assert.Equal(1, seen[TelemetryNames.Ready].Value);
        Assert.Equal(0, seen[TelemetryNames.VaultClockSkew].Value);
        Assert.Equal(1, seen[TelemetryNames.VaultInfo].Value);
        Assert.Equal(
            [(TelemetryNames.VaultVersion, health.GetProperty("version").GetString()), (TelemetryNames.VaultCluster, health.GetProperty("cluster_id").GetString())],
            seen[TelemetryNames.VaultInfo].Tags.Select(tag => (tag.Key, (string?)tag.Value)));
    }

    [Fact]
    public async Task A_Vault_that_does_not_answer_leaves_no_old_clock_and_no_readiness()
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        tap.Interfere = (_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError);

        await broker.Services.GetRequiredService<DeploymentProbe>().LookAsync(CancellationToken.None);
        var seen = Collect(broker);

        Assert.Equal(0, seen[TelemetryNames.Ready].Value);
        Assert.False(seen.ContainsKey(TelemetryNames.VaultClockSkew));
        using var anyone = new ApiClient(broker.Address, null);
        var missing = (await anyone.SendAsync(HttpMethod.Get, "/readyz")).Json.GetProperty("missing")[0];
        Assert.Equal("vault-reachable", missing.GetProperty("id").GetString());
    }

    [Fact]
    public async Task One_look_that_is_too_slow_makes_no_outage_and_two_in_a_row_do()
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        using var anyone = new ApiClient(broker.Address, null);
        var probe = broker.Services.GetRequiredService<DeploymentProbe>();
        // One look asks four times.
        var left = 4;
        tap.Interfere = (call, send) => call.Name == "GET codes/config" && Interlocked.Decrement(ref left) >= 0
            ? Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.TooManyRequests))
            : send();
        await probe.LookAsync(CancellationToken.None);
        Assert.Equal(200, (await anyone.SendAsync(HttpMethod.Get, "/readyz")).Status);

        left = int.MaxValue;
        await probe.LookAsync(CancellationToken.None);
        await probe.LookAsync(CancellationToken.None);
        Assert.Equal(503, (await anyone.SendAsync(HttpMethod.Get, "/readyz")).Status);

        tap.Interfere = null;
        await broker.UntilAsync(async () => (await anyone.SendAsync(HttpMethod.Get, "/readyz")).Status == 200);
    }

    [Theory]
    [InlineData("\"standby\":false", "\"standby\":true,\"enterprise\":true", "\"performance_standby\":false", "\"performance_standby\":true", "standby-reads")]
    [InlineData("\"replication_dr_mode\":\"disabled\"", "\"replication_dr_mode\":\"secondary\"", "", "", "vault-replication")]
    [InlineData("\"version\":\"1.8", "\"version\":\"1.6", "", "", "vault-version")]
    [InlineData("\"server_time_utc\":", "\"server_time_utc\":9", "", "", "clock-skew")]
    public async Task What_is_worth_a_notice_keeps_nobody_from_being_served(string text, string with, string otherText, string otherWith, string id)
    {
        Assert.SkipUnless(TestVault.IsEmbedded, "the health answer of Vault 1.8 is what is rewritten");
        var tap = new VaultTap(environment.Names)
        {
            Interfere = async (call, send) =>
            {
                var answer = await send();
                if (call.Name == "GET sys/health")
                {
                    var body = (await answer.Content.ReadAsStringAsync()).Replace(text, with, StringComparison.Ordinal);
                    answer.Content = new StringContent(otherText.Length > 0 ? body.Replace(otherText, otherWith, StringComparison.Ordinal) : body);
                }

                return answer;
            },
        };
        var broker = await environment.StartAsync(tap: tap);
        await broker.Services.GetRequiredService<DeploymentProbe>().LookAsync(CancellationToken.None);

        using var anyone = new ApiClient(broker.Address, null);
        var ready = await anyone.SendAsync(HttpMethod.Get, "/readyz");

        Assert.Equal(200, ready.Status);
        var notices = ready.Json.GetProperty("notices").EnumerateArray().ToList();
        Assert.Contains(notices, notice => notice.GetProperty("id").GetString() == id);
        Assert.Contains(notices, notice => notice.GetProperty("id").GetString() == "audit-devices");
        Assert.All(notices, notice => Assert.NotEmpty(notice.GetProperty("fix").GetString()!));
    }

    [Fact]
    public async Task Healthz_tells_the_version()
    {
        using var anyone = new ApiClient((await environment.SharedAsync()).Address, null);
        Assert.Equal(ProductVersion.Text, (await anyone.SendAsync(HttpMethod.Get, "/healthz")).Member("version"));
    }

    private static ConcurrentDictionary<string, (double Value, KeyValuePair<string, object?>[] Tags)> Collect(RunningBroker broker)
    {
        var factory = broker.Services.GetRequiredService<IMeterFactory>();
        var seen = new ConcurrentDictionary<string, (double, KeyValuePair<string, object?>[])>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => seen[instrument.Name] = (value, tags.ToArray()));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => seen[instrument.Name] = (value, tags.ToArray()));
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }
}
