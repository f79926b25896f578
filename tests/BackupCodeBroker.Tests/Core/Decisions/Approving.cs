using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>A help desk around <see cref="Given"/>'s identity: what is asked and answered, by the product's own decisions.</summary>
internal static class Approving
{
    public static readonly Actor Ann = new("entity-ann", "accessor-ann", "userpass-ann");
    public static readonly Actor Bob = new("entity-bob", "accessor-bob", "userpass-bob");
    public static readonly Actor Nobody = new("", "accessor-root", "token");

    /// <summary>Every use of its codes needs a second person.</summary>
    public static Profile Guarded { get; } = Given.Few with { Approvals = ["consume", "issue", "recover"] };

    /// <summary>No approval, and every use is looked at.</summary>
    public static Profile Emergency { get; } = Given.Few with { BreakGlass = true };

    /// <summary>Codes that were issued while only consuming needed a second person.</summary>
    public static Issued Holding { get; } = Given.Active(Given.Few with { Approvals = ["consume"] });

    public static ApprovalRequest Request(string id = "request", Actor? by = null, string operation = "consume") =>
        new(Given.Id(id), by ?? Ann, operation, "phone lost", "HD-4711", "video call, badge seen");

    /// <summary>Asks; the document after it.</summary>
    public static IdentityDocument Ask(
        this IdentityDocument document, string id = "request", Actor? by = null, string operation = "consume", Surroundings? around = null, Profile? profile = null) =>
        ((RequestApprovalDecision.Requested)RequestApprovalDecision.Decide(document, around ?? Given.Around, Request(id, by, operation), profile ?? Guarded)).Next;

    public static AnswerApprovalDecision Answer(
        this IdentityDocument document, string id = "request", Actor? by = null, bool given = true, Surroundings? around = null, string? note = "called back") =>
        AnswerApprovalDecision.Decide(document, around ?? Given.Around, new ApprovalAnswer(Given.Id("answer-" + id), by ?? Bob, Given.Id(id), given, note));

    /// <summary>Consents, or refuses; the document after it.</summary>
    public static IdentityDocument Answered(
        this IdentityDocument document, string id = "request", Actor? by = null, bool given = true, Surroundings? around = null) =>
        ((AnswerApprovalDecision.Answered)document.Answer(id, by, given, around)).Next;

    public static ConsumeDecision Consume(
        this IdentityDocument document, string selector, Actor? by = null, string key = "key-1", Surroundings? around = null, Profile? profile = null, bool verified = true) =>
        ConsumeDecision.Decide(document, around ?? Given.Around, Given.Request(selector, key, verified) with { By = by ?? Given.Verifier }, profile ?? Guarded);

    public static Surroundings Later(this Surroundings around, TimeSpan by) => around with { Now = around.Now + by };
}
