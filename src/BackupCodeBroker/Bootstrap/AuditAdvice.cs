using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Bootstrap;

/// <summary>What to say of a Vault without an audit device: bootstrap remarks it, and doctor finds it.</summary>
internal static class AuditAdvice
{
    /// <summary>What is wrong.</summary>
    public const string NoDevice = "Vault has no audit device";

    /// <summary>Why it matters.</summary>
    public const string Why = "nobody can tell afterwards who touched a code, and `bcb audit` has nothing to read";

    /// <summary>What enables one. OpenBao takes devices from its configuration alone, unless that allows otherwise.</summary>
    public static Remedy Enable { get; } = new(
        "enable one (OpenBao: an audit stanza in every node's configuration)", "vault audit enable file file_path=/var/log/vault/audit.log");

    /// <summary>What bootstrap remarks of the audit devices; null where there is one.</summary>
    public static string? Remark(VaultAnswer<IReadOnlyList<AuditDeviceFacts>> devices) => devices switch
    {
        VaultAnswer<IReadOnlyList<AuditDeviceFacts>>.Ok { Value.Count: > 0 } => null,
        VaultAnswer<IReadOnlyList<AuditDeviceFacts>>.Ok => $"{NoDevice}: {Why}. To {Enable.Words}: {Enable.Commands[0]}",
        _ => $"whether Vault has an audit device could not be seen ({VaultSurvey.AuditDevicesPath}): `bcb doctor` says what is needed for it",
    };
}
