using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.Tests.Bootstrap;

public sealed class BootstrapRunnerTests
{
    private readonly List<string> _lines = [];

    [Fact]
    public async Task What_stands_is_left_alone()
    {
        var step = new FakeStep(new Reading.AsDesired());

        Assert.IsType<StepResult.Unchanged>(await RunAsync(step));
        Assert.Equal((1, 0), (step.Reads, step.Changes));
    }

    [Fact]
    public async Task What_differs_is_changed_and_looked_at_again()
    {
        var step = new FakeStep(new Reading.Differs("off"), new Reading.AsDesired());

        Assert.Equal(new StepResult.Changed("off"), await RunAsync(step));
        Assert.Equal((2, 1), (step.Reads, step.Changes));
    }

    [Fact]
    public async Task A_change_that_does_not_take_is_a_failure()
    {
        var step = new FakeStep(new Reading.Differs("off"), new Reading.Differs("still off"));

        Assert.Contains("still off", Assert.IsType<StepResult.Failed>(await RunAsync(step)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_changes_nothing()
    {
        var step = new FakeStep(new Reading.Differs("off"));

        Assert.Equal(new StepResult.WouldChange("off"), await RunAsync(step, check: true));
        Assert.Equal(0, step.Changes);
    }

    [Fact]
    public async Task What_only_a_person_can_set_right_is_not_touched()
    {
        var step = new FakeStep(new Reading.NeedsPerson("deleted", new Remedy("undelete it", "vault kv undelete x")));

        Assert.Equal(new StepResult.Failed("deleted: undelete it (vault kv undelete x)"), await RunAsync(step));
        Assert.Equal(0, step.Changes);
    }

    [Fact]
    public async Task A_denial_says_what_is_lost_and_the_rest_is_done()
    {
        var denied = new FakeStep(new Reading.Denied(VaultDenial.NoCapability, "sys/x"));
        var after = new FakeStep(new Reading.AsDesired());

        var report = await RunAllAsync(check: false, denied.Step, after.Step);

        Assert.Equal(new StepResult.NotPermitted("sys/x", "Something is lost."), report.Steps[0].Result);
        Assert.IsType<StepResult.Unchanged>(report.Steps[1].Result);
        Assert.True(report.IsIncomplete);
        Assert.False(report.HasDrift);
        Assert.Equal("not permitted  a step: the token may not use sys/x. Something is lost.", _lines[0]);
    }

    [Fact]
    public async Task What_needs_a_step_that_fell_is_not_tried()
    {
        var fallen = new FakeStep(new Reading.NeedsPerson("wrong kind", new Remedy("move it"))).Step;
        var child = new FakeStep(new Reading.Differs("off"));

        var report = await RunAllAsync(check: false, fallen, child.Step with { Needs = [fallen] });

        Assert.Equal(new StepResult.Failed("not tried without: a step"), report.Steps[1].Result);
        Assert.Equal((0, 0), (child.Reads, child.Changes));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_Vault_down_or_the_token_refused_the_rest_is_not_tried(bool down)
    {
        var first = new FakeStep(down ? new Reading.Faulted(new VaultFault.Sealed()) : new Reading.Denied(VaultDenial.InvalidToken, "sys/x"));
        var after = new FakeStep(new Reading.Differs("off"));

        var report = await RunAllAsync(check: false, first.Step, after.Step);

        Assert.StartsWith("not tried: ", Assert.IsType<StepResult.Failed>(report.Steps[1].Result).Why, StringComparison.Ordinal);
        Assert.Equal(0, after.Reads);
    }

    private async Task<StepResult> RunAsync(FakeStep step, bool check = false) => (await RunAllAsync(check, step.Step)).Steps[0].Result;

    private Task<BootstrapReport> RunAllAsync(bool check, params BootstrapStep[] steps) =>
        new BootstrapRunner(check, report => _lines.Add(report.ToString())).RunAsync(steps, TestContext.Current.CancellationToken);

    /// <summary>Gives the readings one after the other.</summary>
    private sealed class FakeStep(params Reading[] readings)
    {
        public int Reads { get; private set; }

        public int Changes { get; private set; }

        public BootstrapStep Step => new()
        {
            Id = "a-step",
            What = "a step",
            Lost = "Something is lost.",
            Read = _ => Task.FromResult(readings[Reads++]),
            Change = _ =>
            {
                Changes++;
                return Task.FromResult<Changing>(new Changing.Made());
            },
        };
    }
}
