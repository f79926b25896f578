using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>
/// No exception's text holds a secret, whoever catches it: every exception that is thrown while codes are on their way, at every call to Vault, is
/// looked at with its inner ones, and so is every line that is logged of it.
/// </summary>
public sealed class CanaryExceptionTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private const string Planted = "planted defect";

    [Fact]
    [Trait("Requirement", "R-02")]
    public async Task No_exception_names_a_secret_wherever_it_is_thrown()
    {
        var (tap, search, thrown) = (new VaultTap(environment.Names), new SecretSearch(), new ConcurrentQueue<string>());
        using var logs = new KeptLogs();
        await using var broker = await environment.StartAsync(
            tap: tap, clock: new TestClock(), configure: services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs)));
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(await environment.SharedAsync(), cast, "printable");
        foreach (var code in holding.Payload.Codes)
        {
            search.Add("code", code);
        }

        search.Add("desk's token", cast.Desk.Token);
        search.Add("owner's token", cast.Owner.Token);
        search.Add("activation secret", holding.Payload.Activation);
        EventHandler<FirstChanceExceptionEventArgs> keep = (_, e) => thrown.Enqueue(e.Exception.ToString());
        AppDomain.CurrentDomain.FirstChanceException += keep;
        var statuses = new List<int>();
        foreach (var call in new[] { TappedCall.Alias, TappedCall.Mint, TappedCall.Read, TappedCall.State, TappedCall.Entity, TappedCall.Pepper, TappedCall.Write, TappedCall.Wrap })
        {
            foreach (var exception in new Exception[] { new InvalidOperationException(Planted), new HttpRequestException(HttpRequestError.ResponseEnded, Planted), new IOException(Planted) })
            {
                tap.Interfere = (tapped, send) => tapped.Name == call ? throw exception : send();
                using var desk = broker.As(cast.Desk);
                using var owner = broker.As(cast.Owner);
                statuses.Add((await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
                statuses.Add((await owner.ActivateAsync(holding.Identity, 1, holding.Payload.Activation)).Status);
                statuses.Add((await owner.IssueAsync(holding.Identity)).Status);
            }
        }

        AppDomain.CurrentDomain.FirstChanceException -= keep;
        Assert.Contains(500, statuses);
        Assert.Contains(503, statuses);
        Assert.Contains(thrown, t => t.Contains(Planted, StringComparison.Ordinal));
        Assert.Contains(logs.Lines, l => l.Contains(Planted, StringComparison.Ordinal));
        Assert.Empty(search.In(string.Join('\n', thrown)));
        Assert.Empty(search.In(string.Join('\n', logs.Lines)));
        Assert.NotEmpty(search.In(string.Join('\n', thrown.Append(holding.Code()))));
    }

    private sealed class KeptLogs : ILoggerProvider
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => new Kept(_lines);

        public void Dispose()
        {
        }

        private sealed class Kept(ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Enqueue(formatter(state, exception) + exception);
        }
    }
}
