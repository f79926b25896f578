using System.Diagnostics;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Doctor;

/// <summary>
/// Looks at a whole deployment with whatever token there is, and changes nothing: the engine behind <c>bcb doctor</c>. Each check ends in one of
/// three ways: as it should be, a finding with its fix, or not looked at, with what would let it be looked at. What could not be seen is never
/// called well. What bootstrap makes is looked at by bootstrap's own steps, so that both mean the same.
/// <para>
/// The order is that of causes: without Vault nothing else can be said, so a Vault that does not answer, is sealed or does not take the token ends
/// the run for what hangs on it.
/// </para>
/// </summary>
internal sealed class Doctor(DoctorOptions options, TimeProvider time, Func<HttpMessageHandler>? handler = null)
{
    /// <summary>Longer than any call of the broker's: an administrator's Vault may be far away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<CheckReport> _reports = [];

    /// <summary>Makes every check.</summary>
    public async Task<DoctorReport> RunAsync(VaultToken token, CancellationToken cancellation)
    {
        _reports.AddRange(ConfigurationChecks.Of(options));
        _reports.AddRange(LoginChecks.Of(options, time.GetUtcNow()));
        await LookAtVaultAsync(token, cancellation);
        _reports.AddRange(await ServerChecks.OfAsync(options, cancellation));
        return new DoctorReport(_reports);
    }

    private async Task LookAtVaultAsync(VaultToken token, CancellationToken cancellation)
    {
        if (options.Vault.Validate().Count > 0)
        {
            Skip("the settings of Vault have errors");
            return;
        }

        var patient = options.Vault with { CallTimeout = Patience };
        using var client = new VaultClient(patient, time, handler);
        // It looks at the state and the decoy, which are code data: an audit asks by whom, and why.
        using var span = new OperationSpan(OwnWork.Doctor, ActivityKind.Internal, time, default);
        var outcome = Outcomes.Fault;
        try
        {
            await LookAtVaultAsync(client, patient, token, span.Call(CancellationToken.None), cancellation);
            outcome = Outcomes.Done;
        }
        finally
        {
            options.AccessFile?.Write(span.Record(outcome, null));
        }
    }

    private async Task LookAtVaultAsync(VaultClient client, VaultSettings patient, VaultToken token, VaultCall call, CancellationToken cancellation)
    {
        using var wire = new AdminWire(patient, token, call, time, handler);
        var session = new BootstrapSession(patient, new VaultAdmin(wire, patient), client, token, call);
        var node = new NodeChecks(session, new VaultSurvey(wire), time);
        _reports.AddRange(await node.AllAsync(cancellation));
        if (node.Blocked is { } why)
        {
            Skip(why);
            return;
        }

        var (report, takes) = await TokenAsync(session, cancellation);
        _reports.Add(report);
        if (!takes)
        {
            Skip("Vault does not take the token");
            return;
        }

        await LookInsideAsync(session, new VaultSurvey(wire), cancellation);
        _reports.AddRange(await new OwnRecoveryChecks(wire, patient, options).AllAsync(cancellation));
    }

    private async Task LookInsideAsync(BootstrapSession session, VaultSurvey survey, CancellationToken cancellation)
    {
        _reports.AddRange(await new SetupChecks(session, options).AllAsync(cancellation));
        _reports.AddRange(await new DocumentChecks(session, options, time).AllAsync(cancellation));
        _reports.AddRange(await new EntityChecks(session, survey).AllAsync(cancellation));
        _reports.AddRange(await new RecoveryChecks(session, survey, options).AllAsync(cancellation));
        _reports.AddRange(await new AuditChecks(session, survey, options.Login).AllAsync(cancellation));
        _reports.AddRange(await new HeaderChecks(session, survey).AllAsync(cancellation));
        _reports.AddRange(await new PolicyChecks(session, survey, options.PolicyPrefix).AllAsync(cancellation));
    }

    private static async Task<(CheckReport Report, bool Takes)> TokenAsync(BootstrapSession session, CancellationToken cancellation) =>
        await session.Client.LookupSelfAsync(session.Token, session.Call(cancellation)) switch
        {
            VaultAnswer<TokenFacts>.Ok { Value: var token } => (new(DoctorChecks.Token, "", new CheckResult.Ok(Shown(token))), true),
            VaultAnswer<TokenFacts>.Denied { Why: VaultDenial.NoCapability, Path: var path } =>
                (new(DoctorChecks.Token, "", new CheckResult.NotChecked($"the token may not read {path}") { Path = path, Stanza = PolicyStanza.Granting(path, "read") }), true),
            VaultAnswer<TokenFacts>.Faulted { Fault: var fault } => (new(DoctorChecks.Token, "", Unseen.Fault(fault)), true),
            _ => (new(DoctorChecks.Token, "", new CheckResult.Finding(
                Severity.Error,
                "Vault does not take this token: it is unknown, expired, revoked or used up",
                "without one, doctor sees nothing of the deployment",
                new Remedy("log in again, or set VAULT_TOKEN", "vault login"))), false),
        };

    private static string Shown(TokenFacts token)
    {
        var policies = string.Join(", ", token.Policies.Concat(token.IdentityPolicies).Distinct(StringComparer.Ordinal));
        return $"{(token.DisplayName.Length > 0 ? token.DisplayName : "a token")} with {(policies.Length > 0 ? "policies " + policies : "no policy")}";
    }

    // Of the ways to log in, one is the broker's.
    private bool IsFor(string id) => id switch
    {
        StepIds.Credentials => options.CredentialsDirectory is not null,
        StepIds.LoginMount => options.Login.ByJwt is not null,
        StepIds.AppRoleMount => options.Login.ByJwt is null,
        DoctorChecks.OwnRecovery => options.ListIdentities is not null,
        _ => true,
    };

    // What was not looked at is listed, check by check: a gap that nobody sees would look like health.
    private void Skip(string why)
    {
        var done = _reports.Select(report => report.Id).ToHashSet(StringComparer.Ordinal);
        _reports.AddRange(DoctorChecks.All
            .Select(check => check.Id)
            .Where(id => !done.Contains(id) && !ServerChecks.Ids.Contains(id) && IsFor(id))
            .Select(id => new CheckReport(id, "", new CheckResult.NotChecked(why))));
    }
}
