using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Operations;

/// <summary>The operation could not be carried out, through no decision about it. One table at the edge maps it to 503.</summary>
internal sealed class BrokerFaultException : Exception
{
    public BrokerFaultException(FaultKind kind, string detail, TimeSpan? retryAfter = null, string? told = null)
        : base(detail)
    {
        Kind = kind;
        RetryAfter = retryAfter;
        Told = told ?? detail;
    }

    /// <summary>What callers are told: without Vault's own words, which may name mounts and roles. The log has those.</summary>
    public string Told { get; }

    /// <summary>Which kind.</summary>
    public FaultKind Kind { get; }

    /// <summary>When trying again may help.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The call to Vault that it is the fault of; null where it is the broker's own word.</summary>
    public VaultFault? Fault { get; private set; }

    /// <summary>The fault of a call to Vault.</summary>
    public static BrokerFaultException Of(VaultFault fault)
    {
        BrokerFaultException made = fault switch
        {
            VaultFault.Busy => new(FaultKind.Busy, fault.Describe()),
            VaultFault.RateLimited limited => new(FaultKind.Busy, fault.Describe(), limited.RetryAfter),
            VaultFault.WronglySetUp => new(
                FaultKind.NotReady, fault.Describe(), told: "Vault is not set up for the broker: an administrator runs `bcb bootstrap --check`"),
            VaultFault.Unexpected => new(
                FaultKind.Unavailable, fault.Describe(), told: "Vault gave an unexpected answer; the broker's log has it under the operation's id"),
            VaultFault.Unreachable => new(FaultKind.Unavailable, fault.Describe(), told: "Vault cannot be reached"),
            _ => new(FaultKind.Unavailable, fault.Describe()),
        };
        made.Fault = fault;
        return made;
    }
}

/// <summary>What follows from the kind.</summary>
internal static class FaultKinds
{
    /// <summary>The kind in problems, metrics and records.</summary>
    public static string Name(this FaultKind kind) => kind switch
    {
        FaultKind.Busy => "busy",
        FaultKind.UnknownOutcome => "unknown-outcome",
        FaultKind.NotReady => "not-ready",
        _ => "unavailable",
    };
}

/// <summary>Kinds of faults.</summary>
internal enum FaultKind
{
    /// <summary>Vault does not answer, is sealed, or has no leader.</summary>
    Unavailable,

    /// <summary>Too much at once.</summary>
    Busy,

    /// <summary>Whether the operation was carried out is not known; repeating it with the same key tells.</summary>
    UnknownOutcome,

    /// <summary>The broker is not logged in, or Vault is not set up for it.</summary>
    NotReady,
}
