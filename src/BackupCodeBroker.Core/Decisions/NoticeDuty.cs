using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// Which operations are not done where nobody could be told of them. A notice is written with its change and lasts, so one that cannot be delivered at once is no
/// reason to refuse; that the way out is shut is one. What ends codes never asks.
/// </summary>
/// <param name="RequiredFor">Names of operations: <c>issue</c>, <c>consume</c>, <c>recover</c>.</param>
public sealed record NoticeDuty(IReadOnlyList<string> RequiredFor)
{
    /// <summary>A notice that waits longer than this tells that the way out is shut, whichever replica tried it.</summary>
    public static readonly TimeSpan Overdue = TimeSpan.FromMinutes(10);

    /// <summary>Operations that configuration may name.</summary>
    public static IReadOnlyList<string> Possible { get; } = ["issue", "consume", "recover"];

    /// <summary>By default new codes are not handed out where their owner could not be told.</summary>
    public static NoticeDuty Default { get; } = new(["issue"]);

    /// <summary>Why the operation is refused; null where it is not.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="waiting">The identity's notices that were not delivered, but for those that a sink minds while it takes others.</param>
    /// <param name="sinkIsDown">Whether this replica finds that a sink takes nothing.</param>
    /// <param name="now">The time.</param>
    public Reason? Refusal(string operation, IReadOnlyCollection<OutboxEntry> waiting, bool sinkIsDown, DateTimeOffset now) =>
        RequiredFor.Contains(operation) && (sinkIsDown || waiting.Count >= OutboxEntry.Max || waiting.Any(e => now - e.At > Overdue))
            ? Reason.NoticesUndelivered
            : null;
}
