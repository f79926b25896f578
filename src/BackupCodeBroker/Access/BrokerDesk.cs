using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>
/// Reads everything, identities too, and writes the broker's own documents, below <c>broker/</c>, with the sweeper's child. Every write is a check-and-set. A
/// kept child may have died with its parent: what it was denied was not executed, and is done once more with another one.
/// </summary>
internal sealed class BrokerDesk(VaultClient vault, IdentityChildren children)
{
    /// <summary>Path of the state document.</summary>
    public const string State = "broker/state";

    /// <summary>Path of the worker's lease.</summary>
    public const string Lease = "broker/lease";

    /// <summary>Folder of the stories of lockdowns.</summary>
    public const string Stories = "broker/lockdowns";

    /// <summary>Path of a lockdown's story.</summary>
    public static string StoryOf(string id) => $"{Stories}/{id}";

    /// <summary>Folder of the identities' documents.</summary>
    public const string Identities = "identities";

    /// <summary>Path of an identity's document.</summary>
    public static string DocumentOf(string identity) => $"{Identities}/{IdentityName.AliasPrefix}{identity}";

    /// <summary>The names in a folder.</summary>
    public Task<VaultAnswer<IReadOnlyList<string>>> ListAsync(VaultCall call, string folder) =>
        WithChildAsync(call, child => vault.ListKvAsync(child, folder, call), listed => listed is VaultAnswer<IReadOnlyList<string>>.Denied);

    /// <summary>Reads a document.</summary>
    public Task<KvRead> ReadAsync(VaultCall call, string path) =>
        WithChildAsync(call, child => vault.ReadKvAsync(child, path, call), read => read is KvRead.Denied);

    /// <summary>Writes a document over the version that was read.</summary>
    public Task<KvWrite> WriteAsync(VaultCall call, string path, ReadOnlyMemory<byte> json, long version) =>
        WithChildAsync(call, child => vault.WriteKvAsync(child, path, json, version, call), written => written is KvWrite.Denied);

    private async Task<T> WithChildAsync<T>(VaultCall call, Func<VaultToken, Task<T>> ask, Func<T, bool> isDenied)
    {
        var child = await children.SweeperAsync(call);
        var answer = await ask(child.Token);
        return isDenied(answer) ? await ask((await children.AnotherSweeperAsync(child, call)).Token) : answer;
    }
}
