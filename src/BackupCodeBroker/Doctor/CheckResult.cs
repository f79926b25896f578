using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Doctor;

/// <summary>How much a finding matters.</summary>
internal enum Severity
{
    /// <summary>Worth knowing: it never changes the exit code.</summary>
    Hint,

    /// <summary>A promise of the broker is weaker than it could be.</summary>
    Warning,

    /// <summary>A promise of the broker does not hold, or the broker cannot serve.</summary>
    Error,
}

/// <summary>What came of one check. Closed: there is no result that says nothing.</summary>
internal abstract record CheckResult
{
    private CheckResult()
    {
    }

    /// <summary>It was looked at and is as it should be; <paramref name="Saw"/> is what was seen.</summary>
    internal sealed record Ok(string Saw = "") : CheckResult;

    /// <summary>It was looked at and is otherwise.</summary>
    /// <param name="Severity">How much that matters.</param>
    /// <param name="What">What is wrong.</param>
    /// <param name="Why">Why it matters: half a sentence, or a whole one.</param>
    /// <param name="Fix">What sets it right, with this deployment's names.</param>
    internal sealed record Finding(Severity Severity, string What, string Why, Remedy Fix) : CheckResult;

    /// <summary>It could not be looked at. Nothing is claimed of it.</summary>
    /// <param name="Why">What was in the way.</param>
    internal sealed record NotChecked(string Why) : CheckResult
    {
        /// <summary>The path that the token may not use, or null.</summary>
        public string? Path { get; init; }

        /// <summary>What a policy of the token's holder would need, or null.</summary>
        public string? Stanza { get; init; }
    }
}

/// <summary>One check of one thing.</summary>
/// <param name="Id">The check, as <see cref="DoctorChecks"/> lists it.</param>
/// <param name="About">What was looked at, with this deployment's name; empty where there is but one.</param>
/// <param name="Result">What came of it.</param>
internal sealed record CheckReport(string Id, string About, CheckResult Result);

/// <summary>Why something could not be looked at.</summary>
internal static class Unseen
{
    private static readonly string[] Reading = ["read"];
    private static readonly string[] Sudo = ["read", "sudo"];
    private static readonly string[] Writing = ["update"];

    /// <summary>The token may not read a path.</summary>
    public static CheckResult Denied(string path) => Denied(path, Capabilities(path));

    /// <summary>The token may not list a path.</summary>
    public static CheckResult ListDenied(string path) => Denied(path, ["list"]);

    /// <summary>Vault gave no answer to go by.</summary>
    public static CheckResult Fault(VaultFault fault) => new CheckResult.NotChecked(fault.Describe());

    private static CheckResult.NotChecked Denied(string path, IReadOnlyList<string> capabilities) =>
        new($"the token may not {capabilities[0]} {path}{(capabilities.Count > 1 ? ", which Vault keeps for sudo" : "")}") { Path = path, Stanza = PolicyStanza.Granting(path, capabilities) };

    private static string[] Capabilities(string path) => path switch
    {
        "identity/lookup/entity" => Writing,
        _ when path == "sys/audit" || path.StartsWith("sys/config/", StringComparison.Ordinal) => Sudo,
        _ when path.EndsWith("/lookup", StringComparison.Ordinal) => Writing,
        _ => Reading,
    };
}
