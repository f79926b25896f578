namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// How large a document can become without another issue: every open code consumed with the longest purpose by the longest names, every event as
/// long as events get, every approval and review there that may be, the outbox full. It is asked when codes are issued and when a registration changes,
/// so that no consumption and no revocation ever meets the limit.
/// </summary>
public static class DocumentSize
{
    /// <summary>Longest purpose and reason, in characters.</summary>
    public const int MaxTextLength = 256;

    // What a set takes on besides its codes: who activated it and when, who suspended it and why, when it was disabled, when and why it ended, longer counts.
    private const int SetBytes = 2048;

    // What an identity takes on besides its sets: who suspended it and why, when it was retired, another owner, and who last proved a code.
    private const int IdentityBytes = 2048;

    // Ids of entities and accessors are UUIDs and shorter, with a namespace behind them.
    private static readonly Actor LongestActor = new(new string('e', 64), new string('a', 64), Wide(Actor.MaxNameLength));

    private static readonly int EventBytes = 1 + DocumentJson.Size(new DocumentEvent(
        DateTimeOffset.MaxValue, "longest-operation-name", new string('o', 32), LongestActor, int.MaxValue, Wide(MaxTextLength)));

    // Room for every approval and every review that an identity may keep, whether or not its profile asks for any today.
    private static readonly int GovernanceBytes = Approval.Max * (1 + DocumentJson.Size(LongestApproval())) + OpenReview.Max * (1 + DocumentJson.Size(LongestReview()));

    // A full outbox, and the count of what gave way.
    private static readonly int OutboxBytes = 32 + OutboxEntry.Max * (1 + DocumentJson.Size(new OutboxEntry
    {
        Id = new string('i', 32),
        Notice = new string('n', NoticeKinds.All.Max(k => k.Length)),
        At = DateTimeOffset.MaxValue,
        OperationId = new string('o', 32),
        By = LongestActor with { Accessor = "" },
        Owner = LongestActor.EntityId,
        PreviousOwner = LongestActor.EntityId,
        Generation = int.MaxValue,
        Remaining = CodeSet.MaxCodes,
        Cause = new string('c', NoticeKinds.MaxCauseLength),
        Failures = int.MaxValue,
    }));

    private static readonly int RecoveryBytes = 32 + Recovery.MaxKept * (1 + DocumentJson.Size(new Recovery(
        new string('o', 32), DateTimeOffset.MaxValue, int.MaxValue, long.MaxValue, "approle", new string('a', 64), DateTimeOffset.MaxValue, DateTimeOffset.MaxValue, int.MaxValue)));

    private static readonly int ConsumptionBytes = BytesOf(LongestConsumption());

    // Of a set that ended it is not kept what its codes were consumed for.
    private static readonly int EndedConsumptionBytes = BytesOf(LongestConsumption() with { Purpose = "" });

    /// <summary>Most bytes that the document can come to.</summary>
    public static int Worst(IdentityDocument document)
    {
        var bare = document with { Events = [], Approvals = [], Reviews = [], Outbox = [], Recoveries = [], Proof = null };
        var still = Size(bare);
        var withoutEnded = Size(bare with { Ended = null, Active = bare.Active?.WithoutPurposes() });
        var open = document.Active?.Remaining ?? 0;
        var pending = (document.Pending?.Set.Codes.Count ?? 0) * ConsumptionBytes;

        // Until the pending set is activated its codes are not consumed; from then on what was kept of the set before the active one is gone.
        var beforeActivation = still + open * ConsumptionBytes;
        var afterActivation = withoutEnded + open * EndedConsumptionBytes + pending;
        return Math.Max(beforeActivation, afterActivation) + IdentityDocument.MaxEvents * EventBytes + GovernanceBytes + OutboxBytes + RecoveryBytes + 2 * SetBytes + IdentityBytes;
    }

    private static int Size(IdentityDocument document) => DocumentJson.Write(document).Length;

    private static int BytesOf(Consumption consumption) => DocumentJson.Size(Code(consumption, int.MaxValue)) - DocumentJson.Size(Code(null, 0));

    private static StoredCode Code(Consumption? consumption, int failures) =>
        new() { Selector = "", Salt = "", Scheme = "", Hash = "", Failures = failures, Consumption = consumption };

    private static Consumption LongestConsumption() => new()
    {
        OperationId = new string('o', 32),
        At = DateTimeOffset.MaxValue,
        By = LongestActor,
        Purpose = Kept,
        KeyHash = new string('h', 44),
        RequestHash = new string('h', 44),
        Remaining = CodeSet.MaxCodes,
        Warnings = ["few-codes-left", "expires-soon"],
    };

    private static Approval LongestApproval() => new()
    {
        Id = new string('i', 32),
        Operation = "recover",
        RequestedBy = LongestActor,
        RequestedAt = DateTimeOffset.MaxValue,
        Reason = Kept,
        Ticket = Wide(Approval.MaxTicket),
        Verification = Kept,
        ExpiresAt = DateTimeOffset.MaxValue,
        StateVersion = long.MaxValue,
        Owner = LongestActor.EntityId,
        Generation = int.MaxValue,
        Consent = new Consent(false, LongestActor, DateTimeOffset.MaxValue, Kept),
        Use = new ApprovalUse(new string('o', 32), LongestActor, DateTimeOffset.MaxValue),
    };

    private static OpenReview LongestReview() => new(
        new string('o', 32), "consume", OpenReview.BreakGlass, DateTimeOffset.MaxValue, LongestActor,
        new ApprovedStory(new string('i', 32), Kept, Wide(Approval.MaxTicket), LongestActor with { Accessor = "" }, LongestActor with { Accessor = "" }));

    // Texts that are kept cut take no more than that.
    private static string Kept => new('k', KeptText.MaxBytes);

    // Three bytes a character: as much as any takes.
    private static string Wide(int length) => new('\uffee', length);
}
