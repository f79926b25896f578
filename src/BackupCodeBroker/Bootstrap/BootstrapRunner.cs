using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Bootstrap;

/// <summary>
/// Runs steps in order: looks, changes what differs, and looks again, for a change counts only when Vault says so afterwards (an
/// older Vault takes fields that it does not know and drops them). A step whose need did not come to stand is not tried: writing
/// into a mount of another kind would do harm. With Vault down or the token refused, the rest is not tried either.
/// </summary>
internal sealed class BootstrapRunner(bool check, Action<StepReport> sink)
{
    private readonly HashSet<BootstrapStep> _fallen = new(ReferenceEqualityComparer.Instance);
    private string? _stopped;

    /// <summary>Runs them all and reports on each.</summary>
    public async Task<BootstrapReport> RunAsync(IEnumerable<BootstrapStep> steps, CancellationToken cancellation)
    {
        var reports = new List<StepReport>();
        foreach (var step in steps)
        {
            var report = new StepReport(step.What, await RunAsync(step, cancellation));
            if (report.Result is StepResult.Failed or StepResult.NotPermitted)
            {
                _fallen.Add(step);
            }

            reports.Add(report);
            sink(report);
        }

        return new BootstrapReport(reports);
    }

    private async Task<StepResult> RunAsync(BootstrapStep step, CancellationToken cancellation)
    {
        if (_stopped is not null)
        {
            return new StepResult.Failed($"not tried: {_stopped}");
        }

        if (step.Needs.FirstOrDefault(_fallen.Contains) is { } need)
        {
            return new StepResult.Failed($"not tried without: {need.What}");
        }

        return await step.Read(cancellation) switch
        {
            Reading.AsDesired => new StepResult.Unchanged(),
            Reading.Differs differs when check => new StepResult.WouldChange(differs.How),
            Reading.Differs differs => await ChangeAsync(step, differs.How, cancellation),
            Reading.NeedsPerson person => ForPerson(person),
            Reading.Denied denied => Denied(step, denied.Why, denied.Path),
            Reading.Faulted faulted => Faulted(faulted.Fault),
            _ => throw new InvalidOperationException("a reading of no known kind"),
        };
    }

    private async Task<StepResult> ChangeAsync(BootstrapStep step, string how, CancellationToken cancellation) =>
        await step.Change(cancellation) switch
        {
            Changing.Made => await ConfirmAsync(step, how, cancellation),
            Changing.Denied denied => Denied(step, denied.Why, denied.Path),
            Changing.Failed failed => new StepResult.Failed(failed.Why),
            _ => throw new InvalidOperationException("a change of no known kind"),
        };

    private async Task<StepResult> ConfirmAsync(BootstrapStep step, string how, CancellationToken cancellation) =>
        await step.Read(cancellation) switch
        {
            Reading.AsDesired => new StepResult.Changed(how),
            Reading.Differs differs => new StepResult.Failed($"Vault took the change and still: {differs.How}"),
            Reading.NeedsPerson person => ForPerson(person),
            Reading.Denied denied => Denied(step, denied.Why, denied.Path),
            Reading.Faulted faulted => Faulted(faulted.Fault),
            _ => throw new InvalidOperationException("a reading of no known kind"),
        };

    private static StepResult.Failed ForPerson(Reading.NeedsPerson person) => new($"{person.Why}: {person.Remedy}");

    private StepResult Denied(BootstrapStep step, VaultDenial why, string path)
    {
        if (why != VaultDenial.InvalidToken)
        {
            return new StepResult.NotPermitted(path, step.Lost);
        }

        _stopped = "Vault does not take the token (unknown, expired, revoked or used up)";
        return new StepResult.Failed(_stopped);
    }

    private StepResult.Failed Faulted(VaultFault fault)
    {
        if (fault is VaultFault.Sealed or VaultFault.NoLeader or VaultFault.Unreachable or VaultFault.TimedOut)
        {
            _stopped = fault.Describe();
        }

        return new StepResult.Failed(fault.Describe());
    }
}
