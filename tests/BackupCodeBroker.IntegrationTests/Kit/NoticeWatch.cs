using System.Collections.Concurrent;
using BackupCodeBroker.Access;
using BackupCodeBroker.Notices;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>A sink that takes every notice, for tests that ask what was told.</summary>
internal sealed class NoticeWatch : INoticeSink
{
    private readonly ConcurrentQueue<Notice> _taken = new();

    public string Name => "watch";

    public int Lanes => 1;

    /// <summary>What was told, in order.</summary>
    public IReadOnlyList<Notice> Taken => [.. _taken];

    /// <summary>What was told about a lockdown.</summary>
    public IReadOnlyList<string> About(string lockdown) => [.. _taken.Where(n => n.Subject == "lockdowns/" + lockdown).Select(n => n.Entry.Notice)];

    public Task<SinkAnswer> TakeAsync(Notice notice, CancellationToken cancellation)
    {
        _taken.Enqueue(notice);
        return Task.FromResult<SinkAnswer>(new SinkAnswer.Taken());
    }
}
