using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Hashing;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// What a presented code must be hashed with before anything is decided. For a selector that is nobody's there is material as well, of the
/// presented code's kind, so that hashing costs the same; nothing verifies against it.
/// </summary>
/// <param name="Binding">What the hash is bound to.</param>
/// <param name="Scheme">How to hash.</param>
/// <param name="Salt">Salt, base64.</param>
/// <param name="PepperVersion">Version of the Transit key; null for the current one (material that stands in for nothing) or no pepper.</param>
/// <param name="Hash">Digest to match, base64; empty where nothing can match.</param>
public sealed record CodeMaterial(CodeBinding Binding, HashScheme Scheme, string Salt, int? PepperVersion, string Hash)
{
    private static readonly string NoSalt = Convert.ToBase64String(new byte[CodeHasher.SaltLength]);

    /// <summary>The material for a code that was presented for an identity.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="code">The code.</param>
    /// <param name="standIns">Schemes for codes that are nobody's; the defaults of the kinds where null.</param>
    public static CodeMaterial For(IdentityDocument document, BackupCode code, StandInSchemes? standIns = null)
    {
        var found = FoundCode.In(document, code.Selector);
        if (found is null || found.Set.Kind != code.Kind.Name())
        {
            return OfNobody(code, standIns, document.Identity);
        }

        var stored = found.Code;
        return new CodeMaterial(
            new CodeBinding(document.Identity, found.Set.Generation, found.Set.Epoch),
            new HashScheme(stored.Scheme, stored.Cost, stored.Pepper is not null),
            stored.Salt,
            stored.Pepper,
            stored.Hash);
    }

    /// <summary>The material for a code that is nobody's: nothing verifies against it.</summary>
    public static CodeMaterial OfNobody(BackupCode code, StandInSchemes? standIns = null, string identity = "")
    {
        ArgumentNullException.ThrowIfNull(code);
        var scheme = (standIns ?? StandInSchemes.Default).Of(code.Kind);
        return new CodeMaterial(new CodeBinding(identity, 0, 0), scheme, NoSalt, null, "");
    }

    /// <summary>Whether the final digest (after pepper) is the stored one; constant time, and false where nothing is stored.</summary>
    public bool Verifies(ReadOnlySpan<byte> digest)
    {
        var stored = Hash.Length > 0 ? Convert.FromBase64String(Hash) : new byte[CodeHasher.DigestLength];
        return CodeHasher.Matches(stored, digest) & (Hash.Length > 0);
    }
}

/// <summary>A code of an identity and the set it stands in.</summary>
/// <param name="Set">Its set.</param>
/// <param name="Code">The code.</param>
/// <param name="Place">Which of the identity's sets that is.</param>
public sealed record FoundCode(CodeSet Set, StoredCode Code, CodePlace Place)
{
    /// <summary>Looks a selector up: active set first, then pending, then the one that ended last.</summary>
    public static FoundCode? In(IdentityDocument document, string selector) =>
        In(document.Active, selector, CodePlace.Active)
        ?? In(document.Pending?.Set, selector, CodePlace.Pending)
        ?? In(document.Ended?.Set, selector, CodePlace.Ended);

    private static FoundCode? In(CodeSet? set, string selector, CodePlace place) =>
        set?.Codes.FirstOrDefault(c => c.Selector == selector) is { } code ? new FoundCode(set, code, place) : null;
}

/// <summary>Which of an identity's sets a code stands in.</summary>
public enum CodePlace
{
    /// <summary>The set that can be consumed.</summary>
    Active,

    /// <summary>The set whose receipt is not proven.</summary>
    Pending,

    /// <summary>The set that ended last.</summary>
    Ended,
}
