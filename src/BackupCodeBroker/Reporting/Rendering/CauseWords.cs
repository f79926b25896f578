using System.Globalization;
using BackupCodeBroker.Core.Reports;

namespace BackupCodeBroker.Reporting.Rendering;

/// <summary>Words of causes: as a heading over many, as the reason of one identity, and what sets it right. Names between backquotes.</summary>
internal static class CauseWords
{
    /// <summary>What several identities have in common.</summary>
    public static string Group(ReadinessCause cause) => cause switch
    {
        ReadinessCause.Unreadable => "document cannot be read",
        ReadinessCause.Removed => "document was deleted",
        ReadinessCause.NoCodes => "never had codes",
        ReadinessCause.NotReceived => "codes wait to be received",
        ReadinessCause.Ended => "codes ended, none followed",
        ReadinessCause.UsedUp => "every code is spent",
        ReadinessCause.Expired => "codes are past their life",
        ReadinessCause.Disabled => "disabled after wrong tries",
        ReadinessCause.Suspended => "suspended",
        ReadinessCause.Frozen => "frozen by a lockdown",
        ReadinessCause.LockedDown => "voided by a lockdown",
        ReadinessCause.Ownerless => "owner is gone or disabled",
        ReadinessCause.OwnerChanged => "owner is not who it was",
        ReadinessCause.EntityChanged => "entity is not what it was",
        ReadinessCause.RecertificationLapsed => "recertification is overdue",
        ReadinessCause.OtherDeployment => "codes of another deployment",
        ReadinessCause.ClockBackwards => "clock stands before the codes",
        ReadinessCause.ReviewsOverdue => "too many uses not looked at",
        ReadinessCause.Low => "few codes left",
        ReadinessCause.Overdue => "replacement is due",
        ReadinessCause.Stale => "older than the profile allows",
        ReadinessCause.NeverProven => "never proven to work",
        ReadinessCause.ProofOld => "proof is old",
        ReadinessCause.NoProfile => "profile is not configured",
        _ => cause.Name(),
    };

    /// <summary>Why, of one identity, with its figures.</summary>
    public static string Why(ReportRow row, ReadinessCause cause) => cause switch
    {
        ReadinessCause.Unreadable => "its document cannot be read",
        ReadinessCause.Removed => "its document was deleted in Vault",
        ReadinessCause.NoCodes => "no codes were ever received",
        ReadinessCause.NotReceived => $"codes wait to be received until {Minute(row.PendingUntil)}",
        ReadinessCause.Ended => row.Previous is { } end ? $"its codes {Ended(end.How)} on {Day(end.EndedAt)}, and none followed" : "its codes ended, and none followed",
        ReadinessCause.UsedUp => row.Active is { } spent ? $"every code is spent or void, {Number(spent.Used)} of {Number(spent.Count)} used" : "every code is spent or void",
        ReadinessCause.Expired => $"its codes were good until {Day(row.Active?.ExpiresAt)}",
        ReadinessCause.Disabled => "its codes are disabled: too many wrong ones were tried",
        ReadinessCause.Suspended => row.Suspension is { } aside ? $"suspended since {Day(aside.Since)}: {aside.Cause}" : "its codes are suspended",
        ReadinessCause.Frozen => "a lockdown freezes its codes",
        ReadinessCause.LockedDown => "a lockdown has voided its codes",
        ReadinessCause.Ownerless => row.Owner?.State == "owner-disabled" ? "its owner is disabled" : "its owner is gone from Vault",
        ReadinessCause.OwnerChanged => "its owner, or what they belong to, is not what it was at issue",
        ReadinessCause.EntityChanged => "its entity is gone, disabled, or not what it was at issue",
        ReadinessCause.RecertificationLapsed => $"nobody confirmed by {Day(row.RecertifyBy)} that it still needs codes",
        ReadinessCause.OtherDeployment => "its codes are of another epoch or environment",
        ReadinessCause.ClockBackwards => "the broker’s clock stands before its codes",
        ReadinessCause.ReviewsOverdue => $"{Number(row.OpenReviews)} uses wait to be looked at, and one more is refused",
        ReadinessCause.Low => row.Active is { } low ? $"{Number(low.Remaining)} of {Number(low.Count)} codes are left" : "few codes are left",
        ReadinessCause.Overdue => row.Active is { Remaining: > 0 } old ? $"its codes end on {Day(old.ExpiresAt)}" : "they should have been replaced",
        ReadinessCause.Stale => "its codes are older than the profile now allows",
        ReadinessCause.NeverProven => "nobody has tried whether its codes work",
        ReadinessCause.ProofOld => $"its codes were last found to work on {Day(row.LastProvenAt)}",
        ReadinessCause.NoProfile => $"its profile {row.Profile} is not configured: no new codes can be issued",
        _ => cause.Name(),
    };

    /// <summary>Why, all of it; what blocks alone where something does.</summary>
    public static string Why(ReportRow row)
    {
        var causes = FleetReport.Known(row).ToList();
        var told = causes.Exists(c => c.Blocks()) ? causes.Where(c => c.Blocks()) : causes;
        var words = string.Join("; ", told.Select(c => Why(row, c)));
        return words.Length > 0 ? words : string.Join(", ", row.Causes);
    }

    /// <summary>What sets the worst of it right.</summary>
    public static string Remedy(ReportRow row) => FleetReport.Worst(row) switch
    {
        ReadinessCause.Unreadable or ReadinessCause.Removed => "an administrator restores the document in Vault; `bcb doctor` says more",
        ReadinessCause.NotReceived => $"its owner: `bcb retrieve {row.Identity}`",
        ReadinessCause.Suspended or ReadinessCause.OwnerChanged or ReadinessCause.EntityChanged => $"confirm its owner or name another: `bcb transfer {row.Identity}`",
        ReadinessCause.Ownerless => $"name another owner: `bcb transfer {row.Identity}`",
        ReadinessCause.Frozen or ReadinessCause.LockedDown => "see the incident: `bcb lockdown list`",
        ReadinessCause.RecertificationLapsed => $"confirm it: `bcb register {row.Identity}`",
        ReadinessCause.ClockBackwards => "set the broker’s clock right: `bcb doctor`",
        ReadinessCause.ReviewsOverdue => $"look at them: `bcb approve list {row.Identity}`",
        ReadinessCause.NeverProven or ReadinessCause.ProofOld => $"prove a code: `bcb drill {row.Identity}`",
        ReadinessCause.NoProfile => "configure the profile, or register with another",
        null => "",
        _ => $"its owner: `bcb claim {row.Identity}`",
    };

    /// <summary>A level, as a column says it.</summary>
    public static string Level(string readiness) => readiness switch
    {
        Readiness.NotRecoverable => "not recoverable",
        Readiness.AtRisk => "at risk",
        _ => readiness,
    };

    /// <summary>How a set ended, with what it is said of before it.</summary>
    public static string Ended(string how) => how switch
    {
        SetEnd.UsedUp => "were used up",
        SetEnd.Replaced => "were replaced",
        SetEnd.RoleChanged => "were replaced after a change of role",
        SetEnd.OwnerChanged => "ended with a change of owner",
        SetEnd.Expired => "expired",
        SetEnd.Revoked => "were revoked",
        SetEnd.Incident => "ended by an incident",
        SetEnd.Retired => "ended as it was retired",
        _ => "ended (" + how + ")",
    };

    /// <summary>How sets ended, over a figure.</summary>
    public static string Ending(string how) => how switch
    {
        SetEnd.UsedUp => "used up, then replaced",
        SetEnd.Replaced => "replaced with codes left",
        SetEnd.RoleChanged => "replaced after a change of role",
        SetEnd.OwnerChanged => "change of owner",
        SetEnd.Expired => "expired",
        SetEnd.Revoked => "revoked",
        SetEnd.Incident => "incident",
        SetEnd.Leaked => "a code was leaked",
        SetEnd.Retired => "identity retired",
        _ => how,
    };

    /// <summary>An owner: their name in Vault, else their id.</summary>
    public static string Owner(ReportOwner? owner) => owner is null ? "–" : (owner.Name ?? owner.Id) + (owner.Kind is { } kind ? $" ({kind})" : "");

    /// <summary>A heading over all that have a cause.</summary>
    public static string Heading(ReadinessCause? cause) => cause is { } known ? Capital(Group(known)) : "Another cause";

    /// <summary>A sentence, as it begins.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>A number with what it counts.</summary>
    public static string Count(long number, string one, string many) => Number(number) + " " + (number == 1 ? one : many);

    /// <summary>A number, with thousands apart.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number of documents.</summary>
    public static string Documents(long number) => Count(number, "document", "documents");

    /// <summary>A day in UTC.</summary>
    public static string Day(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>A minute in UTC.</summary>
    public static string Minute(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>How many whole days ago.</summary>
    public static string Age(DateTimeOffset? since, DateTimeOffset at) =>
        since is { } then ? Number((long)Math.Max(0, Math.Floor((at - then).TotalDays))) + " d" : "–";
}
