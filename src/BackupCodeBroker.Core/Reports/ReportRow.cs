using System.Text.Json.Serialization;

namespace BackupCodeBroker.Core.Reports;

/// <summary>
/// What an auditor is told of one identity, at one moment: where its codes were issued and by whom, who answers for it, how old they are and when they were
/// last replaced, how the set before them ended, and whether the identity could be recovered now. It holds no hash and nothing that could be tried.
/// </summary>
public sealed record ReportRow
{
    /// <summary>State of a document that cannot be read, and of one that was deleted.</summary>
    public const string Unreadable = "unreadable", Removed = "removed";

    /// <summary>Name.</summary>
    public required string Identity { get; init; }

    /// <summary>Where it stands, as its status says; what is the matter with owner or entity in place of <c>active</c>.</summary>
    public required string State { get; init; }

    /// <summary>One of <see cref="Reports.Readiness.Levels"/>.</summary>
    public required string Readiness { get; init; }

    /// <summary>Names of <see cref="ReadinessCause"/>, the worst first.</summary>
    public IReadOnlyList<string> Causes { get; init => field = value ?? []; } = [];

    /// <summary>What it is called elsewhere.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Profile.</summary>
    public string? Profile { get; init; }

    /// <summary>Who answers for it; null where the document cannot be read.</summary>
    public ReportOwner? Owner { get; init; }

    /// <summary>Its own entity in Vault, where it has one.</summary>
    public string? Entity { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init => field = value ?? NoLabels; } = NoLabels;

    /// <summary>When it was registered.</summary>
    public DateTimeOffset? RegisteredAt { get; init; }

    /// <summary>When it was retired.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>Until when somebody must confirm that it still needs codes.</summary>
    public DateTimeOffset? RecertifyBy { get; init; }

    /// <summary>The codes that are in force.</summary>
    public ReportSet? Active { get; init; }

    /// <summary>Until when codes that were issued can be received.</summary>
    public DateTimeOffset? PendingUntil { get; init; }

    /// <summary>When codes last took the place of others; null where these are the first.</summary>
    public DateTimeOffset? LastRotatedAt { get; init; }

    /// <summary>When a code was last spent, of this set or the one before.</summary>
    public DateTimeOffset? LastConsumedAt { get; init; }

    /// <summary>By whom.</summary>
    public string? LastConsumedBy { get; init; }

    /// <summary>When a code of this set was last found to work.</summary>
    public DateTimeOffset? LastProvenAt { get; init; }

    /// <summary>How the set before ended.</summary>
    public ReportEnd? Previous { get; init; }

    /// <summary>Since when and why codes are set aside.</summary>
    public ReportSuspension? Suspension { get; init; }

    /// <summary>Requests for approval that wait for an answer.</summary>
    public int OpenApprovals { get; init; }

    /// <summary>Uses that somebody still has to look at.</summary>
    public int OpenReviews { get; init; }

    /// <summary>What happened lately, of the last events that its document keeps.</summary>
    [JsonPropertyName("last_7_days")]
    public ReportActivity Last7Days { get; init => field = value ?? ReportActivity.None; } = ReportActivity.None;

    /// <summary>As above.</summary>
    [JsonPropertyName("last_30_days")]
    public ReportActivity Last30Days { get; init => field = value ?? ReportActivity.None; } = ReportActivity.None;

    /// <summary>As above.</summary>
    [JsonPropertyName("last_90_days")]
    public ReportActivity Last90Days { get; init => field = value ?? ReportActivity.None; } = ReportActivity.None;

    /// <summary>Whether its document could be read.</summary>
    [JsonIgnore]
    public bool IsReadable => State is not (Unreadable or Removed);

    private static IReadOnlyDictionary<string, string> NoLabels { get; } = new Dictionary<string, string>();

    /// <summary>A document of which nothing but the name is known. It is reported: what cannot be read cannot be used either.</summary>
    public static ReportRow OfNothing(string identity, bool removed) => new()
    {
        Identity = identity,
        State = removed ? Removed : Unreadable,
        Readiness = Reports.Readiness.NotRecoverable,
        Causes = [.. Reports.Readiness.OfNothing(removed).Causes.Select(c => c.Name())],
    };
}

/// <summary>Who answers for an identity.</summary>
/// <param name="Id">Id of the Vault entity or group.</param>
/// <param name="Kind"><c>group</c> where it is one, else null.</param>
/// <param name="Name">Its name in Vault; null where it is gone.</param>
/// <param name="State"><c>owner-gone</c> or <c>owner-disabled</c>; null where all is well, or the identity is retired.</param>
public sealed record ReportOwner(string Id, string? Kind = null, string? Name = null, string? State = null);

/// <summary>Codes in force.</summary>
/// <param name="Generation">Which issue of the identity.</param>
/// <param name="Kind">Form of its codes.</param>
/// <param name="IssuedAt">When it was issued.</param>
/// <param name="IssuedBy">Vault's display name of whoever had it issued; their entity where that says nothing.</param>
/// <param name="IssuedByEntity">Their entity.</param>
/// <param name="ActivatedAt">When receipt was proven.</param>
/// <param name="ActivatedBy">By whom.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="Count">Codes that were issued.</param>
/// <param name="Remaining">Codes that could still be used.</param>
/// <param name="Used">Codes that were spent.</param>
public sealed record ReportSet(
    int Generation,
    string Kind,
    DateTimeOffset IssuedAt,
    string IssuedBy,
    string? IssuedByEntity,
    DateTimeOffset? ActivatedAt,
    string? ActivatedBy,
    DateTimeOffset ExpiresAt,
    int Count,
    int Remaining,
    int Used);

/// <summary>A set that ended.</summary>
/// <param name="Generation">Which issue of the identity.</param>
/// <param name="How">One of <see cref="SetEnd.All"/>.</param>
/// <param name="EndedAt">When.</param>
/// <param name="Used">Codes that had been spent.</param>
/// <param name="Unused">Codes that never were.</param>
/// <param name="FirstUsedAt">When the first of them was spent.</param>
public sealed record ReportEnd(int Generation, string How, DateTimeOffset EndedAt, int Used, int Unused, DateTimeOffset? FirstUsedAt = null);

/// <summary>Codes that are set aside.</summary>
/// <param name="Since">Since when.</param>
/// <param name="Cause">Why.</param>
public sealed record ReportSuspension(DateTimeOffset Since, string Cause);

/// <summary>What happened within a period. A document keeps its last twenty events: at least so much.</summary>
/// <param name="Issued">Sets that were issued.</param>
/// <param name="Received">Sets of which receipt was proven.</param>
/// <param name="Rotated">Those of them that followed an earlier set.</param>
/// <param name="Used">Codes that were spent.</param>
/// <param name="Ended">Sets that ended without another in their place.</param>
public sealed record ReportActivity(int Issued, int Received, int Rotated, int Used, int Ended)
{
    /// <summary>Nothing.</summary>
    public static ReportActivity None { get; } = new(0, 0, 0, 0, 0);

    /// <summary>Both.</summary>
    public static ReportActivity operator +(ReportActivity one, ReportActivity other) => Add(one, other);

    /// <summary>Both.</summary>
    public static ReportActivity Add(ReportActivity one, ReportActivity other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return new(one.Issued + other.Issued, one.Received + other.Received, one.Rotated + other.Rotated, one.Used + other.Used, one.Ended + other.Ended);
    }
}
