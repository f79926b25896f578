using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Worker;

namespace BackupCodeBroker.Notices;

/// <summary>Shows the board every outbox that a sweep sees: what a replica wrote and could not deliver, because it died or has no room, is delivered by the one that leads.</summary>
internal sealed class OutboxWatch(NoticeBoard board) : ISweepObserver, ISweepNotes
{
    public ISweepNotes Begin(SweepBeginning sweep) => this;

    public void Saw(IdentityDocument after) => board.Adopt(after);

    public Task EndAsync(CancellationToken cancellation) => Task.CompletedTask;
}
