using System.Diagnostics.Metrics;
using BackupCodeBroker.Features.Recover;
using BackupCodeBroker.Telemetry;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BackupCodeBroker.Tests.Recoveries;

/// <summary>Whoever keeps guessing at names is noticed, as often as somebody can read, and no stranger writes the log.</summary>
public sealed class HammeredNamesTests : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2027, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Lines _lines = new();
    private readonly Alarms _alarms;
    private readonly HammeredNames _hammered;

    public HammeredNamesTests()
    {
        _alarms = new Alarms(_lines, _services.GetRequiredService<IMeterFactory>(), Pseudonyms.None);
        _hammered = new HammeredNames(_alarms, _time);
    }

    [Fact]
    [Trait("Requirement", "R-44")]
    public void A_name_that_stays_used_up_raises_one_alarm_an_hour()
    {
        Hammer(TimeSpan.FromSeconds(50), "alice");
        Assert.Empty(_lines.All);
        Hammer(TimeSpan.FromMinutes(50), "alice");
        Assert.Equal(["ALARM recover-hammered for alice"], _lines.All);
        Hammer(TimeSpan.FromMinutes(20), "alice");
        Assert.Equal(2, _lines.All.Count);
    }

    [Fact]
    [Trait("Requirement", "R-44")]
    public void Whoever_stops_has_not_stayed()
    {
        for (var i = 0; i < 20; i++)
        {
            _hammered.Refused("alice", isKnown: true);
            _time.Advance(3 * HammeredNames.Patience);
        }

        Assert.Empty(_lines.All);
    }

    [Fact]
    [Trait("Requirement", "R-44")]
    public void Names_that_nobody_registered_raise_one_together_and_are_not_repeated()
    {
        Hammer(TimeSpan.FromMinutes(10), [.. Enumerable.Range(0, 200).Select(i => "made-up-" + i)], isKnown: false);
        Assert.Equal(["ALARM recover-hammered for names that nobody registered"], _lines.All);
    }

    [Fact]
    [Trait("Requirement", "R-44")]
    public void Of_very_many_identities_some_are_named_and_the_others_in_their_time()
    {
        string[] all = [.. Enumerable.Range(0, 3 * HammeredNames.MaxNamed).Select(i => "team-a.n" + i)];
        Hammer(TimeSpan.FromMinutes(2), all);
        Assert.Equal(HammeredNames.MaxNamed, _lines.All.Count);
        Hammer(TimeSpan.FromMinutes(56), all);
        Assert.InRange(_lines.All.Distinct().Count(), HammeredNames.MaxNamed + 1, 2 * HammeredNames.MaxNamed);
        Assert.Equal(_lines.All.Distinct().Count(), _lines.All.Count);
    }

    public void Dispose()
    {
        _alarms.Dispose();
        _services.Dispose();
    }

    private void Hammer(TimeSpan during, string name) => Hammer(during, [name]);

    private void Hammer(TimeSpan during, string[] names, bool isKnown = true)
    {
        for (var passed = TimeSpan.Zero; passed < during; passed += Pause)
        {
            foreach (var name in names)
            {
                _hammered.Refused(name, isKnown);
            }

            _time.Advance(Pause);
        }
    }

    private sealed class Lines : ILogger<Alarms>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Add(formatter(state, exception));
    }
}
