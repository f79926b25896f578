using System.Collections.Concurrent;
using System.Diagnostics;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>Keeps every line, and the access records with their values.</summary>
internal sealed class CapturingLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<Dictionary<string, object?>> _access = new();
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<Dictionary<string, object?>> Access => _access;

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => new Capturing(this);

    public void Dispose()
    {
    }

    private sealed class Capturing(CapturingLogs logs) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            logs._lines.Enqueue(formatter(state, exception) + exception);
            if (eventId.Name == "bcb.access" && state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                logs._access.Enqueue(values
                    .Append(new("trace", Activity.Current?.TraceId.ToHexString())).Append(new("span", Activity.Current?.SpanId.ToHexString()))
                    .ToDictionary(v => v.Key, v => v.Value));
            }
        }
    }
}
