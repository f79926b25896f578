using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// Spends a code for a credential, with no other proof than the code itself. Everything that could stand in a consumption's way stands in its way; what
/// is handed out is made only after this has decided for it, and recorded in the write that spends the code.
/// </summary>
public abstract record RecoverDecision
{
    /// <summary>Why the owner is asked for new codes, and what the answer tells whoever recovered.</summary>
    public const string ClaimNewCodes = "claim-new-codes";

    private RecoverDecision()
    {
    }

    /// <summary>Make a credential, then write <see cref="With"/>.</summary>
    public sealed record Hand(ConsumeDecision.Spend Spend, long StateVersion) : RecoverDecision
    {
        /// <summary>The document to write, with what was made.</summary>
        public IdentityDocument With(RecoveryForm form, string accessor, DateTimeOffset deadline)
        {
            var spent = Spend.Consumption;
            return Kept(Spend.Next, new Recovery(spent.OperationId, spent.At, Spend.Set.Generation, StateVersion, form.Name(), accessor, deadline, Epoch: Spend.Set.Epoch), spent.At);
        }
    }

    /// <summary>The same request succeeded a moment ago: make a fresh credential, then write <see cref="With"/>, which ends the first one.</summary>
    public sealed record Again(IdentityDocument Document, CodeSet Set, Consumption Consumption, Recovery First, long StateVersion, DateTimeOffset Now) : RecoverDecision
    {
        /// <summary>The document to write. Its deadline stays the first one: repeating does not prolong it.</summary>
        public IdentityDocument With(RecoveryForm form, string accessor, string operationId)
        {
            var ended = Document with { Recoveries = [.. Document.Recoveries.Select(r => r == First ? r with { EndedAt = Now, Deadline = Now } : r)] };
            var next = Kept(ended, First with { Form = form.Name(), Accessor = accessor, StateVersion = StateVersion }, Now);
            return next with { Proof = new Proof(Now, Set.Generation, "recover", operationId, Actor.CodeHolder) };
        }
    }

    /// <summary>The idempotency key belongs to another request.</summary>
    public sealed record KeyReused : RecoverDecision;

    /// <summary>Refused; where <paramref name="Counts"/>, a failure is to be counted at the generation and selector.</summary>
    public sealed record Refused(Reason Reason, int? Generation, bool Counts = false) : RecoverDecision;

    /// <summary>Decides.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="around">What was seen beside it.</param>
    /// <param name="request">Who wants what.</param>
    /// <param name="profile">The identity's profile; null where configuration has it no longer.</param>
    /// <param name="gone">Accessors of what was marked to end and Vault has ended: they need no room any more.</param>
    public static RecoverDecision Decide(
        IdentityDocument document, Surroundings around, ConsumeRequest request, Profile? profile, IReadOnlyCollection<string>? gone = null)
    {
        // Where nothing is handed out nothing is counted either: it is no place to guess at codes.
        if (profile is null || !profile.Identities.Matches(document.Identity) || profile.Recovery == RecoveryForm.None)
        {
            return new Refused(Reason.NotRecoverable, null);
        }

        document = document.WithoutEnded(gone ?? [], around.Now);
        RecoverDecision decision = ConsumeDecision.Decide(document, around, request, profile) switch
        {
            ConsumeDecision.Spend spend => new Hand(spend, around.StateVersion),
            ConsumeDecision.Repeat repeat => Repeated(document, around, repeat),
            ConsumeDecision.KeyReused => new KeyReused(),
            ConsumeDecision.Refused refused => new Refused(refused.Reason, refused.Generation, refused.Counts),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
        return decision is Hand or Again && document.Recoveries.Count >= Recovery.MaxKept ? new Refused(Reason.RecoveriesNotEnded, document.Active!.Generation) : decision;
    }

    /// <summary>
    /// Whether a selector is one that only its holder is likely to know: a live code's, or that of one which was spent a moment ago and may still get a fresh
    /// credential. Strangers' selectors are not, and are throttled by the identity's name.
    /// </summary>
    public static bool IsLive(IdentityDocument document, string selector, DateTimeOffset now) =>
        FoundCode.In(document, selector) is { Place: CodePlace.Active, Code: var code }
        && (code.IsLive || code.Consumption is { } spent && Fresh(document, spent, now) is not null);

    private static RecoverDecision Repeated(IdentityDocument document, Surroundings around, ConsumeDecision.Repeat repeat) =>
        Fresh(document, repeat.Consumption, around.Now) is not { } first || document.Active != repeat.Set ? new Refused(Reason.Spent, repeat.Set.Generation)
        : SetStanding.Refusal(document, repeat.Set, around) is { } reason ? new Refused(reason, repeat.Set.Generation)
        : new Again(document, repeat.Set, repeat.Consumption, first, around.StateVersion, around.Now);

    private static Recovery? Fresh(IdentityDocument document, Consumption spent, DateTimeOffset now) =>
        document.Recoveries.FirstOrDefault(r => r.OperationId == spent.OperationId && r.EndedAt is null && now < r.Deadline);

    // One more than may be used marks the oldest. It stays until Vault has ended it: what nobody remembers nobody ends.
    private static IdentityDocument Kept(IdentityDocument document, Recovery made, DateTimeOffset now)
    {
        var oldest = document.Recoveries.Count(r => r.EndedAt is null) < Recovery.Max ? null : document.Recoveries.First(r => r.EndedAt is null);
        return document with { Recoveries = [.. document.Recoveries.Select(r => r == oldest ? r with { EndedAt = now } : r), made] };
    }
}
