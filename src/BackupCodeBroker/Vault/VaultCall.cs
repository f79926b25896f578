using System.Diagnostics;

namespace BackupCodeBroker.Vault;

/// <summary>
/// What all calls of one operation share. The audit log of Vault keeps <paramref name="TraceParent"/> in clear, also on denied
/// requests, and that is how its lines are joined with the operation: so every call carries the operation's, never a span's own.
/// </summary>
/// <param name="TraceParent">The operation's W3C trace context.</param>
/// <param name="Cancellation">The operation's deadline and its caller's patience.</param>
internal readonly record struct VaultCall(string TraceParent, CancellationToken Cancellation)
{
    /// <summary>The operation's span, parent of the calls' spans; whatever happens to be current does not matter then.</summary>
    public ActivityContext Parent { get; init; }

    /// <summary>Where the requests are noted; null where nobody keeps count.</summary>
    public VaultJournal? Journal { get; init; }

    /// <summary>Where calls go that are over, to be told of later; null where each is told at once.</summary>
    public EndedCalls? Ended { get; init; }

    /// <summary>A call of an operation of its own, such as a renewal in the background; no span of that id is recorded.</summary>
    public static VaultCall Fresh(CancellationToken cancellation) =>
        new($"00-{ActivityTraceId.CreateRandom().ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-00", cancellation);
}
