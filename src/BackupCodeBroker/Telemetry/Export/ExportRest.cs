namespace BackupCodeBroker.Telemetry.Export;

/// <summary>
/// How long exports of one signal rest after one has failed: to make and send batches that nobody takes costs the processor that operations need. Rests
/// grow from one second to five, the usual time between two batches, so that a receiver's return is noticed as soon as without them. Only the SDK's own
/// export thread waits here; meanwhile the queue fills, and what it does not hold is counted.
/// </summary>
internal sealed class ExportRest(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private volatile TaskCompletionSource _hurry = new();
    private TimeSpan _next;

    /// <summary>Waits out what the last failure asks for, if anything.</summary>
    public void Take()
    {
        if (_next > TimeSpan.Zero)
        {
            Task.WhenAny(_hurry.Task, Task.Delay(_next, time)).Wait();
        }
    }

    /// <summary>An export failed: the next one comes later.</summary>
    public void Failed()
    {
        var longer = _next == TimeSpan.Zero ? First : 2 * _next;
        _next = longer < Longest ? longer : Longest;
    }

    /// <summary>An export worked.</summary>
    public void Worked() => _next = TimeSpan.Zero;

    /// <summary>Somebody waits for what is queued: no rest until <see cref="Calm"/>.</summary>
    public void Hurry() => _hurry.TrySetResult();

    /// <summary>Nobody waits any more.</summary>
    public void Calm() => _hurry = new TaskCompletionSource();
}
