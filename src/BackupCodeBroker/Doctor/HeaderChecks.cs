using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Doctor;

/// <summary>
/// The request headers that were added to the audit log. <c>traceparent</c> belongs there and is a step of bootstrap; a header that carries a token
/// makes everybody who reads the log its holder.
/// </summary>
internal sealed class HeaderChecks(BootstrapSession session, VaultSurvey survey)
{
    private static readonly string[] Secret = ["X-Vault-Token", "Authorization", "Cookie"];

    /// <summary>Every header that carries a token.</summary>
    public async Task<IReadOnlyList<CheckReport>> AllAsync(CancellationToken cancellation) => await survey.AuditedHeadersAsync(cancellation) switch
    {
        VaultAnswer<IReadOnlyList<AuditedHeader>>.Ok { Value: var headers } => Of(headers),
        VaultAnswer<IReadOnlyList<AuditedHeader>>.Denied denied => One(Unseen.Denied(denied.Path)),
        VaultAnswer<IReadOnlyList<AuditedHeader>>.Faulted { Fault: var fault } when session.Settings.Namespace is null => One(Unseen.Fault(fault)),
        _ => One(new CheckResult.NotChecked("audited headers belong to the root namespace: run doctor with a token of it, and without VAULT_NAMESPACE")),
    };

    private static IReadOnlyList<CheckReport> Of(IReadOnlyList<AuditedHeader> headers)
    {
        CheckReport[] found =
        [
            .. headers
                .Where(header => !header.IsHashed && Secret.Contains(header.Name, StringComparer.OrdinalIgnoreCase))
                .Select(header => new CheckReport(DoctorChecks.AuditedSecrets, header.Name, InClear(header.Name))),
        ];
        return found.Length > 0 ? found : One(new CheckResult.Ok());
    }

    private static CheckReport[] One(CheckResult result) => [new(DoctorChecks.AuditedSecrets, "", result)];

    private static CheckResult.Finding InClear(string header) => new(
        Severity.Error,
        "the header stands in the audit log in clear (hmac=false)",
        "it carries tokens, and who reads the log can use them",
        new Remedy("take it out of the log, and revoke the tokens that were written there", $"vault delete {VaultSurvey.AuditedHeadersPath}/{header}"));
}
