namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>One <c>path</c> stanza.</summary>
public sealed record VaultPathRule
{
    /// <summary>The path as written, with its wildcards and templates.</summary>
    public required string Path { get; init; }

    /// <summary>What it grants; exactly <see cref="VaultCapabilities.Deny"/> where it names deny.</summary>
    public required VaultCapabilities Capabilities { get; init; }

    /// <summary>Fields a request may have, by lower-case name, with their values (an empty list: any). Empty: no restriction.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ParameterValue>> AllowedParameters { get; init; } = Unrestricted;

    /// <summary>Fields a request may not have, by lower-case name, with their values (an empty list: any). Empty: no restriction.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ParameterValue>> DeniedParameters { get; init; } = Unrestricted;

    /// <summary>Fields a request must have.</summary>
    public IReadOnlyList<string> RequiredParameters { get; init; } = [];

    /// <summary>The least TTL for wrapping the response; zero: none, and the response need not be wrapped.</summary>
    public TimeSpan MinWrappingTtl { get; init; }

    /// <summary>The greatest TTL for wrapping the response; zero: none, and the response need not be wrapped.</summary>
    public TimeSpan MaxWrappingTtl { get; init; }

    private static Dictionary<string, IReadOnlyList<ParameterValue>> Unrestricted { get; } = [];
}
