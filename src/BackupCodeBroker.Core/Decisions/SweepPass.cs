using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>One identity's turn in a sweep: each step takes what the one before it left.</summary>
internal sealed class SweepPass(IdentityDocument document, Surroundings around, SweepRules rules)
{
    private readonly List<SweepAct> _acts = [];
    private IdentityDocument _now = document;
    private Reason? _unreachable;

    public SweepDecision Decision() => new(_acts.Count > 0 ? _now : null, _acts, _unreachable);

    /// <summary>A lockdown of mode void ends the sets that it is over, and leaves its stamp.</summary>
    public void LockDown()
    {
        if (LockdownEnding.Next(_now, around.State, rules.OperationId, Actor.Worker, around.Now, around.StateVersion) is { } next)
        {
            _now = next;
            _acts.Add(SweepAct.LockedDown);
        }
    }

    /// <summary>A set past its life is ended: the hashes of its unspent codes are gone.</summary>
    public void Expire()
    {
        if (_now.Active is { } set && around.Now >= set.ExpiresAt)
        {
            _now = _now with { Active = null, Ended = Ending.Of(set, "expired", around.Now) };
            Did(SweepAct.Expired, "expire", set.Generation, null);
        }
    }

    /// <summary>A pending set ends at its deadline, or sooner where its wrap was opened and receipt is not proven.</summary>
    public void EndPending()
    {
        if (_now.Pending is not { } pending)
        {
            return;
        }

        var generation = pending.Set.Generation;
        if (pending.Delivery.TakenAt is { } taken)
        {
            EndTaken(pending, taken);
        }
        else if (around.Now > pending.Delivery.Deadline)
        {
            _now = _now with { Pending = null };
            Did(SweepAct.Lapsed, "lapse", generation, null);
        }
        else if (rules.Wrap == WrapSight.Gone)
        {
            _now = _now with { Pending = pending with { Delivery = pending.Delivery with { TakenAt = around.Now } } };
            Did(SweepAct.Taken, "taken", generation, null);
        }
    }

    // While a lockdown freezes the set nobody can prove receipt: whoever opened the wrap is accused only where they had their time for it besides.
    private void EndTaken(PendingSet pending, DateTimeOffset taken)
    {
        var isFrozen = around.State.Over(_now, pending.Set, around.Now) is not null;
        var free = FrozenUntil(pending.Set) is { } lifted && lifted > taken ? lifted : taken;
        var due = free + SweepDecision.ReceiptGrace;
        if (around.Now <= pending.Delivery.Deadline && (isFrozen || around.Now <= due))
        {
            return;
        }

        _now = _now with { Pending = null };
        if (isFrozen || free > taken && due > pending.Delivery.Deadline)
        {
            Did(SweepAct.Lapsed, "lapse", pending.Set.Generation, Reason.Frozen.Name());
        }
        else
        {
            Did(SweepAct.NotActivated, "end-pending", pending.Set.Generation, OutboxEntry.NotActivated);
        }
    }

    private DateTimeOffset? FrozenUntil(CodeSet set) =>
        around.State.Lifted.Where(l => l.Lockdown.Mode != Lockdown.Void && new LockdownReach(l.Lockdown).Matches(_now, set)).Max(l => (DateTimeOffset?)l.Lift.At);

    /// <summary>Sets whose owner or entity is not what it was at issue are set aside; a pending one ends.</summary>
    public void Suspend()
    {
        if (!rules.PeopleWereRead || _now.RetiredAt is not null)
        {
            return;
        }

        var active = _now.Active is { DisabledAt: null, Suspension: null } set && IsOurs(set) ? SetStanding.OfPeople(_now, set, around) : null;
        var pending = _now.Pending is { } waiting && IsOurs(waiting.Set) ? SetStanding.OfPeople(_now, waiting.Set, around) : null;
        if ((active ?? pending) is not { } reason)
        {
            return;
        }

        if (IsAliasEntitys(reason))
        {
            _unreachable = reason;
            return;
        }

        var generation = active is not null ? _now.Active!.Generation : _now.Pending!.Set.Generation;
        _now = _now with
        {
            Active = active is null ? _now.Active : _now.Active! with { Suspension = new Suspension(around.Now, reason.Name(), rules.OperationId, Actor.Worker) },
            // One that was issued to whoever it is now waits on.
            Pending = pending is null ? _now.Pending : null,
            // As at a suspension by order: who consented did not know of it.
            Approvals = [.. _now.Approvals.Where(approval => approval.Use is not null)],
        };
        Did(SweepAct.Suspended, active is null ? "end-pending" : "suspend", generation, reason.Name());
    }

    /// <summary>The owner is asked for a replacement before the set ends and when few codes are left, each once a set, unless one is on its way.</summary>
    public void Ask()
    {
        if (rules.Profile is not { } profile || _now.Pending is not null || _now.Active is not { } set
            || SetStanding.OfSet(_now, set, around) is not null)
        {
            return;
        }

        foreach (var cause in SweepAsking.Causes(set, profile, around.Now).Except(set.Asked))
        {
            _now = _now with { Active = _now.Active! with { Asked = [.. _now.Active!.Asked, cause] } };
            Did(SweepAct.Asked, "claim-request", set.Generation, cause);
        }
    }

    /// <summary>What recoveries handed out ends with an incident, also where codes are only frozen, and with an epoch; what Vault has ended goes.</summary>
    public void EndRecoveries()
    {
        var due = RecoveryEnding.Due(_now, around);
        if (due.Count > 0)
        {
            _now = _now with { Recoveries = [.. _now.Recoveries.Select(r => due.Contains(r) ? r with { EndedAt = around.Now } : r)] };
            _acts.Add(SweepAct.RecoveryEnded);
        }

        var kept = _now.WithoutEnded(rules.Gone ?? [], around.Now);
        if (kept != _now)
        {
            _now = kept;
            _acts.Add(SweepAct.Tidied);
        }
    }

    /// <summary>Approvals that expired are dropped.</summary>
    public void Tidy()
    {
        if (_now.Approvals.Any(a => around.Now >= a.ExpiresAt))
        {
            _now = _now with { Approvals = [.. _now.Approvals.Where(a => around.Now < a.ExpiresAt)] };
            _acts.Add(SweepAct.Tidied);
        }
    }

    // Sets of another environment or epoch are refused whoever owns them; nothing is said of their owners.
    private bool IsOurs(CodeSet set) => set.Epoch == around.Epoch && set.Environment == around.Environment;

    private bool IsAliasEntitys(Reason reason) =>
        _now.Entity is null && reason is Reason.EntityGone or Reason.EntityDisabled or Reason.Overgranted;

    private void Did(SweepAct act, string operation, int generation, string? reason)
    {
        _now = _now.With(new DocumentEvent(around.Now, operation, rules.OperationId, Actor.Worker, generation, reason));
        _acts.Add(act);
    }
}
