using System.Collections.Concurrent;
using BackupCodeBroker.Server;
using Xunit;

namespace BackupCodeBroker.Tests.Server;

/// <summary>A server that a part of its own brought down says so, by its exit code and by a line that names the part.</summary>
public sealed class BreakdownTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_part_that_breaks_down_ends_the_server_with_another_code_and_is_named()
    {
        var log = new Log();
        using var host = Build(log, new FailingPart());
        await host.StartAsync(Cancellation);
        Assert.Equal(Breakdown.Happened, await Breakdown.UntilShutdownAsync(host, Cancellation));
        Assert.NotEqual(0, Breakdown.Happened);
        Assert.Contains(log.Lines, line => line.Contains(nameof(FailingPart), StringComparison.Ordinal) && line.Contains(nameof(InvalidOperationException), StringComparison.Ordinal) && !line.Contains("s.Canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_told_to_stop_ends_well()
    {
        var log = new Log();
        using var host = Build(log, new IdlePart());
        await host.StartAsync(Cancellation);
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Equal(Breakdown.None, await Breakdown.UntilShutdownAsync(host, Cancellation));
        Assert.DoesNotContain(log.Lines, line => line.Contains(nameof(IdlePart), StringComparison.Ordinal));
    }

    private static IHost Build(Log log, BackgroundService part)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(log);
        builder.Services.AddHostedService(_ => part);
        return builder.Build();
    }

    private sealed class FailingPart : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("s.Canary");
        }
    }

    private sealed class IdlePart : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Delay(Timeout.Infinite, stoppingToken);
    }

    /// <summary>Lines of the broker's own; those of the platform show the whole exception.</summary>
    private sealed class Log : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Microsoft", StringComparison.Ordinal) ? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance : this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
