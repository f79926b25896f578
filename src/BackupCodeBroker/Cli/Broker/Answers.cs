using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli.Broker;

/// <summary>An answer without a body.</summary>
internal sealed record Nothing;

/// <summary>A registered identity.</summary>
internal sealed record Registered(
    string Identity, string Owner, string? Entity, string? ExternalId, string Profile, string? RecertifyBy, string? State);

/// <summary>A set that waits to be received.</summary>
internal sealed record Issued(string Identity, int Generation, int Count, string? Kind, string? ExpiresAt, IssuedWrap Wrapping);

/// <summary>Where its plaintext waits in Vault.</summary>
internal sealed record IssuedWrap(SecretText Token, string? Accessor, int Ttl, string CreationTime, string? CreationPath);

/// <summary>A code that was spent.</summary>
internal sealed record Consumed(
    string Identity, int Generation, string ConsumedAt, int Remaining, IReadOnlyList<string>? Warnings, string? Assurance);

/// <summary>Where an identity stands.</summary>
internal sealed record Standing(
    string Identity,
    string State,
    int? Remaining,
    int? Count,
    string? Kind,
    int? Generation,
    string? IssuedAt,
    string? ActivatedAt,
    string? ExpiresAt,
    string? Owner,
    string? Entity,
    string? ExternalId,
    string? Profile,
    IReadOnlyDictionary<string, string>? Labels,
    string? RecertifyBy,
    string? RegisteredAt,
    PendingStanding? Pending);

/// <summary>The set that waits to be received. <paramref name="CreationTime"/> is Vault's text about the wrap.</summary>
internal sealed record PendingStanding(int Generation, string CreationTime, DateTimeOffset? Deadline);

/// <summary>One page of identities.</summary>
internal sealed record IdentityPage(IReadOnlyList<ListedIdentity> Identities, string? Next);

/// <summary>One of them.</summary>
internal sealed record ListedIdentity(
    string Identity, string? State, int? Remaining, int? Generation, string? ExpiresAt, string? Owner, string? Profile);
