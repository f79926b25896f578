using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Core.Hashing;

/// <summary>
/// How codes that are nobody's are hashed, by their kind: as costly as anything that is configured for the kind, so that their refusal takes the calls
/// and the work that a known code's takes.
/// </summary>
/// <param name="Machine">For machine codes.</param>
/// <param name="Printable">For printable codes.</param>
public sealed record StandInSchemes(HashScheme Machine, HashScheme Printable)
{
    /// <summary>Without configuration.</summary>
    public static StandInSchemes Default { get; } = new(HashScheme.MachineDefault, HashScheme.PrintableDefault);

    /// <summary>The scheme for a kind.</summary>
    public HashScheme Of(CodeKind kind) => kind == CodeKind.Machine ? Machine : Printable;

    /// <summary>The costliest of some schemes: stretched if any is, with the most rounds, peppered if any is.</summary>
    public static HashScheme Costliest(IEnumerable<HashScheme> schemes)
    {
        var all = schemes.ToList();
        var stretched = all.Where(s => s.IsStretched).MaxBy(s => s.Iterations);
        var peppered = all.Exists(s => s.Peppered);
        return (stretched ?? HashScheme.MachineDefault) with { Peppered = peppered };
    }
}
