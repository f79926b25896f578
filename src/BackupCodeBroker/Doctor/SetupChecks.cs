using BackupCodeBroker.Bootstrap;

namespace BackupCodeBroker.Doctor;

/// <summary>
/// Bootstrap's own steps, looked at and not carried out. Where a mount is found wanting, what lies in it is not looked at: one cause is one finding.
/// </summary>
internal sealed class SetupChecks(BootstrapSession session, DoctorOptions options)
{
    private readonly HashSet<BootstrapStep> _wanting = new(ReferenceEqualityComparer.Instance);

    /// <summary>Every step.</summary>
    public async Task<IReadOnlyList<CheckReport>> AllAsync(CancellationToken cancellation)
    {
        var plan = new BootstrapOptions
        {
            Check = true,
            CredentialsDirectory = options.CredentialsDirectory,
            PolicyPrefix = options.PolicyPrefix,
            Login = options.Login,
            Recoveries = options.Recoveries,
        };
        // Nothing is written: what the first documents would hold is of no interest.
        var documents = new BootstrapDocuments(_ => [], () => []);
        var reports = new List<CheckReport>();
        foreach (var step in BootstrapPlan.For(session, plan, documents))
        {
            var result = await LookAsync(step, cancellation);
            if (result is CheckResult.Finding && step.Id is StepIds.DocumentMount or StepIds.TransitMount or StepIds.AppRoleMount or StepIds.LoginMount)
            {
                _wanting.Add(step);
            }

            reports.Add(new CheckReport(step.Id, step.What, result));
        }

        if (!options.Recoveries)
        {
            reports.Add(new CheckReport(StepIds.RecoveryMount, $"auth method {session.Settings.RecoveryMount}/", new CheckResult.Ok("not used: no profile has a recovery")));
        }

        return reports;
    }

    private async Task<CheckResult> LookAsync(BootstrapStep step, CancellationToken cancellation)
    {
        if (options.Login is { IsAppRole: false, ByJwt: null } && step.Id is StepIds.AppRoleMount or StepIds.BrokerRole)
        {
            return new CheckResult.Ok("not used: the broker logs in otherwise");
        }

        if (step.Needs.FirstOrDefault(_wanting.Contains) is { } need)
        {
            return new CheckResult.NotChecked($"{need.Id} comes first");
        }

        try
        {
            return Judge(step, await step.Read(cancellation));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new CheckResult.NotChecked("the file cannot be read by this user");
        }
    }

    private CheckResult Judge(BootstrapStep step, Reading reading) => reading switch
    {
        Reading.AsDesired fine => new CheckResult.Ok(fine.Saw),
        Reading.Differs { Widened: true } wider => new CheckResult.Finding(Severity.Error, wider.How, "whoever holds it may do more than was meant", Fix(step)),
        Reading.Differs differs => new CheckResult.Finding(SeverityOf(step), differs.How, step.Lost, Fix(step)),
        Reading.NeedsPerson person => new CheckResult.Finding(SeverityOf(step), person.Why, step.Lost, person.Remedy),
        Reading.Denied denied => Unseen.Denied(denied.Path),
        Reading.Faulted faulted => Unseen.Fault(faulted.Fault),
        _ => throw new InvalidOperationException("a reading of no known kind"),
    };

    private static Severity SeverityOf(BootstrapStep step) => step.Id switch
    {
        StepIds.PeoplesPolicies or StepIds.AuditedHeader or StepIds.AppRoleMount => Severity.Warning,
        _ => Severity.Error,
    };

    private Remedy Fix(BootstrapStep step) => step.Id switch
    {
        StepIds.Credentials => new Remedy("let bootstrap set it right, and restart the broker", $"{options.BootstrapCommand} --credentials {options.CredentialsDirectory}"),
        StepIds.PeoplesPolicies => new Remedy("let bootstrap set it right (for rules of your own copy it to another name first)", options.BootstrapCommand),
        _ => new Remedy("let bootstrap set it right", options.BootstrapCommand),
    };
}
