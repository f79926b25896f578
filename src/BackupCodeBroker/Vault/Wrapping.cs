namespace BackupCodeBroker.Vault;

/// <summary>What came of wrapping a payload. Closed.</summary>
internal abstract record Wrapping
{
    private Wrapping()
    {
    }

    /// <summary>Wrapped. <paramref name="CreationTime"/> is Vault's text, never parsed and printed again: it is compared as text.</summary>
    internal sealed record Wrapped(VaultToken Token, string Accessor, TimeSpan Ttl, string CreationTime, string CreationPath) : Wrapping
    {
        /// <summary>The wrapping token's text for its recipient: the one token that the broker ever hands to anybody.</summary>
        public string HandOver() => Token.Reveal();
    }

    /// <summary>The broker's token may not wrap, or not for this long.</summary>
    internal sealed record Denied(VaultDenial Why) : Wrapping;

    /// <summary>Nothing that anybody could unwrap: if Vault did wrap it, the wrap's token was never seen.</summary>
    internal sealed record Faulted(VaultFault Fault) : Wrapping;
}
