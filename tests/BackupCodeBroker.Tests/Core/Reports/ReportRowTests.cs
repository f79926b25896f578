using System.Text.Json;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Tests.Core.Decisions;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Reports;

/// <summary>What a row says of an identity: the four questions.</summary>
public sealed class ReportRowTests
{
    [Fact]
    public void Says_where_codes_were_issued_to_whom_how_old_they_are_and_when_they_were_last_used()
    {
        var claimed = Given.Active();
        var later = Given.Around with { Now = Given.Now.AddDays(10) };
        var row = RowOf(Given.Consume(claimed.Document, claimed.Selector(), around: Given.Around with { Now = Given.Now.AddDays(2) }), later);

        Assert.Equal(("team-a.build", "build@team-a.example", "machine", "active"), (row.Identity, row.ExternalId, row.Profile, row.State));
        Assert.Equal(new ReportOwner("entity-owner"), row.Owner);
        Assert.Equal(
            new ReportSet(1, "machine", Given.Now, "userpass-olga", "entity-owner", Given.Now, "userpass-olga", Given.Now.AddDays(90), 4, 3, 1), row.Active);
        Assert.Equal((Given.Now.AddDays(2), "approle", Given.Now.AddDays(2)), (row.LastConsumedAt, row.LastConsumedBy, row.LastProvenAt));
        Assert.Null(row.LastRotatedAt);
        Assert.Null(row.Previous);
        Assert.Equal((new ReportActivity(0, 0, 0, 0, 0), new ReportActivity(1, 1, 0, 1, 0)), (row.Last7Days, row.Last30Days));
        Assert.Equal("1", row.Labels["tier"]);
    }

    [Theory]
    [InlineData("leaked", "leaked")]
    [InlineData("locked-down", "incident")]
    [InlineData("intercepted", "incident")]
    public void However_a_set_ended_the_word_for_it_is_one_that_bars_and_lists_have(string reason, string how)
    {
        var ended = new EndedSet { Generation = 1, Set = Given.Active().Document.Active!, Reason = reason, EndedAt = Given.Now, Unspent = [] };
        Assert.Equal(how, SetEnd.Of(ended));
        Assert.Contains(how, SetEnd.All);
        Assert.NotEqual("leaked", BackupCodeBroker.Reporting.Rendering.CauseWords.Ending(how));
    }

    [Theory]
    [InlineData("replaced", 1, "replaced", 1, 3)]
    [InlineData("replaced", 4, "used-up", 4, 0)]
    [InlineData("replaced after the owner changed", 1, "role-changed", 1, 3)]
    [InlineData("replaced after somebody suspended it", 0, "replaced", 0, 4)]
    [InlineData("revoked", 0, "revoked", 0, 4)]
    [InlineData("transferred", 2, "owner-changed", 2, 2)]
    [InlineData("retired", 0, "retired", 0, 4)]
    [InlineData("locked down", 0, "incident", 0, 4)]
    public void Says_how_the_set_before_ended_and_whether_it_was_used(string what, int used, string how, int spent, int left)
    {
        var claimed = Given.Active();
        var document = Enumerable.Range(0, used).Aggregate(claimed.Document, (d, i) => Given.Consume(d, claimed.Selector(i), "key-" + i));
        var row = RowOf(Ended(document, what), Given.Around);
        Assert.Equal((how, spent, left), (row.Previous!.How, row.Previous.Used, row.Previous.Unused));
        Assert.Equal(what.StartsWith("replaced", StringComparison.Ordinal) ? Given.Now : null, row.LastRotatedAt);
        Assert.Equal(used > 0 ? Given.Now : (DateTimeOffset?)null, row.Previous.FirstUsedAt);
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public void Holds_no_hash_and_nothing_that_could_be_tried()
    {
        var claimed = Given.Active();
        var document = Given.Consume(claimed.Document, claimed.Selector());
        var text = JsonSerializer.Serialize(RowOf(document, Given.Around));
        var set = document.Active!;
        foreach (var secret in set.Codes.SelectMany(c => new[] { c.Hash, c.Salt, c.Selector, c.Consumption?.Purpose, c.Consumption?.KeyHash }).Append(set.SetKey).Append(set.ActivationHash).OfType<string>())
        {
            Assert.DoesNotContain(JsonEncodedText.Encode(secret).ToString(), text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_summary_counts_every_row_and_every_age()
    {
        var claimed = Given.Active();
        var used = Given.Consume(claimed.Document, claimed.Selector());
        var replaced = Ended(used, "replaced");
        ReportRow[] rows =
        [
            RowOf(Given.Registered, Given.Around),
            RowOf(used, Given.Around with { Now = Given.Now.AddDays(7) }),
            RowOf(replaced, Given.Around with { Now = Given.Now.AddDays(85) }),
            RowOf(Ended(used, "transferred"), Given.Around),
            RowOf(Ended(claimed.Document, "retired"), Given.Around),
            ReportRow.OfNothing("team-a.gone", removed: true),
        ];
        var summary = FleetSummary.Of(rows, Given.Now.AddDays(85));
        Assert.Equal((6, 3, 1, 1), (summary.Identities, summary.Readiness["not-recoverable"], summary.Readiness["at-risk"], summary.Readiness["retired"]));
        Assert.Equal(6, summary.Readiness.Values.Sum());
        Assert.Equal(2, summary.Ages.Single(a => a.FromDays == 60).Sets);
        Assert.Equal(1, summary.Ages.Single(a => a.FromDays == 60).Overdue);
        Assert.Equal((1, 1, 1), (summary.Ended["replaced"], summary.Ended["owner-changed"], summary.Ended["retired"]));
        Assert.Equal((2, 2, 1), (summary.EndedAfterUse, summary.EndedAfterChange, summary.UsedAndStanding));
        Assert.Equal((1, 1), (summary.Causes["removed"], summary.Causes["overdue"]));
        Assert.Equal(Given.Now, summary.OldestIssuedAt);
    }

    [Fact]
    public void A_filter_wants_what_holds_in_all_that_is_given()
    {
        var row = RowOf(Given.Active().Document, Given.Around);
        Assert.True(ReportFilter.None.Wants(row) && ReportFilter.None.IsNone);
        Assert.True(new ReportFilter { Owner = "entity-owner", State = "active", Readiness = "at-risk", Cause = "never-proven", Labels = [new("tier", "1"), new("team", "a")] }.Wants(row));
        Assert.False(new ReportFilter { Owner = "entity-other" }.Wants(row));
        Assert.False(new ReportFilter { Labels = [new("tier", "1"), new("team", "b")] }.Wants(row));
        Assert.False(new ReportFilter { State = "expired" }.Wants(row));
        Assert.False(new ReportFilter { Cause = "low" }.Wants(row));
        Assert.False(new ReportFilter { Owner = "entity-owner" }.Wants(ReportRow.OfNothing("x", removed: false)));
    }

    private static ReportRow RowOf(IdentityDocument document, Surroundings around) =>
        ReportRows.Of(document, around, Readiness.Of(document, around, Given.Few with { AskBelow = 1 }, PeopleSeen.Both), PeopleSeen.Both);

    private static IdentityDocument Ended(IdentityDocument document, string what) => what switch
    {
        "replaced" => Replaced(document),
        "replaced after the owner changed" => Replaced(document.WithActive(s => s with { Suspension = new Suspension(Given.Now, "owner-changed", Given.Id("s"), Actor.Worker) })),
        "replaced after somebody suspended it" => Replaced(document.WithActive(s => s with { Suspension = new Suspension(Given.Now, "suspended", Given.Id("s"), Given.Platform) })),
        "revoked" => ((RevokeDecision.Revoked)RevokeDecision.Decide(document, "lost", Given.Id("revoke"), Given.Owner, Given.Now)).Next,
        "transferred" => ((TransferDecision.Transferred)TransferDecision.Decide(document, "entity-new", "moved", Given.Id("transfer"), Given.Platform, Given.Now)).Next,
        "retired" => ((RetireDecision.Retired)RetireDecision.Decide(document, "gone", Given.Id("retire"), Given.Platform, Given.Now)).Next,
        "locked down" => LockdownEnding.Next(document, Given.Around.With(Given.Locked(Lockdown.Void)).State, Given.Id("lock"), Actor.Worker, Given.Now)!,
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };

    private static IdentityDocument Replaced(IdentityDocument document) => Given.Active(document: document, seed: 2).Document;
}
