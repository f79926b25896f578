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
    // No lockdown's id: it has no story.
    private const string Several = "several";

    private DeclareDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then the lockdown is in force.</summary>
    public sealed record Declared(BrokerState Next, Lockdown Lockdown) : DeclareDecision;

    /// <summary>The same request under the same key has declared it before.</summary>
    public sealed record Already(Lockdown Lockdown) : DeclareDecision;

    /// <summary>The key belongs to another declaration.</summary>
    public sealed record KeyReused : DeclareDecision;

    /// <summary>As many are in force as the state holds.</summary>
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
        while (next.Lifted.Count > 1 && DocumentJson.Write(next).Length > BrokerState.MaxBytes)
        {
            next = next with { Lifted = Merged(next.Lifted) };
        }

        return next.Lockdowns.Count <= BrokerState.MaxLockdowns && DocumentJson.Write(next).Length <= BrokerState.MaxBytes
            ? new Declared(next, declared)
            : new TooMany();
    }

    /// <summary>
    /// The list with its two oldest made one, which is over everybody's approvals: whoever lifts more than are remembered makes others ask again, and
    /// revives nothing.
    /// </summary>
    internal static IReadOnlyList<LiftedLockdown> Merged(IReadOnlyList<LiftedLockdown> lifted)
    {
        var (one, other) = (lifted[0], lifted[1]);
        var merged = new Lockdown
        {
            Id = Several,
            Mode = Lockdown.Freeze,
            Version = Math.Max(one.Lockdown.Version, other.Lockdown.Version),
            Scope = new LockdownScope(),
            Reason = "more lockdowns were lifted than are remembered one by one",
            DeclaredAt = other.Lockdown.DeclaredAt,
            DeclaredBy = Actor.Worker,
        };
        return [new LiftedLockdown(merged, other.Lift with { By = Actor.Worker }), .. lifted.Skip(2)];
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
        IReadOnlyList<LiftedLockdown> all = [.. state.Remembering(lift.At).Lifted, lifted];
        return new Lifted(
            state with
            {
                Lockdowns = [.. state.Lockdowns.Where(l => l.Id != id)],
                Lifted = all.Count > BrokerState.MaxLockdowns ? DeclareDecision.Merged(all) : all,
            },
            lifted);
    }
}
