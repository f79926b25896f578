using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>What a responder asks for.</summary>
/// <param name="Scope">Which sets.</param>
/// <param name="Mode"><see cref="Lockdown.Freeze"/> or <see cref="Lockdown.Void"/>.</param>
/// <param name="Reason">Why.</param>
/// <param name="Expected">How many identities they expect to match, or null.</param>
public sealed record LockdownRequest(LockdownScope Scope, string Mode, string Reason, int? Expected);

/// <summary>Declares a lockdown in the state document, or says why not.</summary>
public abstract record DeclareDecision
{
    private DeclareDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then the lockdown is in force.</summary>
    public sealed record Declared(BrokerState Next, Lockdown Lockdown) : DeclareDecision;

    /// <summary>The same request under the same key has declared it before.</summary>
    public sealed record Already(Lockdown Lockdown) : DeclareDecision;

    /// <summary>The key belongs to another declaration.</summary>
    public sealed record KeyReused : DeclareDecision;

    /// <summary>As many are in force as the state holds, of all or of those whose share it would take (<see cref="LockdownShares"/>).</summary>
    public sealed record TooMany : DeclareDecision;

    /// <summary>Decides. <paramref name="wanted"/> carries everything but its version, which is that of the state to be written.</summary>
    public static DeclareDecision Decide(BrokerState state, long version, Lockdown wanted, DateTimeOffset now)
    {
        if (Earlier(state, wanted) is { } earlier)
        {
            return Same(earlier, wanted) ? new Already(earlier) : new KeyReused();
        }

        var declared = wanted with { Version = version + 1 };
        var next = state.Remembering(now) with { Lockdowns = [.. state.Lockdowns, declared] };
        return LockdownShares.HaveRoom(next.Lockdowns) && DocumentJson.Write(next).Length <= BrokerState.MaxBytes
            ? new Declared(next, declared)
            : new TooMany();
    }

    // By its id where a write of this very request was not answered.
    private static Lockdown? Earlier(BrokerState state, Lockdown wanted) => state.Lockdowns.Concat(state.Lifted.Select(l => l.Lockdown))
        .FirstOrDefault(l => l.Id == wanted.Id || wanted.KeyDigest is not null && l.KeyDigest == wanted.KeyDigest);

    private static bool Same(Lockdown one, Lockdown other) =>
        (one.Mode, one.Reason, one.Expected) == (other.Mode, other.Reason, other.Expected) && one.Scope.IsSame(other.Scope);
}

/// <summary>Takes a lockdown out of the state document, or says why not. Whether every match of a <c>void</c> one was ended is the caller's to find out.</summary>
public abstract record LiftDecision
{
    private LiftDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then it is lifted.</summary>
    public sealed record Lifted(BrokerState Next, LiftedLockdown Lockdown) : LiftDecision;

    /// <summary>As many of mode <c>void</c> were lifted within the hour as are remembered; none of them is forgotten for another.</summary>
    public sealed record TooMany : LiftDecision;

    /// <summary>It is not in force; what is remembered of its end, if anything.</summary>
    public sealed record NotInForce(LiftedLockdown? Lockdown) : LiftDecision;

    /// <summary>Decides.</summary>
    public static LiftDecision Decide(BrokerState state, string id, LockdownLift lift)
    {
        if (state.Lockdowns.FirstOrDefault(l => l.Id == id) is not { } lockdown)
        {
            return new NotInForce(state.Lifted.FirstOrDefault(l => l.Lockdown.Id == id));
        }

        var lifted = new LiftedLockdown(lockdown, lift);
        return LockdownShares.Remembered([.. state.Remembering(lift.At).Lifted, lifted]) is { } remembered
            ? new Lifted(state with { Lockdowns = [.. state.Lockdowns.Where(l => l.Id != id)], Lifted = remembered }, lifted)
            : new TooMany();
    }
}
