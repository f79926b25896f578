using BackupCodeBroker.Core.Audit;
using Xunit;

namespace BackupCodeBroker.Tests.Audit.Join;

/// <summary>Honest lives: nothing is found, and everything is told.</summary>
public sealed class ExplainedTests
{
    [Fact]
    [Trait("Requirement", "R-38")]
    public void A_set_is_issued_received_and_spent()
    {
        var story = new Story();
        story.Claim("a.x", 1);
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1);
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1, cold: false);
        story.Pass(TimeSpan.FromHours(2));
        story.Operate("status", "a.x", "owner", Story.Owner, 1, writes: false);
        var report = story.Audit();
        Assert.Empty(report.Findings);
        Assert.Equal(report.Totals.Operations, report.Totals.OperationsFound);
        Assert.Equal(report.Totals.BrokerRequests, report.Totals.Explained);
        var life = Assert.Single(report.Sets);
        Assert.Equal([LifeStep.Issued, LifeStep.Unwrapped, LifeStep.Activated, LifeStep.Consumed, LifeStep.Consumed], life.Events.Select(e => e.Step));
        Assert.Equal(new Rotation("a.x", 1, 1, 2, life.Events[2].At, null), Assert.Single(report.Rotations));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_operation_whose_only_call_was_cut_off_is_found_once_whether_it_arrived_or_not(bool arrived)
    {
        var story = new Story();
        story.Claim("a.x", 1);
        var (span, from) = ("00000000000000aa", story.Now);
        if (arrived)
        {
            story.Say("read", "backup-codes-broker/status/a.x", "verifier", Story.Person("verifier", Story.Verifier), span: span);
        }

        story.Record(span, "status", "a.x", Story.Verifier, "failed", "stopping", null, from, calls: 0, ids: [], uncertain: 1);
        story.Pass(TimeSpan.FromHours(2));
        story.Operate("status", "a.x", "owner", Story.Owner, 1, writes: false);
        var report = story.Audit();
        Assert.Empty(report.Findings);
        Assert.Equal(report.Totals.Operations, report.Totals.OperationsFound);
    }

    [Fact]
    public void A_pseudonym_is_told_by_what_was_asked()
    {
        var story = new Story();
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1, knownAs: "~f00d");
        var report = story.Audit();
        Assert.Empty(report.Findings);
        Assert.Equal("a.x", Assert.Single(report.Sets).Identity);
    }

    [Fact]
    public void Codes_made_by_one_and_received_by_another_are_something_to_know()
    {
        var story = new Story();
        story.Issue("a.x", 1, "desk", Story.Verifier);
        story.Unwrap("a.x", 1, "owner", Story.Owner);
        story.Activate("a.x", 1);
        story.Pass(TimeSpan.FromHours(2));
        story.Operate("status", "a.x", "owner", Story.Owner, writes: false);
        var report = story.Audit();
        Assert.Empty(report.Findings);
        Assert.Contains(report.Notices, n => n.What.Contains("opened and activated by owner", StringComparison.Ordinal));
    }

    [Fact]
    public void A_set_that_was_taken_and_ended_knowingly_is_no_finding()
    {
        var story = new Story();
        story.Issue("a.x", 1);
        story.Unwrap("a.x", 1, "owner", Story.Owner);
        story.Operate("retrieve", "a.x", "owner", Story.Owner, 1, reason: "intercepted");
        story.Pass(TimeSpan.FromHours(2));
        story.Operate("status", "a.x", "owner", Story.Owner, writes: false);
        var report = story.Audit();
        Assert.Empty(report.Findings);
        Assert.Contains(report.Sets.Single().Events, e => e.Step == LifeStep.Intercepted);
    }

    [Fact]
    public void A_child_from_before_the_log_is_taken_by_its_form_for_a_minute_and_no_longer()
    {
        var story = new Story();
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1, cold: false);
        Assert.Empty(story.Audit().Findings);
        story.Pass(TimeSpan.FromMinutes(5));
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1, cold: false);
        Assert.Equal(FindingKind.ForeignAccess, story.Audit().Findings[0].Kind);
    }

    [Fact]
    public void An_operation_beyond_the_log_is_missing_nothing()
    {
        var story = new Story();
        story.Pass(TimeSpan.FromHours(1));
        story.Record("00000000000000aa", "consume", "a.x", null, "done", null, 1, story.Now, 5, []);
        var report = story.Audit();
        Assert.Empty(report.Findings);
        Assert.Equal(1, report.Totals.OperationsOutside);
    }

    [Fact]
    [Trait("Requirement", "R-35")]
    public void People_who_spend_machines_codes_are_counted()
    {
        var story = new Story();
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1);
        var records = story.Records.Select(r => r.Replace("\"outcome\":", "\"person_used_machine_code\":true,\"outcome\":", StringComparison.Ordinal)).ToList();
        var report = Story.Audit([story.Lines(), records]);
        Assert.Equal(1, report.Totals.PersonUsedMachineCode);
        Assert.Contains(report.Notices, n => n.Identity == "a.x" && n.What.Contains("person", StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_of_an_owner_is_told_with_when_it_ended_codes()
    {
        var story = new Story();
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1);
        story.Say("update", "identity/entity/id/" + Story.Owner, "root", Story.Root);
        story.Pass(TimeSpan.FromSeconds(40));
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1, outcome: "refused", reason: "owner-disabled");
        var report = story.Audit();
        Assert.Empty(report.Findings);
        var change = Assert.Single(report.Changes);
        Assert.InRange((change.EndedAt!.Value - change.ChangedAt).TotalSeconds, 40, 41);
    }

    [Fact]
    public void What_lies_before_the_period_is_learnt_and_not_reported()
    {
        var story = new Story();
        story.Issue("a.x", 1);
        story.Say("read", "backup-codes/data/identities/bcb.a.x", "root", Story.Root);
        var since = story.Now + TimeSpan.FromMilliseconds(1);
        story.Pass(TimeSpan.FromSeconds(1));
        story.Unwrap("a.x", 1, "thief", Story.Thief);
        var report = story.Audit(since);
        Assert.Equal(FindingKind.UnwrappedByAnother, Assert.Single(report.Findings).Kind);
        Assert.Equal(0, report.Totals.Operations);
    }
}
