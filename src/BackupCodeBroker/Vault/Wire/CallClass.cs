namespace BackupCodeBroker.Vault.Wire;

/// <summary>What a call is to its sender, and so how it is treated: retrying belongs to the operation, never to a client.</summary>
internal enum CallClass
{
    /// <summary>Asks with a token of the broker's and changes nothing: retried, counted by the circuit breaker.</summary>
    Read,

    /// <summary>Changes something or makes a token or wrap: sent once, counted by the circuit breaker.</summary>
    Write,

    /// <summary>
    /// With somebody else's token: sent once, since each try is a use of the token and a line in the audit log under its name;
    /// neither counted nor blocked by the circuit breaker, which callers could otherwise play with.
    /// </summary>
    Caller,

    /// <summary>Log-in, renewal, revocation, health: sent once and never kept waiting, since all the rest hangs on it.</summary>
    Upkeep,
}
