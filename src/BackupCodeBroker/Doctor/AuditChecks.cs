using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Doctor;

/// <summary>The audit devices, and what mounts were tuned to show in them.</summary>
internal sealed class AuditChecks(BootstrapSession session, VaultSurvey survey, LoginSettings login)
{
    /// <summary>Devices and mounts.</summary>
    public async Task<IReadOnlyList<CheckReport>> AllAsync(CancellationToken cancellation) =>
    [
        .. Devices(await survey.AuditDevicesAsync(cancellation)),
        .. await ClearKeysAsync(cancellation),
    ];

    private IEnumerable<CheckReport> Devices(VaultAnswer<IReadOnlyList<AuditDeviceFacts>> answer)
    {
        if (answer is VaultAnswer<IReadOnlyList<AuditDeviceFacts>>.Ok { Value: var devices })
        {
            return devices.Count == 0 ? None() : Of(devices);
        }

        CheckResult unseen = answer switch
        {
            VaultAnswer<IReadOnlyList<AuditDeviceFacts>>.Denied denied => Unseen.Denied(denied.Path),
            VaultAnswer<IReadOnlyList<AuditDeviceFacts>>.Faulted { Fault: var fault } when session.Settings.Namespace is null => Unseen.Fault(fault),
            _ => new CheckResult.NotChecked("audit devices belong to the root namespace: run doctor with a token of it, and without VAULT_NAMESPACE"),
        };
        string[] ids = [DoctorChecks.AuditDevices, DoctorChecks.AuditLogRaw, DoctorChecks.AuditSpare, DoctorChecks.AuditAccessors];
        return ids.Select(id => new CheckReport(id, "", unseen));
    }

    private static IEnumerable<CheckReport> None()
    {
        var nothing = new CheckResult.NotChecked("there is no audit device");
        return
        [
            new(DoctorChecks.AuditDevices, "", new CheckResult.Finding(Severity.Warning, AuditAdvice.NoDevice, AuditAdvice.Why, AuditAdvice.Enable)),
            new(DoctorChecks.AuditLogRaw, "", nothing),
            new(DoctorChecks.AuditSpare, "", nothing),
            new(DoctorChecks.AuditAccessors, "", nothing),
        ];
    }

    private static IEnumerable<CheckReport> Of(IReadOnlyList<AuditDeviceFacts> devices) =>
    [
        new(DoctorChecks.AuditDevices, "", new CheckResult.Ok(string.Join(", ", devices.Select(device => device.Path)))),
        .. Each(DoctorChecks.AuditLogRaw, devices, device => device.LogsRaw, device => new CheckResult.Finding(
            Severity.Error,
            "it writes values in clear (log_raw)",
            "codes, tokens and activation secrets stand in its log",
            new Remedy("enable another without log_raw before it goes, and treat what it has written as leaked", SuccessorDevice.Commands(device, "log_raw")))),
        new(DoctorChecks.AuditSpare, "", devices.Count > 1 ? new CheckResult.Ok() : new CheckResult.Finding(
            Severity.Hint,
            $"{devices[0].Path} is the only audit device",
            "when it cannot be written (a full disk), Vault answers nothing any more",
            new Remedy("enable a second one of another kind", "vault audit enable syslog"))),
        .. Each(DoctorChecks.AuditAccessors, devices, device => !device.HashesAccessors, device => new CheckResult.Finding(
            Severity.Hint,
            "it writes accessors in clear (hmac_accessor=false)",
            "who reads the log and may revoke by accessor can end others' tokens",
            new Remedy("enable another without hmac_accessor=false before it goes, unless your tools need accessors", SuccessorDevice.Commands(device, "log_raw", "hmac_accessor")))),
    ];

    private static IEnumerable<CheckReport> Each(
        string id, IReadOnlyList<AuditDeviceFacts> devices, Func<AuditDeviceFacts, bool> wrong, Func<AuditDeviceFacts, CheckResult> finding)
    {
        var found = devices.Where(wrong).Select(device => new CheckReport(id, device.Path, finding(device))).ToList();
        return found.Count > 0 ? found : [new CheckReport(id, "", new CheckResult.Ok())];
    }

    // Tokens are made below auth/, secret-ids there too, and what an old client unwraps comes out of the cubbyhole.
    private async Task<IReadOnlyList<CheckReport>> ClearKeysAsync(CancellationToken cancellation)
    {
        var settings = session.Settings;
        CheckReport[] found =
        [
            .. ClearKeys("", await session.Admin.ListMountsAsync(cancellation), [settings.KvMount, settings.TransitMount, "sys", "cubbyhole"]),
            .. ClearKeys("auth/", await session.Admin.ListAuthMethodsAsync(cancellation), ["token", login.MountIn(settings)]),
        ];
        return found.Length > 0 ? found : [new CheckReport(DoctorChecks.AuditClearKeys, "", new CheckResult.Ok())];
    }

    private static IEnumerable<CheckReport> ClearKeys(string below, VaultAnswer<IReadOnlyDictionary<string, MountFacts>> answer, string[] ours)
    {
        if (answer is VaultAnswer<IReadOnlyDictionary<string, MountFacts>>.Ok { Value: var mounts })
        {
            return ours
                .Where(path => mounts.TryGetValue(path + "/", out var mount) && mount.AuditedInClear.Count > 0)
                .Select(path => new CheckReport(DoctorChecks.AuditClearKeys, $"{below}{path}/", InClear(below + path, mounts[path + "/"])));
        }

        CheckResult unseen = answer switch
        {
            VaultAnswer<IReadOnlyDictionary<string, MountFacts>>.Denied denied => Unseen.Denied(denied.Path),
            VaultAnswer<IReadOnlyDictionary<string, MountFacts>>.Faulted faulted => Unseen.Fault(faulted.Fault),
            _ => new CheckResult.NotChecked("Vault lists no mounts"),
        };
        return [new CheckReport(DoctorChecks.AuditClearKeys, "", unseen)];
    }

    private static CheckResult.Finding InClear(string path, MountFacts mount) => new(
        Severity.Warning,
        $"the mount shows values in clear in the audit log ({string.Join(", ", mount.AuditedInClear)})",
        path switch
        {
            "sys" or "cubbyhole" => "codes are wrapped at sys/wrapping/wrap, and come out of it and of the cubbyhole",
            _ when path.StartsWith("auth/", StringComparison.Ordinal) => "tokens, or secret-ids, pass through it",
            _ => "hashes and what goes into the pepper pass through it",
        },
        new Remedy(
            "let the log hash them",
            $"vault write sys/{(path.StartsWith("auth/", StringComparison.Ordinal) ? "" : "mounts/")}{path}/tune audit_non_hmac_request_keys=\"\" audit_non_hmac_response_keys=\"\""));
}
