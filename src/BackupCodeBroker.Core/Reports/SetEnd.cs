using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Reports;

/// <summary>How a set ended, in the auditor's words: after use, after a change of role, of age, or because of an incident.</summary>
public static class SetEnd
{
    /// <summary>Every code was spent, and new ones were received.</summary>
    public const string UsedUp = "used-up";

    /// <summary>New codes were received while some were left.</summary>
    public const string Replaced = "replaced";

    /// <summary>Its owner or entity was not what it was at issue, and new codes were received for whoever it is now.</summary>
    public const string RoleChanged = "role-changed";

    /// <summary>The identity was given to another owner.</summary>
    public const string OwnerChanged = "owner-changed";

    /// <summary>It was past its life.</summary>
    public const string Expired = "expired";

    /// <summary>Somebody revoked it.</summary>
    public const string Revoked = "revoked";

    /// <summary>An incident: a lockdown voided it, or it was reported as intercepted.</summary>
    public const string Incident = "incident";

    /// <summary>One of its codes was found where it should not be.</summary>
    public const string Leaked = Ending.Leaked;

    /// <summary>The identity was retired.</summary>
    public const string Retired = "retired";

    /// <summary>Every way there is.</summary>
    public static IReadOnlyList<string> All { get; } = [UsedUp, Replaced, RoleChanged, OwnerChanged, Expired, Revoked, Incident, Leaked, Retired];

    /// <summary>The word for the set that ended last. A reason of a later version is what it says.</summary>
    public static string Of(EndedSet ended) => ended.Reason switch
    {
        "replaced" => IsRoleChange(ended.Set.Suspension?.Cause) ? RoleChanged : ended.Unspent.Count == 0 ? UsedUp : Replaced,
        "transferred" => OwnerChanged,
        "intercepted" or Ending.LockedDown => Incident,
        var reason => reason,
    };

    /// <summary>Whether it was a change of who is responsible or of what they are.</summary>
    public static bool IsChangeOfRole(string how) => how is RoleChanged or OwnerChanged or Retired;

    private static bool IsRoleChange(string? cause) => cause is not null && cause != Suspension.Ordered;
}
