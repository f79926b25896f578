using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>Whatever happens to an identity in whatever order, the decisions keep their promises.</summary>
public sealed class LifecycleTests
{
    private static readonly Gen<Step> Step = Gen.Select(
        Gen.Frequency((4, StepKind.Issue), (6, StepKind.Activate), (12, StepKind.Consume), (6, StepKind.Repeat),
            (1, StepKind.Revoke), (1, StepKind.Intercepted), (2, StepKind.Wait), (1, StepKind.LockDown)),
        Gen.Int[0, 99],
        Gen.Frequency((3, false), (1, true)),
        (kind, number, wrong) => new Step(kind, number, wrong));

    [Fact]
    [Trait("Requirement", "R-11")]
    [Trait("Requirement", "R-14")]
    [Trait("Requirement", "R-17")]
    [Trait("Requirement", "R-19")]
    [Trait("Requirement", "R-20")]
    public void Document_and_model_agree_on_every_history()
    {
        var spent = 0;
        Step.Array[1, 60].Sample(
            steps =>
            {
                var model = new LifecycleModel();
                foreach (var step in steps)
                {
                    model.Run(step);
                }

                Interlocked.Add(ref spent, model.Spent.Count);
            },
            iter: 600,
            print: steps => string.Join('\n', steps.Select(s => s.ToString())));

        // A history in which nothing can be spent proves little.
        Assert.True(spent > 300, $"only {spent} codes were spent in all histories");
    }
}
