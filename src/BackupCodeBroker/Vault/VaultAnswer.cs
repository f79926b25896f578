namespace BackupCodeBroker.Vault;

/// <summary>What came of a question to Vault. Closed.</summary>
internal abstract record VaultAnswer<T>
{
    private VaultAnswer()
    {
    }

    /// <summary>Vault answered; <paramref name="RequestId"/> is the id in its audit log, where the answer carries one.</summary>
    internal sealed record Ok(T Value, string RequestId) : VaultAnswer<T>;

    /// <summary>There is no such thing.</summary>
    internal sealed record Absent : VaultAnswer<T>;

    /// <summary>Not for this token. <paramref name="Path"/> is the path as policies write it.</summary>
    internal sealed record Denied(VaultDenial Why, string Path) : VaultAnswer<T>;

    /// <summary>No answer.</summary>
    internal sealed record Faulted(VaultFault Fault) : VaultAnswer<T>;
}
