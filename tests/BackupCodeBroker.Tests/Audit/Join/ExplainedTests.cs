using System.Text.Json.Nodes;
using BackupCodeBroker.Core.Audit;
using Xunit;

namespace BackupCodeBroker.Tests.Audit.Join;

/// <summary>Honest lives: nothing is found, and everything is told.</summary>
public sealed class ExplainedTests
{
    private const string Group = "11111111-aaaa-4aaa-8aaa-0000000000aa";

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

    [Theory]
    [InlineData("update", "entity/id/" + Story.Owner, "entity changed")]
    [InlineData("delete", "entity/id/" + Story.Owner, "entity deleted")]
    [InlineData("delete", "group/id/" + Group, "group deleted")]
    [InlineData("update", "entity/merge", "entity merged into another")]
    public void Codes_that_the_worker_suspended_had_their_end_then(string verb, string path, string told)
    {
        var story = new Story();
        story.Claim("a.x", 1);
        story.Operate("status", "a.x", "owner", Story.Owner, writes: false, more: ReadGroup(story));
        story.Say(verb, "identity/" + path, "root", Story.Root, path == "entity/merge" ? new JsonObject { ["from_entity_ids"] = new JsonArray("#" + Story.Owner), ["to_entity_id"] = "#" + Story.Thief } : null);
        story.Pass(TimeSpan.FromSeconds(4));
        Enforce(story, "suspended");
        story.Pass(TimeSpan.FromMinutes(3));
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1, outcome: "refused", reason: "suspended");

        var report = story.Audit();

        Assert.Empty(report.Findings);
        var change = Assert.Single(report.Changes);
        Assert.Equal(told, change.Change);
        Assert.InRange((change.EndedAt!.Value - change.ChangedAt).TotalSeconds, 4, 5);
    }

    [Theory]
    [InlineData("suspended", true)]
    [InlineData("approval-required", false)]
    public void Without_the_workers_record_the_next_refusal_for_it_is_the_end(string reason, bool ended)
    {
        var story = new Story();
        story.Claim("a.x", 1);
        story.Say("delete", "identity/entity/id/" + Story.Owner, "root", Story.Root);
        Enforce(story, "asked");
        story.Pass(TimeSpan.FromSeconds(40));
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1, outcome: "refused", reason: reason);

        var change = Assert.Single(story.Audit().Changes);

        Assert.Equal(ended, change.EndedAt is { } at && (at - change.ChangedAt).TotalSeconds is > 40 and < 41);
    }

    [Fact]
    public void Whoever_a_merge_leaves_and_a_group_that_is_changed_end_no_codes()
    {
        var story = new Story();
        story.Claim("a.x", 1);
        story.Operate("status", "a.x", "owner", Story.Owner, writes: false, more: ReadGroup(story));
        story.Say("update", "identity/entity/merge", "root", Story.Root, new JsonObject { ["from_entity_ids"] = new JsonArray("#" + Story.Thief), ["to_entity_id"] = "#" + Story.Owner });
        story.Say("update", "identity/group/id/" + Group, "root", Story.Root);

        Assert.Empty(story.Audit().Changes);
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

    private static Action<string, List<string>> ReadGroup(Story story) =>
        (span, ids) => ids.Add(story.Say("read", "identity/group/id/" + Group, "broker", Story.Broker, answer: Story.Data(("id", "#" + Group)), span: span));

    // As the worker suspends: it reads document, state and people, and writes the document.
    private static void Enforce(Story story, string reason)
    {
        const string Span = "00000000000000ee", Document = "backup-codes/data/identities/bcb.a.x";
        var from = story.Now;
        string[] ids =
        [
            story.Say("read", Document, "child-a.x", Story.Child("a.x"), answer: Story.Data(("data", "#x")), span: Span),
            story.Say("read", "backup-codes/data/broker/state", "child-a.x", Story.Child("a.x"), answer: Story.Data(("data", "#x")), span: Span),
            story.Say("update", Document, "child-a.x", Story.Child("a.x"), answer: Story.Data(("version", 3)), span: Span),
        ];
        story.Record(Span, OwnWork.Enforce, "a.x", null, "done", reason, null, from, ids.Length, ids);
    }
}
