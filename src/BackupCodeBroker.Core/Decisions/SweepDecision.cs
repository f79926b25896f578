using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// What the worker makes of an identity when it comes by. All of it is refused at the next use anyway; the sweep makes it visible, and tells whoever
/// has to act. Deciding twice changes nothing the second time, so a sweep may be broken off, resumed and doubled. Without a change of the document
/// there is nothing to write.
/// </summary>
/// <param name="Next">The document to write; null where nothing is to be changed.</param>
/// <param name="Acts">What that comes to, in order.</param>
/// <param name="Unreachable">
/// A reason to suspend that is the alias entity's own (gone, disabled, given a policy): the document cannot be written through it. The set is refused
/// at each use for as long as that lasts.
/// </param>
public sealed record SweepDecision(IdentityDocument? Next, IReadOnlyList<SweepAct> Acts, Reason? Unreachable = null)
{
    /// <summary>How long after its wrap was found opened a pending set can still be activated: what a recipient needs between the two.</summary>
    public static readonly TimeSpan ReceiptGrace = Profile.ActivationGrace;

    // At the very end of its time a wrap is gone of itself.
    private static readonly TimeSpan WrapsEnd = TimeSpan.FromSeconds(5);

    /// <summary>Causes for which an owner is asked, each once a set.</summary>
    public const string AskedForExpiry = "expiry", AskedForFewLeft = "few-left";

    /// <summary>Nothing to do.</summary>
    public static SweepDecision Nothing { get; } = new(null, []);

    /// <summary>Decides.</summary>
    public static SweepDecision Decide(IdentityDocument document, Surroundings around, SweepRules rules)
    {
        // Who is behind the floor, or whose clock stands before what has happened, judges nothing.
        if (around.Epoch < around.State.EpochFloor || SetStanding.ClockIsBehind(around))
        {
            return Nothing;
        }

        var sweep = new SweepPass(document, around, rules);
        sweep.LockDown();
        sweep.Expire();
        sweep.EndPending();
        sweep.Suspend();
        sweep.EndRecoveries();
        sweep.Ask();
        sweep.Tidy();
        return sweep.Decision();
    }

    /// <summary>Whether a wrap is worth a look: its time is not over, and it was not found opened before.</summary>
    public static bool WantsWrap(IdentityDocument document, DateTimeOffset now) =>
        document.Pending is { Delivery: { TakenAt: null } delivery } && now < delivery.Deadline - Profile.ActivationGrace - WrapsEnd;

    /// <summary>Whether it matters who owns it: whoever is not retired needs somebody to answer for them, with codes or without.</summary>
    public static bool WantsOwner(IdentityDocument document) => document.RetiredAt is null;

    /// <summary>Whether owner and entity matter: there is a set of this epoch and environment that is not set aside already.</summary>
    public static bool WantsPeople(IdentityDocument document) =>
        document.RetiredAt is null && (document.Active is { DisabledAt: null, Suspension: null } || document.Pending is not null);
}
