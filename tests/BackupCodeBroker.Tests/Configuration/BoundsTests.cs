using System.Globalization;
using BackupCodeBroker.Configuration;
using Xunit;

namespace BackupCodeBroker.Tests.Configuration;

/// <summary>Settings that have bounds are taken at them and told of beyond them, by their own names.</summary>
public sealed class BoundsTests
{
    [Theory]
    [InlineData("worker.interval", "1s", "0s", "45s", "46s", "worker.interval must be 1s to 45s")]
    [InlineData("worker.takeover", "2s", "1s", "15s", "16s", "worker.takeover must be 2s to 15s")]
    [InlineData("worker.rate", "1", "0", "1000000", "1000001", "worker.rate must be a number from 1 to 1000000")]
    [InlineData("epoch", "1", "0", "2147483647", "2147483648", "epoch must be a number from 1 to 2147483647")]
    [InlineData("failures.per_code", "1", "0", "100", "101", "failures.per_code must be a number from 1 to 100")]
    [InlineData("failures.per_set", "1", "0", "100", "101", "failures.per_set must be a number from 1 to 100")]
    [InlineData("limits.operations", "1", "0", "100000", "100001", "limits.operations must be a number from 1 to 100000")]
    [InlineData("limits.connections", "1", "0", "100000", "100001", "limits.connections must be a number from 1 to 100000")]
    [InlineData("vault.max_concurrency", "1", "0", "4096", "4097", "vault.max_concurrency must be a number from 1 to 4096")]
    [InlineData("vault.max_queue", "0", "-1", "65536", "65537", "vault.max_queue must be a number from 0 to 65536")]
    [InlineData("notices.give_up_after", "1m", "59s", "30d", "31d", "notices.give_up_after must be 1m to 30d")]
    [InlineData("profiles.machine.count", "1", "0", "64", "65", "profiles.machine: count is {0}, must be 1 to 64")]
    [InlineData("profiles.machine.ask_below", "1", "0", "64", "65", "profiles.machine: ask_below is {0}, must be 1 to 64")]
    [InlineData("profiles.machine.warn_below", "0", "-1", "64", "65", "profiles.machine: warn_below is {0}, must be 0 to 64")]
    [InlineData("profiles.machine.wrap_ttl", "10s", "9s", "1h", "3601s", "profiles.machine: wrap_ttl is {1}, must be 00:00:10 to 01:00:00")]
    [InlineData("profiles.machine.approval_ttl", "1m", "59s", "1h", "61m", "profiles.machine: approval_ttl is {1}, must be 00:01:00 to 01:00:00")]
    public void A_value_is_taken_at_its_bounds_and_told_of_beyond_them(string setting, string least, string below, string most, string above, string error)
    {
        Assert.Empty(Errors((setting, least)));
        Assert.Empty(Errors((setting, most)));
        foreach (var beyond in (string[])[below, above])
        {
            Assert.Equal(string.Format(CultureInfo.InvariantCulture, error, beyond, SettingsReader.Duration(beyond)), Assert.Single(Errors((setting, beyond))));
        }
    }

    [Theory]
    [InlineData("worker.interval", "soon", "worker.interval must be a duration such as 90d, 24h, 5m or 60s")]
    [InlineData("worker.takeover", "-5s", "worker.takeover must be a duration such as 90d, 24h, 5m or 60s")]
    [InlineData("worker.rate", "1e3", "worker.rate must be a number from 1 to 1000000")]
    [InlineData("worker.enabled", "yes", "worker.enabled must be true or false")]
    [InlineData("worker.alone", "1", "worker.alone must be true or false")]
    [InlineData("worker.page", "100", "worker.page is unknown")]
    [InlineData("profiles.machine.ask_before_expiry", "two weeks", "profiles.machine.ask_before_expiry must be a duration such as 90d, 24h, 5m or 60s")]
    public void What_is_no_value_is_told_of(string setting, string value, string error) => Assert.Contains(error, Errors((setting, value)));

    [Fact]
    public void All_errors_are_told_at_once() => Assert.Equal(
        [
            "profiles.machine: ask_below is 0, must be 1 to 64",
            "worker.alone and worker.enabled=false leave nothing to run",
            "worker.interval must be 1s to 45s",
            "worker.page is unknown",
            "worker.rate must be a number from 1 to 1000000",
            "worker.takeover must be 2s to 15s",
        ],
        Errors(
            ("worker.interval", "46s"), ("worker.takeover", "1s"), ("worker.rate", "0"), ("worker.page", "1"), ("worker.enabled", "false"), ("worker.alone", "true"),
            ("profiles.machine.ask_below", "0")).Order(StringComparer.Ordinal));

    [Fact]
    public void The_workers_settings_are_read()
    {
        var (settings, errors) = Read(("worker.interval", "10s"), ("worker.takeover", "6s"), ("worker.rate", "7"), ("worker.alone", "true"), ("profiles.machine.ask_below", "5"), ("profiles.machine.ask_before_expiry", "3d"));
        Assert.Empty(errors);
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(6), 7, true, true), (settings.Worker.Interval, settings.Worker.Takeover, settings.Worker.Rate, settings.Worker.Alone, settings.Worker.Enabled));
        Assert.Equal((5, TimeSpan.FromDays(3)), (settings.Profiles["machine"].AskBelow, settings.Profiles["machine"].AskBeforeExpiry));
        Assert.False(Read(("worker.enabled", "false")).Settings.Worker.Enabled);
    }

    private static IReadOnlyList<string> Errors(params (string Setting, string Value)[] given) => Read(given).Errors;

    private static (BrokerSettings Settings, IReadOnlyList<string> Errors) Read(params (string Setting, string Value)[] given)
    {
        var file = new ConfigurationBuilder()
            .AddInMemoryCollection(given.Select(g => KeyValuePair.Create(g.Setting.Replace('.', ':'), (string?)g.Value))).Build();
        return SettingsReader.Read(file, file, _ => null);
    }
}
