using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>
/// Read, decide, write with check-and-set, until a decision stands. A lost check-and-set is read and decided again. A write whose outcome is not
/// known (time-out, 500, lost connection) may still be committed later, so after one: the operation's id in the document means done; another
/// write over the same version settles it; and no refusal goes out before the version has passed, if need be by a write that changes nothing.
/// </summary>
internal sealed class IdentityChange(IdentityDesk desk, KeyedLocks locks, OperationMetrics metrics)
{
    /// <summary>Most tries; with the waiting line a replica alone needs two, and each other replica may win one in between.</summary>
    public const int MaxTries = 16;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(40);

    /// <summary>Runs one change.</summary>
    /// <param name="scope">The operation.</param>
    /// <param name="identity">Whose document.</param>
    /// <param name="admittance">The caller's grant, renewed before a write where it has grown old; null where a code is all that the caller has.</param>
    /// <param name="withPeople">Whether the decision needs owner and entity.</param>
    /// <param name="decide">Makes the next step from what was read.</param>
    /// <param name="beside">Work that needs nothing but the document.</param>
    public async Task<Outcome> RunAsync(
        OperationScope scope,
        IdentityHandle identity,
        Admittance? admittance,
        bool withPeople,
        Func<IdentityView, Task<ChangeStep>> decide,
        Func<IdentityDocument, Task>? beside = null)
    {
        var doubt = new Doubt();
        IDisposable? place = null;
        try
        {
            for (var attempt = 1; attempt <= MaxTries; attempt++)
            {
                admittance?.LookEarly(desk.Guess(identity), scope.Call);
                var view = await desk.ReadAsync(scope.Call, identity, withPeople, admittance is null ? beside : admittance.Beside(scope.Call, beside));
                view.Note(scope);
                if (doubt.Settles(view, scope.Id) is { } settled)
                {
                    return settled;
                }

                if (await StepAsync(scope, admittance, view, doubt, decide) is { } outcome)
                {
                    return outcome;
                }

                place ??= await locks.EnterAsync(identity.Alias, scope.Call.Cancellation);
                await PauseAsync(scope, attempt);
            }

            throw Exhausted(doubt);
        }
        catch (Exception e) when (doubt.IsOpen && e is BrokerFaultException or OperationCanceledException)
        {
            throw new BrokerFaultException(FaultKind.UnknownOutcome, "a write to Vault was not answered");
        }
        finally
        {
            place?.Dispose();
        }
    }

    private async Task<Outcome?> StepAsync(
        OperationScope scope, Admittance? admittance, IdentityView view, Doubt doubt, Func<IdentityView, Task<ChangeStep>> decide)
    {
        var step = admittance is not null && await admittance.DeniedAsOwnerAsync(view, scope.Call) is { } notOwner ? new ChangeStep.Answer(notOwner) : await decide(view);
        switch (step)
        {
            case ChangeStep.Answer answer:
                return await AnswerAsync(scope, view, doubt, answer.Outcome);
            case ChangeStep.Write write:
                return admittance is not null && await admittance.StaleDenialAsync(scope.Call) is { } denial
                    ? await AnswerAsync(scope, view, doubt, denial)
                    : await WriteAsync(scope, view, doubt, write);
            default:
                throw new InvalidOperationException("a step of unknown kind");
        }
    }

    // No answer without a write goes out while an earlier write of this operation may still be committed.
    private async Task<Outcome?> AnswerAsync(OperationScope scope, IdentityView view, Doubt doubt, Outcome outcome) =>
        !doubt.MayStillLandOn(view.Version) || await FenceAsync(scope, view, doubt) ? outcome : null;

    private async Task<Outcome?> WriteAsync(OperationScope scope, IdentityView view, Doubt doubt, ChangeStep.Write write)
    {
        switch (await desk.WriteAsync(scope.Call, view.Handle, write.Next, view.Version))
        {
            case KvWrite.Saved:
                return write.Then;
            case KvWrite.Conflict:
                metrics.CasConflict(scope.Operation);
                return null;
            case KvWrite.Unknown:
                doubt.Open(view.Version, write.Then);
                return null;
            case KvWrite.Faulted faulted:
                throw BrokerFaultException.Of(faulted.Fault);
            default:
                throw new BrokerFaultException(FaultKind.NotReady, "Vault refuses the identity's child token to write: run `bcb bootstrap --check`");
        }
    }

    // Writes the same document once more: whichever write lands, the doubtful one can no longer do so afterwards.
    private async Task<bool> FenceAsync(OperationScope scope, IdentityView view, Doubt doubt)
    {
        var fenced = await desk.WriteAsync(scope.Call, view.Handle, view.Document, view.Version) is KvWrite.Saved;
        if (fenced)
        {
            doubt.Close();
        }

        return fenced;
    }

    private static async Task PauseAsync(OperationScope scope, int attempt)
    {
        var most = Math.Min(LongestPause.TotalMilliseconds, 2 << Math.Min(attempt, 10));
        await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * most), scope.Time, scope.Call.Cancellation);
    }

    private static BrokerFaultException Exhausted(Doubt doubt) => doubt.IsOpen
        ? new BrokerFaultException(FaultKind.UnknownOutcome, "a write to Vault was not answered")
        : new BrokerFaultException(FaultKind.Busy, "too many changes of this identity at once");

    /// <summary>A write of this operation that may or may not have been, or may still be, committed.</summary>
    private sealed class Doubt
    {
        private long _version;
        private Outcome? _then;

        public bool IsOpen => _then is not null;

        public void Open(long version, Outcome then) => (_version, _then) = (version, then);

        public void Close() => _then = null;

        // A version below is a stale read, which says nothing about what may still land.
        public bool MayStillLandOn(long version) => IsOpen && version <= _version;

        /// <summary>The outcome, where the document shows that the write was committed.</summary>
        public Outcome? Settles(IdentityView view, string operationId)
        {
            if (!IsOpen || view.Version <= _version)
            {
                return null;
            }

            var then = _then;
            Close();
            return view.Document.Bears(operationId) ? then : null;
        }
    }
}

/// <summary>What to do next with an identity. Closed.</summary>
internal abstract record ChangeStep
{
    private ChangeStep()
    {
    }

    /// <summary>Write this; once it is saved, <paramref name="Then"/> is the outcome.</summary>
    internal sealed record Write(IdentityDocument Next, Outcome Then) : ChangeStep;

    /// <summary>Nothing is written.</summary>
    internal sealed record Answer(Outcome Outcome) : ChangeStep;
}
