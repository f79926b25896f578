namespace BackupCodeBroker.Vault;

/// <summary>The broker's own typed client of Vault.</summary>
internal sealed class VaultClient
{
    public VaultClient(VaultSettings settings, TimeProvider time, Func<HttpMessageHandler>? handler = null) => throw new NotSupportedException(settings.Address + time + handler);
    public string AskPath(string operation, string? target) => throw new NotSupportedException();
    public Task<KvRead> ReadKvAsync(VaultToken token, string path, VaultCall call) => throw new NotSupportedException();
    public Task<KvWrite> WriteKvAsync(VaultToken token, string path, ReadOnlyMemory<byte> json, long cas, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<IReadOnlyList<string>>> ListKvAsync(VaultToken token, string path, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<KvConfig>> ReadKvConfigAsync(VaultToken token, VaultCall call) => throw new NotSupportedException();
    public Task<Asking> AskAsync(VaultToken caller, string operation, string? target, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>> CapabilitiesSelfAsync(VaultToken caller, IReadOnlyList<string> paths, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<TokenFacts>> LookupSelfAsync(VaultToken token, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<TokenFacts>> LookupAccessorAsync(VaultToken token, string accessor, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<EntityFacts>> LookupAliasAsync(VaultToken token, string aliasName, string mountAccessor, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<EntityFacts>> ReadEntityAsync(VaultToken token, string entityId, VaultCall call) => throw new NotSupportedException();
    public Task<Minting> MintChildAsync(VaultToken broker, ChildForm form, VaultCall call) => throw new NotSupportedException();
    public Task<Wrapping> WrapAsync(VaultToken broker, ReadOnlyMemory<byte> json, TimeSpan ttl, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<WrapFacts>> LookupWrapAsync(VaultToken wrapping, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<byte[]>> UnwrapAsync(VaultToken own, VaultToken wrapping, VaultCall call) => throw new NotSupportedException();
    public Task SpendWrapAsync(VaultToken wrapping, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<IReadOnlyList<PepperedDigest>>> TransitHmacAsync(VaultToken token, IReadOnlyList<byte[]> inputs, int? keyVersion, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<LoginFacts>> LoginAppRoleAsync(string roleId, VaultSecretId secretId, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<LoginFacts>> RenewSelfAsync(VaultToken token, VaultCall call) => throw new NotSupportedException();
    public Task<VaultAnswer<bool>> RevokeSelfAsync(VaultToken token, VaultCall call) => throw new NotSupportedException();
    public Task<VaultHealth> HealthAsync(VaultCall call) => throw new NotSupportedException();
}
