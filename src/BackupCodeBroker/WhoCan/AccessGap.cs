using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.WhoCan;

/// <summary>Something that decides who may do what and could not be read: the answer is incomplete by it.</summary>
/// <param name="About">What, with the path where there is one. It can hold somebody's names.</param>
/// <param name="Why">What was in the way.</param>
internal sealed record AccessGap(string About, string Why)
{
    /// <summary>What a policy of the token's holder would need, or null.</summary>
    public string? Stanza { get; init; }

    /// <summary>The token may not.</summary>
    /// <param name="about">What was asked.</param>
    /// <param name="pattern">The path as a policy would grant it: a wildcard for a name.</param>
    /// <param name="capability">What is needed there.</param>
    public static AccessGap Denied(string about, string pattern, string capability) =>
        new(about, $"this token may not {capability} it") { Stanza = PolicyStanza.Granting(pattern, capability) };

    /// <summary>Vault did not answer.</summary>
    public static AccessGap Faulted(string about, VaultFault fault) => new(about, fault.Describe());
}
