namespace BackupCodeBroker.Vault;

/// <summary>The one form of token that the broker asks for; Vault's policy pins it, so every field is always sent.</summary>
/// <param name="Role">Token role to mint through.</param>
/// <param name="Policy">The one policy that the child is asked with.</param>
/// <param name="Alias">Entity alias, which the templated policy turns into one path.</param>
/// <param name="Meta">Who minted it, in clear in each of its audit lines: identifiers only.</param>
internal sealed record ChildForm(string Role, string Policy, string Alias, IReadOnlyDictionary<string, string> Meta)
{
    /// <summary>How long a child lives, in the very words that the broker's policy requires.</summary>
    public string Ttl { get; init; } = "60s";
}

/// <summary>What came of minting a child token. Closed.</summary>
internal abstract record Minting
{
    private Minting()
    {
    }

    /// <summary>A child. <paramref name="Policies"/> include what its entity and groups add: the minter checks them.</summary>
    internal sealed record Minted(VaultToken Child, IReadOnlyList<string> Policies, string EntityId, int LeaseSeconds) : Minting;

    /// <summary>The broker's token may not, or the identity's entity is disabled.</summary>
    internal sealed record Denied(VaultDenial Why) : Minting;

    /// <summary>No child.</summary>
    internal sealed record Faulted(VaultFault Fault) : Minting;
}
