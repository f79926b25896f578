using System.Collections.Frozen;

namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// What notices tell, and which operation raises which: the one table. What changes who can use an identity's codes is told; what changes nothing about them
/// (<see cref="Silent"/>) stands in the access records and in Vault's audit log alone.
/// </summary>
public static class NoticeKinds
{
    /// <summary>Wrong secrets were tried on live codes; how many stands in the notice.</summary>
    public const string FailedAttempts = "failed-attempts";

    /// <summary>New codes should be claimed: few are left, or they end soon.</summary>
    public const string ClaimRequested = "claim-requested";

    /// <summary>No code is left.</summary>
    public const string Exhausted = "exhausted";

    /// <summary>A pending set was ended.</summary>
    public const string PendingEnded = "pending-ended";

    /// <summary>Wrong secrets disabled a set.</summary>
    public const string SetDisabled = "set-disabled";

    /// <summary>A recipient reports that somebody else may have the codes.</summary>
    public const string Intercepted = "intercepted";

    /// <summary>Most characters of a word that is kept as a cause.</summary>
    public const int MaxCauseLength = 48;

    private static readonly FrozenDictionary<string, string> Kinds = new Dictionary<string, string>
    {
        ["issue"] = "issued",
        ["activate"] = "activated",
        ["consume"] = "consumed",
        ["recover"] = "recovered",
        ["break-glass"] = "break-glass-used",
        ["void"] = "code-voided",
        ["disable"] = SetDisabled,
        ["revoke"] = "revoked",
        ["intercepted"] = Intercepted,
        ["lapse"] = "lapsed",
        ["taken"] = "taken",
        ["end-pending"] = PendingEnded,
        ["expire"] = "expired",
        ["suspend"] = "suspended",
        ["confirm"] = "confirmed",
        ["transfer"] = "transferred",
        ["retire"] = "retired",
        ["lockdown"] = "locked-down",
        ["leak"] = "leaked",
        ["approval-request"] = "approval-requested",
        ["approve"] = "approved",
        ["deny"] = "denied",
        ["claim-request"] = ClaimRequested,
    }.ToFrozenDictionary();

    /// <summary>Words of operations, as events have them, with what they tell.</summary>
    public static IReadOnlyDictionary<string, string> ByOperation => Kinds;

    /// <summary>Words of operations that tell nothing.</summary>
    public static IReadOnlyList<string> Silent { get; } = ["register", "review", "drill"];

    /// <summary>Every kind there is.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Kinds.Values.Concat([FailedAttempts, Exhausted]).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>What an operation tells; null where it tells nothing.</summary>
    public static string? Of(string operation) => Kinds.GetValueOrDefault(operation);

    /// <summary>Why it happened, as a word of the broker's own. What a person wrote stays where they wrote it: notices leave the deployment.</summary>
    internal static string? CauseOf(IdentityDocument document, DocumentEvent told) => told.Operation switch
    {
        "suspend" => (document.Active?.Suspension ?? document.Pending?.Set.Suspension)?.Cause,
        "lockdown" => document.Lockdowns.Count > 0 ? document.Lockdowns[^1].Lockdown : null,
        "consume" or "recover" => document.Reviews.FirstOrDefault(r => r.OperationId == told.OperationId)?.Cause,
        "approval-request" => document.Approvals.FirstOrDefault(a => a.RequestedAt == told.At)?.Operation,
        "approve" or "deny" => document.Approvals.FirstOrDefault(a => a.Consent?.At == told.At)?.Operation,
        "void" or "disable" or "end-pending" or "claim-request" or "expire" or "lapse" or "taken" => told.Reason,
        _ => null,
    } is { Length: <= MaxCauseLength } cause && cause.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') ? cause : null;
}
