namespace BackupCodeBroker.Vault.Login;

/// <summary>What came of trying to get a token. Closed.</summary>
internal abstract record Obtained
{
    private Obtained()
    {
    }

    /// <summary>A token that Vault accepts; a lease of zero never ends.</summary>
    internal sealed record Token(VaultToken Value, string Accessor, TimeSpan Lease, bool Renewable) : Obtained;

    /// <summary>No token, and why, for people and without a secret.</summary>
    internal sealed record Nothing(string Why) : Obtained;
}

/// <summary>
/// A way to get a token of the broker's own: AppRole, a token file, a JWT (Kubernetes' too), or a method of a library that is built apart
/// (<see cref="ILoginLibrary"/>). A method only gets tokens; <see cref="BrokerLogin"/> keeps, renews, replaces and revokes them.
/// </summary>
internal interface ILoginMethod
{
    /// <summary>Whether tokens obtained are the broker's alone, so that it revokes the last one when it stops.</summary>
    bool OwnsToken { get; }

    /// <summary>How often to look whether the source has changed; null where it cannot change a token that is already held.</summary>
    TimeSpan? WatchEvery => null;

    /// <summary>Whether the source now holds another token than the one obtained last.</summary>
    bool HasChanged() => false;

    /// <summary>Tries to get a token. Only cancellation is thrown: what goes wrong is <see cref="Obtained.Nothing"/>, and tried again.</summary>
    Task<Obtained> ObtainAsync(VaultCall call);
}
