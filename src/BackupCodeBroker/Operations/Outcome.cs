using BackupCodeBroker.Core.Decisions;

namespace BackupCodeBroker.Operations;

/// <summary>What an operation came to, before anybody words it. Closed: refusals are values here, faults are <see cref="BrokerFaultException"/>.</summary>
internal abstract record Outcome
{
    private Outcome()
    {
    }

    /// <summary>Done; <paramref name="Body"/> is null where the answer has none. <paramref name="Kind"/> tells telemetry how.</summary>
    internal sealed record Done(int Status, ApiAnswer? Body, string Kind = "done") : Outcome
    {
        /// <summary>What was done, where the operation alone does not say: activating and reporting an interception are both <c>retrieve</c>.</summary>
        public string? Reason { get; init; }
    }

    /// <summary>The request is not one; every error is listed.</summary>
    internal sealed record Malformed(IReadOnlyList<FieldError> Errors) : Outcome
    {
        public Malformed(string field, string message)
            : this([new FieldError(field, message)])
        {
        }
    }

    /// <summary>The caller sent no token, or one that Vault does not take.</summary>
    internal sealed record Unauthenticated(bool Missing) : Outcome;

    /// <summary>The caller's policies do not grant the operation; <paramref name="Path"/> is what they would have to grant.</summary>
    internal sealed record NotPermitted(string Path, string Capability) : Outcome;

    /// <summary>The caller's policies grant everything, which is refused: <paramref name="Path"/> is what they should grant instead.</summary>
    internal sealed record TooBroad(string Path) : Outcome;

    /// <summary>Refused. The caller learns the reason only where <paramref name="Tell"/>. <paramref name="Hold"/>: how long the answer is kept back.</summary>
    internal sealed record Refused(Reason Reason, bool Tell, TimeSpan Hold = default) : Outcome;

    /// <summary>Something else stands in the way of just this request.</summary>
    internal sealed record Conflict(ConflictKind Kind) : Outcome
    {
        /// <summary>The number found where another was expected.</summary>
        public int? Found { get; init; }
    }

    /// <summary>There is no such lockdown; only whoever may see all of them is told.</summary>
    internal sealed record NoSuchLockdown : Outcome;

    /// <summary>Vault limits this caller's rate, or the broker does.</summary>
    internal sealed record Throttled(TimeSpan? RetryAfter, bool ByBroker = false) : Outcome;
}

/// <summary>An answer's body; each knows its own JSON members.</summary>
internal abstract record ApiAnswer
{
    /// <summary>Id of the operation that gives the answer; of the first one where the answer is given again.</summary>
    public string OperationId { get; set; } = "";

    /// <summary>Id of the trace of this request.</summary>
    public string TraceId { get; set; } = "";
}

/// <summary>What is wrong with one part of a request; never repeats what was sent.</summary>
internal sealed record FieldError(string Field, string Message);

/// <summary>Conflicts.</summary>
internal enum ConflictKind
{
    /// <summary>The idempotency key belongs to another request.</summary>
    KeyReused,

    /// <summary>The identity is registered with another owner.</summary>
    OtherOwner,

    /// <summary>The identity is that owner's already.</summary>
    SameOwner,

    /// <summary>The identity was retired.</summary>
    Retired,

    /// <summary>The identity was changed while codes were made for it.</summary>
    SetChanged,

    /// <summary>The identity's document was deleted in Vault; it is not new.</summary>
    DocumentRemoved,

    /// <summary>Another number of identities matches than was expected.</summary>
    ExpectationFailed,

    /// <summary>As many lockdowns are in force as there can be.</summary>
    TooManyLockdowns,

    /// <summary>Sets are left that the lockdown has to end before it can be lifted.</summary>
    NotComplete,
}
