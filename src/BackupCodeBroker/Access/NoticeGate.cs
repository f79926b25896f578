using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Access;

/// <summary>
/// Whether an operation is refused because nobody could be told of it (<see cref="NoticeDuty"/>). It asks nobody: what is known here and stands in the document decides. A notice that a sink
/// minds, while it takes others, is no reason: the way out is open.
/// </summary>
internal sealed class NoticeGate(NoticeSettings settings, NoticeBoard board, SinkHealth sinks)
{
    /// <summary>Why; null where it is not refused.</summary>
    public Reason? Refusal(OperationScope scope, IdentityView view)
    {
        var refusal = settings.RequiredFor.Refusal(scope.Operation.Name, [.. board.Undelivered(view.Document).Where(e => !sinks.Minds(e.Id))], sinks.AnyIsDown, scope.Now);
        if (refusal is not null)
        {
            // What is in the way is tried now, whoever wrote it: the next request may find it gone.
            board.Adopt(view.Document);
        }

        return refusal;
    }
}
