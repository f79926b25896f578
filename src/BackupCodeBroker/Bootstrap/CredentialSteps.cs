using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Bootstrap;

/// <summary>
/// The broker's role-id and secret-id, in a folder. Files that Vault would take are kept: a running fleet shares them. Validity is
/// looked up and not tried by logging in, which would leave a token behind.
/// </summary>
internal sealed class CredentialSteps(BootstrapSession session, CredentialsFolder folder)
{
    private const string Lost = "Without them the broker cannot log in from this folder.";

    /// <summary>Both files.</summary>
    public IEnumerable<BootstrapStep> All(BootstrapStep role) =>
    [
        new BootstrapStep
        {
            Id = StepIds.Credentials,
            What = $"{folder}/role-id",
            Lost = Lost,
            Needs = [role],
            Read = ReadRoleIdAsync,
            Change = ChangeRoleIdAsync,
        },
        new BootstrapStep
        {
            Id = StepIds.Credentials,
            What = $"{folder}/secret-id (readable by its owner alone)",
            Lost = Lost,
            Needs = [role],
            Read = ReadSecretIdAsync,
            Change = ChangeSecretIdAsync,
        },
    ];

    private async Task<Reading> ReadRoleIdAsync(CancellationToken cancellation) =>
        Reading.Of(await session.Admin.ReadRoleIdAsync(cancellation), roleId => folder.RoleId() switch
        {
            null => new Reading.Differs("not there"),
            var kept when kept == roleId => new Reading.AsDesired(),
            _ => new Reading.Differs("Vault has another role-id"),
        });

    private async Task<Changing> ChangeRoleIdAsync(CancellationToken cancellation)
    {
        var answer = await session.Admin.ReadRoleIdAsync(cancellation);
        return answer is VaultAnswer<string>.Ok roleId ? OnDisk(() => folder.Write(roleId.Value)) : Changing.Of(answer);
    }

    private async Task<Reading> ReadSecretIdAsync(CancellationToken cancellation)
    {
        if (folder.SecretId() is not { } kept)
        {
            return new Reading.Differs("not there");
        }

        return await session.Admin.LookUpSecretIdAsync(kept, cancellation) switch
        {
            VaultAnswer<AdminFields>.Absent => new Reading.Differs("Vault does not take it"),
            var answer => Reading.Of(answer, _ => folder.IsSecretIdOpenToOthers()
                ? new Reading.Differs("others may read it")
                : new Reading.AsDesired()),
        };
    }

    private async Task<Changing> ChangeSecretIdAsync(CancellationToken cancellation)
    {
        if (folder.SecretId() is { } kept && await session.Admin.LookUpSecretIdAsync(kept, cancellation) is VaultAnswer<AdminFields>.Ok)
        {
            return OnDisk(folder.CloseSecretId);
        }

        var answer = await session.Admin.MakeSecretIdAsync(cancellation);
        return answer is VaultAnswer<VaultSecretId>.Ok made ? OnDisk(() => folder.Write(made.Value)) : Changing.Of(answer);
    }

    private static Changing OnDisk(Action write)
    {
        try
        {
            write();
            return new Changing.Made();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new Changing.Failed(error.Message);
        }
    }
}
