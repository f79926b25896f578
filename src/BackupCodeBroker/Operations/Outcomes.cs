namespace BackupCodeBroker.Operations;

/// <summary>What an operation came to, as telemetry names it. A success may also be told by its kind (<see cref="Outcome.Done"/>).</summary>
internal static class Outcomes
{
    /// <summary>It was done.</summary>
    public const string Done = "done";

    /// <summary>A decision against it.</summary>
    public const string Refused = "refused";

    /// <summary>The caller may not, or is nobody.</summary>
    public const string Denied = "denied";

    /// <summary>It was no request.</summary>
    public const string Malformed = "malformed";

    /// <summary>Something else stood in its way.</summary>
    public const string Conflict = "conflict";

    /// <summary>A rate limit in Vault.</summary>
    public const string Throttled = "throttled";

    /// <summary>It could not be carried out, through no decision about it.</summary>
    public const string Fault = "fault";
}
