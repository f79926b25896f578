using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Hashing;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Hashing;

/// <summary>Hashes the presented code once per material: a retry after a lost write does not pay again.</summary>
internal sealed class SecretCheck(CodeHashing hashing, StandInSchemes standIns, OperationScope scope, BackupCode code)
{
    private CodeMaterial? _material;

    /// <summary>Whether the code is the one that was last looked for.</summary>
    public bool Verified { get; private set; }

    /// <summary>Looks whether it is one of this document's. Costs the same where it cannot be.</summary>
    public async Task RunAsync(IdentityDocument document)
    {
        var material = CodeMaterial.For(document, code, standIns);
        if (material != _material)
        {
            Verified = await hashing.VerifyAsync(scope, code, material);
            _material = material;
        }
    }
}
