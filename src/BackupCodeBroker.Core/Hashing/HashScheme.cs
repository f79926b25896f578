namespace BackupCodeBroker.Core.Hashing;

/// <summary>
/// How a code is hashed: the algorithm, its cost, and whether the digest is then keyed by Vault's Transit engine (the pepper). The name is
/// stored with each hash, so hashes of an old scheme verify for as long as they live.
/// </summary>
/// <param name="Name"><see cref="HmacSha256"/> or <see cref="Pbkdf2Sha256"/>.</param>
/// <param name="Iterations">Rounds of PBKDF2, from <see cref="MinIterations"/> to <see cref="MaxIterations"/>; 0 for HMAC.</param>
/// <param name="Peppered">Whether Transit keys the digest.</param>
public sealed record HashScheme(string Name, int Iterations, bool Peppered)
{
    /// <summary>HMAC-SHA-256 under the code's salt (RFC 2104): for secrets of 112 bits and more.</summary>
    public const string HmacSha256 = "hmac-sha256";

    /// <summary>PBKDF2 with HMAC-SHA-256 (RFC 8018): for shorter secrets.</summary>
    public const string Pbkdf2Sha256 = "pbkdf2-sha256";

    /// <summary>Fewest rounds of PBKDF2 that configuration may ask for.</summary>
    public const int MinIterations = 10_000;

    /// <summary>Most rounds: at this cost one hash takes most of a second, and ten codes the whole deadline of an issue.</summary>
    public const int MaxIterations = 1_000_000;

    /// <summary>Rounds without configuration. The secret is random, 80 bits long and peppered, so stretching adds to an already sufficient margin.</summary>
    public const int DefaultIterations = 120_000;

    /// <summary>What a machine's codes are hashed with unless configuration says otherwise.</summary>
    public static HashScheme MachineDefault { get; } = new(HmacSha256, 0, Peppered: false);

    /// <summary>What printable codes are hashed with unless configuration says otherwise.</summary>
    public static HashScheme PrintableDefault { get; } = new(Pbkdf2Sha256, DefaultIterations, Peppered: true);

    /// <summary>Whether the digest costs enough to need the bounded queue.</summary>
    public bool IsStretched => Name == Pbkdf2Sha256;

    /// <summary>Whether this version of the program knows the algorithm.</summary>
    public static bool IsKnown(string name) => name is HmacSha256 or Pbkdf2Sha256;
}
