using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>Reads and writes the broker's own documents, below <c>broker/</c>, with the sweeper's child. Every write is a check-and-set.</summary>
internal sealed class BrokerDesk(VaultClient vault, IdentityChildren children)
{
    /// <summary>Path of the state document.</summary>
    public const string State = "broker/state";

    /// <summary>Path of the worker's lease.</summary>
    public const string Lease = "broker/lease";

    /// <summary>Reads a document.</summary>
    public async Task<KvRead> ReadAsync(VaultCall call, string path)
    {
        var read = await vault.ReadKvAsync((await children.SweeperAsync(call)).Token, path, call);
        return read is KvRead.Denied ? await vault.ReadKvAsync((await AnotherAsync(call)).Token, path, call) : read;
    }

    /// <summary>Writes a document over the version that was read.</summary>
    public async Task<KvWrite> WriteAsync(VaultCall call, string path, ReadOnlyMemory<byte> json, long version)
    {
        var written = await vault.WriteKvAsync((await children.SweeperAsync(call)).Token, path, json, version, call);
        return written is KvWrite.Denied ? await vault.WriteKvAsync((await AnotherAsync(call)).Token, path, json, version, call) : written;
    }

    // A kept child may have died with its parent. What was denied was not executed.
    private Task<Child> AnotherAsync(VaultCall call)
    {
        children.ForgetSweeper();
        return children.SweeperAsync(call);
    }
}
