namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>What a policy lets a token do at a path, as a set.</summary>
[Flags]
public enum VaultCapabilities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Nothing, whatever other policies grant at the same path.</summary>
    Deny = 1,

    /// <summary>Write where nothing is yet.</summary>
    Create = 2,

    /// <summary>Read.</summary>
    Read = 4,

    /// <summary>Change what is there.</summary>
    Update = 8,

    /// <summary>Delete.</summary>
    Delete = 16,

    /// <summary>List the keys under the path.</summary>
    List = 32,

    /// <summary>Use a path that Vault keeps for root; it comes beside the capability for the operation itself.</summary>
    Sudo = 64,

    /// <summary>Change a part of what is there (Vault 1.9 and later).</summary>
    Patch = 128,

    /// <summary>Everything. Only the root policy has it; no policy text can grant it.</summary>
    Root = 256,
}
