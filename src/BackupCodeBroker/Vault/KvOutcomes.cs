namespace BackupCodeBroker.Vault;

/// <summary>What came of reading a document in KV v2. Closed.</summary>
internal abstract record KvRead
{
    private KvRead()
    {
    }

    /// <summary>The document as UTF-8 JSON, and the version that a check-and-set must name.</summary>
    internal sealed record Found(ReadOnlyMemory<byte> Json, long Version) : KvRead;

    /// <summary>The path has no version at all: the only state in which a document may be made new.</summary>
    internal sealed record Absent : KvRead;

    /// <summary>There was a document and its latest version is deleted, destroyed or expired: not new, somebody did this.</summary>
    internal sealed record Removed(long Version) : KvRead;

    /// <summary>Not for this token.</summary>
    internal sealed record Denied(VaultDenial Why) : KvRead;

    /// <summary>No answer.</summary>
    internal sealed record Faulted(VaultFault Fault) : KvRead;
}

/// <summary>What came of a check-and-set write. Closed.</summary>
internal abstract record KvWrite
{
    private KvWrite()
    {
    }

    /// <summary>Written, durably, as this version.</summary>
    internal sealed record Saved(long Version) : KvWrite;

    /// <summary>Somebody else wrote first; nothing was written.</summary>
    internal sealed record Conflict : KvWrite;

    /// <summary>Not for this token; nothing was written.</summary>
    internal sealed record Denied(VaultDenial Why) : KvWrite;

    /// <summary>Certainly not executed.</summary>
    internal sealed record Faulted(VaultFault Fault) : KvWrite;

    /// <summary>It was sent and may have been executed, or still may be: read again before saying anything to anybody.</summary>
    internal sealed record Unknown(string Detail) : KvWrite;
}
