namespace BackupCodeBroker.Bootstrap;

/// <summary>What came of one step. Closed.</summary>
internal abstract record StepResult
{
    private StepResult()
    {
    }

    /// <summary>It was as it should be.</summary>
    internal sealed record Unchanged : StepResult;

    /// <summary>It was otherwise, and Vault says that it is now as it should be.</summary>
    internal sealed record Changed(string How) : StepResult;

    /// <summary>It is otherwise, and this run only checks.</summary>
    internal sealed record WouldChange(string How) : StepResult;

    /// <summary>The token may not; <paramref name="Lost"/> is what the broker goes without.</summary>
    internal sealed record NotPermitted(string Path, string Lost) : StepResult;

    /// <summary>It is not as it should be, and bootstrap cannot or will not set it right: a person has to.</summary>
    internal sealed record Failed(string Why) : StepResult;
}

/// <summary>One step and what came of it.</summary>
internal sealed record StepReport(string What, StepResult Result)
{
    /// <summary>The step as one line for people.</summary>
    public override string ToString() => Result switch
    {
        StepResult.Unchanged => $"ok             {What}",
        StepResult.Changed changed => $"changed        {What} (before: {changed.How})",
        StepResult.WouldChange change => $"would change   {What} (now: {change.How})",
        StepResult.NotPermitted denied => $"not permitted  {What}: the token may not use {denied.Path}. {denied.Lost}",
        StepResult.Failed failed => $"failed         {What}: {failed.Why}",
        _ => throw new InvalidOperationException("a step's result is of no known kind"),
    };
}

/// <summary>A whole run.</summary>
internal sealed record BootstrapReport(IReadOnlyList<StepReport> Steps)
{
    /// <summary>What is no business of bootstrap's and should be known all the same.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Whether Vault is, as far as the token could see, otherwise than the broker needs it.</summary>
    public bool HasDrift => Any<StepResult.WouldChange>() || HasFailures;

    /// <summary>Whether something needs a person.</summary>
    public bool HasFailures => Any<StepResult.Failed>();

    /// <summary>Whether something was left out because the token may not do or see it.</summary>
    public bool IsIncomplete => Any<StepResult.NotPermitted>();

    /// <summary>Whether the token, or Vault, let nothing be seen at all.</summary>
    public bool SawNothing => Steps.All(step => step.Result is StepResult.NotPermitted or StepResult.Failed);

    /// <summary>Whether this run changed anything.</summary>
    public bool HasChanges => Any<StepResult.Changed>();

    private bool Any<T>()
        where T : StepResult => Steps.Any(step => step.Result is T);
}
