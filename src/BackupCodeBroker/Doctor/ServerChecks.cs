using BackupCodeBroker.Bootstrap;

namespace BackupCodeBroker.Doctor;

/// <summary>What the broker says of itself, to anybody.</summary>
internal static class ServerChecks
{
    /// <summary>The checks that are made here.</summary>
    public static IReadOnlyList<string> Ids { get; } = [DoctorChecks.BrokerReachable, DoctorChecks.BrokerReady, DoctorChecks.BrokerVersion];

    /// <summary>Asks it.</summary>
    public static async Task<IReadOnlyList<CheckReport>> OfAsync(DoctorOptions options, CancellationToken cancellation)
    {
        if (options.AskBroker is not { } ask)
        {
            return [];
        }

        var said = await ask(cancellation);
        if (said.Trouble is { } trouble)
        {
            return
            [
                new(DoctorChecks.BrokerReachable, said.Address, new CheckResult.Finding(
                    Severity.Warning,
                    trouble,
                    "doctor sees Vault, and not whether a broker serves beside it",
                    new Remedy("start it, or say where it is (BCB_ADDR, --address)", $"bcb server --credentials {options.CredentialsDirectory ?? "DIR"}"))),
                new(DoctorChecks.BrokerReady, said.Address, new CheckResult.NotChecked("no broker answered")),
                new(DoctorChecks.BrokerVersion, said.Address, new CheckResult.NotChecked("no broker answered")),
            ];
        }

        return
        [
            new(DoctorChecks.BrokerReachable, said.Address, new CheckResult.Ok()),
            .. Readiness(said).Select(result => new CheckReport(DoctorChecks.BrokerReady, said.Address, result)),
            new(DoctorChecks.BrokerVersion, said.Address, Version(options.Version, said.Version)),
        ];
    }

    private static IEnumerable<CheckResult> Readiness(BrokerSaid said)
    {
        var findings = said.Missing
            .Select(missing => Finding(Severity.Error, missing, "until then it refuses every operation"))
            // What the broker cannot see, doctor looks at itself.
            .Concat(said.Notices.Where(notice => notice.Id != DoctorChecks.AuditDevices).Select(notice => Finding(Severity.Hint, notice, "the broker remarks this itself")))
            .ToList();
        return !said.Ready && said.Missing.Count == 0
            ? [new CheckResult.NotChecked("the broker is not ready and does not say why: it is older than this program"), .. findings]
            : said.Ready && findings.Count == 0 ? [new CheckResult.Ok()] : findings;
    }

    private static CheckResult.Finding Finding(Severity severity, BrokerRemark remark, string why) =>
        new(severity, $"{remark.What} ({remark.Id})", why, new Remedy(remark.Fix.Length > 0 ? remark.Fix : "see the broker's log"));

    private static CheckResult Version(string here, string there) => there switch
    {
        "" => new CheckResult.NotChecked("the broker does not tell its version: it is older than this program"),
        _ when there == here => new CheckResult.Ok(there),
        _ => new CheckResult.Finding(
            Severity.Warning,
            $"the broker is version {there}, this program is {here}",
            "policies and roles are compared with those that this program ships",
            new Remedy("run the doctor of the broker's version, or upgrade the broker and run `bcb bootstrap`")),
    };
}
