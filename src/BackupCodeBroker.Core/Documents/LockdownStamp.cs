namespace BackupCodeBroker.Core.Documents;

/// <summary>That a lockdown ended a set of the identity for good.</summary>
/// <param name="Lockdown">The lockdown's id.</param>
/// <param name="Version">KV version of <c>broker/state</c> that first held it: a set issued under this version or later is a new one.</param>
/// <param name="Generation">Newest generation that it ended.</param>
/// <param name="At">When the worker did.</param>
public sealed record LockdownStamp(string Lockdown, long Version, int Generation, DateTimeOffset At)
{
    /// <summary>Most that an identity keeps; the oldest is dropped.</summary>
    public const int Max = 8;
}
