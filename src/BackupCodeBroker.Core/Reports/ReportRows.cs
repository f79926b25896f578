using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Reports;

/// <summary>Makes the row of an identity from its document and what was seen beside it.</summary>
public static class ReportRows
{
    // Which events end a set without another one in its place.
    private static readonly HashSet<string> Endings = new(StringComparer.Ordinal) { "revoke", "expire", "transfer", "retire", "lockdown", "intercepted", "disable", "leak" };

    /// <summary>The row.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="around">What was seen beside it.</param>
    /// <param name="readiness">What was decided of it, from the same.</param>
    /// <param name="people">Who of owner and entity was looked up.</param>
    public static ReportRow Of(IdentityDocument document, Surroundings around, Readiness readiness, PeopleSeen people)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(readiness);
        var (active, ended) = (document.Active, document.Ended);
        var last = LastConsumption(document);
        return new ReportRow
        {
            Identity = document.Identity,
            State = StateOf(document, around, people),
            Readiness = readiness.Level,
            Causes = [.. readiness.Causes.Select(c => c.Name())],
            ExternalId = document.ExternalId,
            Profile = document.Profile,
            Owner = OwnerOf(document, around.Owner, people),
            Entity = document.Entity,
            Labels = document.Labels,
            RegisteredAt = document.RegisteredAt,
            RetiredAt = document.RetiredAt,
            RecertifyBy = document.RecertifyBy,
            Active = active is null ? null : SetOf(active),
            PendingUntil = document.Pending is { } pending && around.Now <= pending.Delivery.Deadline ? pending.Delivery.Deadline : null,
            LastRotatedAt = active is { Generation: > 1 } ? active.ActivatedAt : null,
            LastConsumedAt = last?.At,
            LastConsumedBy = last is null ? null : NameOf(last.By),
            LastProvenAt = Proving.OfActive(document),
            Previous = ended is null ? null : EndOf(ended),
            Suspension = document.SuspendedBy is { } aside ? new ReportSuspension(aside.At, aside.Cause) : null,
            OpenApprovals = ApprovalStanding.CountOpen(document, around.State, around.Now),
            OpenReviews = document.Reviews.Count,
            Last7Days = ActivityOf(document, around.Now.AddDays(-7)),
            Last30Days = ActivityOf(document, around.Now.AddDays(-30)),
            Last90Days = ActivityOf(document, around.Now.AddDays(-90)),
        };
    }

    /// <summary>The word for where it stands: a set that is refused because of its owner is not active, whoever's word it is.</summary>
    public static string StateOf(IdentityDocument document, Surroundings around, PeopleSeen people)
    {
        var state = IdentityState.Of(document, around);
        return state == IdentityState.Active && people == PeopleSeen.Both && SetStanding.OfPeople(document, document.Active!, around) is { } reason ? reason.Name() : state;
    }

    private static ReportOwner OwnerOf(IdentityDocument document, EntitySnapshot? owner, PeopleSeen people) => new(
        document.Owner,
        document.OwnerKind,
        owner is { Name.Length: > 0 } ? owner.Name : null,
        !people.HasFlag(PeopleSeen.Owner) || document.RetiredAt is not null ? null
            : owner is null ? Reason.OwnerGone.Name()
            : owner.Disabled ? Reason.OwnerDisabled.Name()
            : null);

    // Every token that was made by hand is called "token": the entity says more.
    private static string NameOf(Actor by) => by.DisplayName is "" or "token" && by.EntityId.Length > 0 ? by.EntityId : by.DisplayName;

    private static ReportSet SetOf(CodeSet set) => new(
        set.Generation,
        set.Kind,
        set.IssuedAt,
        NameOf(set.IssuedBy),
        set.IssuedBy.EntityId.Length > 0 ? set.IssuedBy.EntityId : null,
        set.ActivatedAt,
        set.ActivatedBy is { } receiver ? NameOf(receiver) : null,
        set.ExpiresAt,
        set.Codes.Count,
        set.Remaining,
        set.Codes.Count(c => c.Consumption is not null));

    private static ReportEnd EndOf(EndedSet ended) => new(
        ended.Generation,
        SetEnd.Of(ended),
        ended.EndedAt,
        ended.Set.Codes.Count(c => c.Consumption is not null),
        ended.Unspent.Count,
        ended.Set.Codes.Select(c => c.Consumption?.At).Min());

    private static Consumption? LastConsumption(IdentityDocument document) => (document.Active?.Codes ?? []).Concat(document.Ended?.Set.Codes ?? [])
        .Select(c => c.Consumption).OfType<Consumption>().MaxBy(c => c.At);

    private static ReportActivity ActivityOf(IdentityDocument document, DateTimeOffset since)
    {
        var activity = ReportActivity.None;
        foreach (var happened in document.Events.Where(e => e.At >= since))
        {
            activity += happened.Operation switch
            {
                "issue" => new ReportActivity(1, 0, 0, 0, 0),
                "activate" => new ReportActivity(0, 1, happened.Generation > 1 ? 1 : 0, 0, 0),
                "consume" or "recover" => new ReportActivity(0, 0, 0, 1, 0),
                var operation when happened.Generation is not null && Endings.Contains(operation) => new ReportActivity(0, 0, 0, 0, 1),
                _ => ReportActivity.None,
            };
        }

        return activity;
    }
}
