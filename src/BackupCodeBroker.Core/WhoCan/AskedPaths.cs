using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.VaultPolicies;

namespace BackupCodeBroker.Core.WhoCan;

/// <summary>The paths that decide about a caller: those below the authorisation mount, and the two by which the broker learns who the caller is.</summary>
internal sealed class AskedPaths(string mount)
{
    /// <summary>Who the token is.</summary>
    public const string LookUp = "auth/token/lookup-self";

    /// <summary>Which form to ask.</summary>
    public const string Capabilities = "sys/capabilities-self";

    private readonly string _below = mount + "/";

    /// <summary>The authorisation mount.</summary>
    public string Mount => mount;

    /// <summary>What nobody grants on purpose.</summary>
    public string Probe { get; } = $"{mount}/{Operation.Probe}/{Operation.Probe}";

    /// <summary>Whether a stanza could decide about some path of an operation's.</summary>
    public bool Concerns(PathPattern pattern, Operation operation)
    {
        var (literal, begins) = (LiteralOf(pattern), _below + operation.Name);
        return literal.StartsWith(begins, StringComparison.Ordinal) || pattern.Kind is not PathPatternKind.Exact && begins.StartsWith(literal, StringComparison.Ordinal);
    }

    /// <summary>
    /// Whether a stanza could decide about one of them. Of several that match a path the closest decides alone, so those that match none can be left out;
    /// one that could is kept, whatever else it matches.
    /// </summary>
    public bool Concern(PathPattern pattern)
    {
        var isOpen = pattern.Kind is not PathPatternKind.Exact;
        var literal = LiteralOf(pattern);
        return literal.StartsWith(_below, StringComparison.Ordinal)
            || Covers(_below) || Covers(LookUp) || Covers(Capabilities);

        bool Covers(string path) => isOpen ? path.StartsWith(literal, StringComparison.Ordinal) : literal == path;
    }

    // What every path that it matches begins with.
    private static string LiteralOf(PathPattern pattern) =>
        pattern.Kind is PathPatternKind.Segments ? pattern.Source[..pattern.Source.IndexOf('+', StringComparison.Ordinal)] : pattern.Text;
}
