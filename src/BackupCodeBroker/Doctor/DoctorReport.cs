namespace BackupCodeBroker.Doctor;

/// <summary>All that a run found.</summary>
/// <param name="Checks">In the order in which they were made.</param>
internal sealed record DoctorReport(IReadOnlyList<CheckReport> Checks)
{
    /// <summary>Whether Vault gave an answer at all.</summary>
    public bool VaultAnswered => Checks.Any(check => check is { Id: DoctorChecks.VaultReachable, Result: CheckResult.Ok });

    /// <summary>How many findings weigh this much.</summary>
    public int Count(Severity severity) => Checks.Count(check => check.Result is CheckResult.Finding finding && finding.Severity == severity);

    /// <summary>How many results are of a kind.</summary>
    public int Count<T>()
        where T : CheckResult => Checks.Count(check => check.Result is T);
}
