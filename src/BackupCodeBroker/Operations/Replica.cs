using System.Security.Cryptography;

namespace BackupCodeBroker.Operations;

/// <summary>
/// This broker process among its peers: a random name that stands in the metadata of its child tokens (and so in Vault's audit log), in its access
/// records and, as <c>service.instance.id</c>, in all telemetry.
/// </summary>
internal sealed record Replica(string Name)
{
    /// <summary>A new one.</summary>
    public static Replica New() => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)));
}
