using BackupCodeBroker.Bootstrap;

namespace BackupCodeBroker.Doctor;

/// <summary>What can be said without asking anybody.</summary>
internal static class ConfigurationChecks
{
    /// <summary>Configuration and address.</summary>
    public static IEnumerable<CheckReport> Of(DoctorOptions options) =>
    [
        .. Configuration(options).Select(result => new CheckReport(DoctorChecks.Configuration, options.ConfigurationFile ?? "", result)),
        .. Address(options).Select(result => new CheckReport(DoctorChecks.VaultAddress, options.Vault.Address, result)),
    ];

    private static IEnumerable<CheckResult> Configuration(DoctorOptions options) => options.ConfigurationErrors.Count == 0
        ? [new CheckResult.Ok(options.ConfigurationFile is null ? "no file: defaults and environment" : "")]
        : options.ConfigurationErrors.Select(error => new CheckResult.Finding(
            Severity.Error, error, "the server does not start with it", new Remedy("correct the setting (src/docs/configuration.md lists them)")));

    private static IEnumerable<CheckResult> Address(DoctorOptions options)
    {
        List<CheckResult> findings = [];
        if (options.ConfiguredAddress is { } configured && !Same(configured, options.Vault.Address))
        {
            findings.Add(new CheckResult.Finding(
                Severity.Warning,
                $"doctor looks at {options.Vault.Address} (VAULT_ADDR, --vault-address), the server is configured for {configured}",
                "what is said here may be about another Vault than the broker's",
                new Remedy("let both name the same address", $"export VAULT_ADDR={configured}")));
        }

        if (options.SkipsVerification)
        {
            findings.Add(new CheckResult.Finding(
                Severity.Warning,
                "VAULT_SKIP_VERIFY is set, and the broker does not heed it",
                "a certificate that vault accepts this way is refused here, as it should be",
                new Remedy("name the authority instead (VAULT_CACERT, vault.ca_certificate)", "unset VAULT_SKIP_VERIFY")));
        }

        return findings.Count > 0 ? findings : [Sound(options.Vault.Address)];
    }

    // An address that is no good is an error of the configuration, and told there.
    private static CheckResult Sound(string address) =>
        !Uri.TryCreate(address, UriKind.Absolute, out var uri) ? new CheckResult.NotChecked("the address is no URL")
        : uri.Scheme == Uri.UriSchemeHttps ? new CheckResult.Ok("https")
        : uri.IsLoopback ? new CheckResult.Ok("http, on this machine alone")
        : new CheckResult.NotChecked("the address is plain http to another machine: nothing is sent there");

    private static bool Same(string one, string other) =>
        Uri.TryCreate(one, UriKind.Absolute, out var first) && Uri.TryCreate(other, UriKind.Absolute, out var second) && first == second;
}
