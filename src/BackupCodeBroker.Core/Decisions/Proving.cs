using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>Whether anybody knows that an identity's codes work. Proof is a drill, a consumption or a recovery with one of the codes at hand.</summary>
public static class Proving
{
    /// <summary>The identity with the proof that an event is.</summary>
    internal static IdentityDocument ProvenBy(this IdentityDocument document, DocumentEvent proof, int generation) =>
        document with { Proof = new Proof(proof.At, generation, proof.Operation, proof.OperationId, proof.By) };

    /// <summary>When a code of the active set was last found to work; null where there is no set, or none was.</summary>
    public static DateTimeOffset? OfActive(IdentityDocument document) =>
        document is { Active: { } set, Proof: { } proof } && proof.Generation == set.Generation ? proof.At : null;

    /// <summary>Whether there are codes of which nobody knows that they work: none was ever tried, or the proof is older than the profile allows.</summary>
    public static bool IsUnproven(IdentityDocument document, Profile? profile, DateTimeOffset now) =>
        document.Active is not null && (OfActive(document) is not { } at || IsOverdue(at, profile, now));

    private static bool IsOverdue(DateTimeOffset at, Profile? profile, DateTimeOffset now) =>
        profile is { ProveEvery: var every } && every > TimeSpan.Zero && now - at >= every;
}
