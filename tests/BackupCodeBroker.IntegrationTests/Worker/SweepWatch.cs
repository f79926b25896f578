using System.Collections.Concurrent;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Worker;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Worker;

/// <summary>Watches a broker's sweeps through the seam that features have, and asks for one when a test wants it.</summary>
internal sealed class SweepWatch : ISweepObserver
{
    private readonly ConcurrentQueue<Notes> _sweeps = new();

    /// <summary>Sweeps that began.</summary>
    public IReadOnlyList<Notes> Sweeps => [.. _sweeps];

    public ISweepNotes Begin(SweepBeginning sweep)
    {
        var notes = new Notes(sweep);
        _sweeps.Enqueue(notes);
        return notes;
    }

    /// <summary>Starts a broker with a worker, which leads soon; short terms, since nobody waits here.</summary>
    public static async Task<Swept> StartAsync(
        BrokerEnvironment environment, TestClock? clock = null, VaultTap? tap = null, Func<BrokerSettings, BrokerSettings>? settings = null, Action<IServiceCollection>? configure = null)
    {
        var watch = new SweepWatch();
        var logs = new CapturingLogs();
        var broker = await environment.StartAsync(
            s => (settings ?? (x => x))(s with { Worker = Quick(s.Worker) }),
            services =>
            {
                services.AddSingleton<ISweepObserver>(watch);
                services.AddLogging(l => l.AddProvider(logs));
                configure?.Invoke(services);
            },
            tap,
            clock);
        return new Swept(broker, watch, logs);
    }

    public static WorkerSettings Quick(WorkerSettings worker) =>
        worker with { Enabled = true, Takeover = WorkerLease.MinTakeover, Interval = WorkerSettings.MaxInterval };

    /// <summary>What one sweep saw.</summary>
    internal sealed class Notes(SweepBeginning begun) : ISweepNotes
    {
        private readonly List<IdentityDocument> _saw = [];

        public SweepBeginning Begun => begun;

        public bool HasEnded { get; private set; }

        public int Pages { get; private set; }

        public int Missing { get; private set; }

        public IReadOnlyList<IdentityDocument> Seen
        {
            get
            {
                lock (_saw)
                {
                    return [.. _saw];
                }
            }
        }

        public void Saw(IdentityDocument after)
        {
            lock (_saw)
            {
                _saw.Add(after);
            }
        }

        public void Missed() => Missing++;

        public Task PageEndedAsync(CancellationToken cancellation)
        {
            Pages++;
            return Task.CompletedTask;
        }

        public Task EndAsync(CancellationToken cancellation)
        {
            HasEnded = true;
            return Task.CompletedTask;
        }
    }
}

/// <summary>A broker with a worker.</summary>
internal sealed record Swept(RunningBroker Broker, SweepWatch Watch, CapturingLogs Logs) : IAsyncDisposable
{
    /// <summary>Stops it: the lease is given back, and the next test's worker need not wait.</summary>
    public ValueTask DisposeAsync() => Broker.DisposeAsync();

    /// <summary>Waits until it leads.</summary>
    public Task UntilLeadsAsync() => Broker.UntilAsync(() => Task.FromResult(Leads));

    public bool Leads => Broker.Services.GetRequiredService<Leadership>().IsLeading;

    /// <summary>Waits until no sweep is under way, asks for one, once, and waits until it has ended: after that, nothing sweeps until somebody asks again.</summary>
    public async Task<SweepWatch.Notes> SweepAsync()
    {
        await Broker.UntilAsync(() => Task.FromResult(Watch.Sweeps is [.., { HasEnded: true }]));
        var before = Watch.Sweeps.Count;
        Broker.Services.GetRequiredService<SweepSignal>().Ask();
        await Broker.UntilAsync(() => Task.FromResult(Watch.Sweeps.Skip(before).Any(s => s.HasEnded)));
        return Watch.Sweeps.Skip(before).First(s => s.HasEnded);
    }

    /// <summary>The lines of its log.</summary>
    public string Log => string.Join('\n', Logs.Lines);

    public void Says(string text) => Assert.Contains(text, Log, StringComparison.Ordinal);
}
