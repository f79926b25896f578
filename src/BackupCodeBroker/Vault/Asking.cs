namespace BackupCodeBroker.Vault;

/// <summary>What Vault's policies say to a caller's operation. Closed; what Vault answers in a shape not known is never a grant.</summary>
internal abstract record Asking
{
    private Asking()
    {
    }

    /// <summary>The caller's policies grant it.</summary>
    internal sealed record Granted : Asking;

    /// <summary>They do not.</summary>
    internal sealed record Refused(VaultDenial Why) : Asking;

    /// <summary>Nobody knows: not a grant.</summary>
    internal sealed record Faulted(VaultFault Fault) : Asking;
}
