using System.Security.Cryptography;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Hashing;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Hashing;

/// <summary>Hashes codes as Core says, stretches them in turn, and has Transit key the digests of peppered schemes, a set's in one call.</summary>
internal sealed class CodeHashing(VaultClient vault, OwnToken own, StretchQueue queue)
{
    /// <summary>Whether a presented code is the one that the material is of. Costs the same where nothing can match.</summary>
    public async Task<bool> VerifyAsync(OperationScope scope, BackupCode code, CodeMaterial material)
    {
        var digest = await DigestAsync(scope, code, material.Binding, material.Scheme, Convert.FromBase64String(material.Salt));
        if (material.Scheme.Peppered)
        {
            digest = (await PepperAsync(scope, [digest], material.PepperVersion))[0].Digest;
        }

        return material.Verifies(digest);
    }

    /// <summary>What is stored of freshly made codes.</summary>
    public async Task<IReadOnlyList<StoredCode>> HashAsync(
        OperationScope scope, IReadOnlyList<BackupCode> codes, CodeBinding binding, HashScheme scheme)
    {
        var salts = codes.Select(_ => RandomNumberGenerator.GetBytes(CodeHasher.SaltLength)).ToList();
        var digests = await Task.WhenAll(codes.Select((code, i) => DigestAsync(scope, code, binding, scheme, salts[i])));
        var peppered = scheme.Peppered ? await PepperAsync(scope, digests, null) : null;
        return
        [
            .. codes.Select((code, i) => new StoredCode
            {
                Selector = code.Selector,
                Salt = Convert.ToBase64String(salts[i]),
                Scheme = scheme.Name,
                Cost = scheme.Iterations,
                Pepper = peppered?[i].KeyVersion,
                Hash = Convert.ToBase64String(peppered?[i].Digest ?? digests[i]),
            }),
        ];
    }

    private Task<byte[]> DigestAsync(OperationScope scope, BackupCode code, CodeBinding binding, HashScheme scheme, byte[] salt) =>
        scheme.IsStretched
            ? queue.RunAsync(() => CodeHasher.Digest(code, binding, scheme, salt), scope.Call.Cancellation)
            : Task.FromResult(CodeHasher.Digest(code, binding, scheme, salt));

    private async Task<IReadOnlyList<PepperedDigest>> PepperAsync(OperationScope scope, IReadOnlyList<byte[]> digests, int? version)
    {
        var token = own.Take();
        return await vault.TransitHmacAsync(token.Token, digests, version, scope.Call) switch
        {
            VaultAnswer<IReadOnlyList<PepperedDigest>>.Ok ok when ok.Value.Count == digests.Count => ok.Value,
            VaultAnswer<IReadOnlyList<PepperedDigest>>.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            VaultAnswer<IReadOnlyList<PepperedDigest>>.Denied denied => throw own.Denied(token, denied.Why, "the pepper"),
            _ => throw new BrokerFaultException(FaultKind.NotReady, "Vault's Transit engine does not key digests for the broker: run `bcb bootstrap --check`"),
        };
    }
}
