using System.Text.Json;
using System.Text.RegularExpressions;
using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Notices;
using BackupCodeBroker.Tests.Architecture;
using BackupCodeBroker.Tests.Core.Decisions;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Documents;

/// <summary>Each change brings its notice with it; the box is bounded, and nothing leaves it unseen.</summary>
public sealed class OutboxTests
{
    public static TheoryData<string, string> Kinds => [.. NoticeKinds.ByOperation.Select(k => new TheoryDataRow<string, string>(k.Key, k.Value))];

    [Theory]
    [Trait("Requirement", "R-36")]
    [MemberData(nameof(Kinds))]
    public void Every_operation_of_the_table_puts_its_notice_in_with_its_change(string operation, string kind)
    {
        var active = Given.Active().Document with { Outbox = [], News = OutboxNews.None };
        var next = active.With(new DocumentEvent(Given.Now, operation, Given.Id("op"), Given.Owner, 1, "somebody's own words"));
        var entry = Assert.Single(next.Outbox);
        Assert.Equal((kind, Given.Id("op"), Given.Now, 1, (int?)4), (entry.Notice, entry.OperationId, entry.At, entry.Generation, entry.Remaining));
        Assert.Equal((Given.Owner.EntityId, "", null), (entry.By.EntityId, entry.By.Accessor, entry.Cause));
        Assert.Equal([entry], next.News.Added);
    }

    [Fact]
    [Trait("Requirement", "R-36")]
    public void Every_event_of_the_product_is_in_the_table_or_said_to_tell_nothing()
    {
        // Whoever spends a code says which operation it was.
        var words = Repository.Sources("src")
            .SelectMany(s => Regex.Matches(s.Text, "new DocumentEvent\\([^\"]*?((?:\\w+ \\? )?\"[a-z-]+\"(?: : \"[a-z-]+\")?)").Select(m => m.Groups[1].Value))
            .SelectMany(text => Regex.Matches(text, "\"([a-z-]+)\"").Select(m => m.Groups[1].Value))
            .Concat(Operation.All.Where(o => o == Operation.Consume || o == Operation.Recover).Select(o => o.Name))
            .ToHashSet();
        Assert.Superset(new HashSet<string> { "issue", "activate", "consume", "void", "disable", "revoke", "intercepted", "register" }, words);
        Assert.Empty(words.Except(NoticeKinds.ByOperation.Keys).Except(NoticeKinds.Silent).Except(["longest-operation-name"]));
        Assert.All(NoticeKinds.Silent, word => Assert.Null(NoticeKinds.Of(word)));
    }

    [Fact]
    [Trait("Requirement", "R-36")]
    public void What_is_told_names_who_was_responsible_then_and_a_transfer_both()
    {
        var document = Given.Active().Document;
        var moved = ((TransferDecision.Transferred)TransferDecision.Decide(document, "entity-new", "reason", Given.Id("op"), Given.Platform, Given.Now)).To(group: false);
        var (issued, transferred) = (moved.Outbox[0], moved.Outbox[^1]);
        Assert.Equal((document.Owner, null), (issued.Owner, issued.PreviousOwner));
        Assert.Equal(("entity-new", document.Owner), (transferred.Owner, transferred.PreviousOwner));

        var envelope = new NoticeEnvelope(null);
        Assert.Equal(envelope.Write(Notice.Of(document, document.Outbox[0])).Body, envelope.Write(Notice.Of(moved, issued)).Body);
        Assert.Equal(moved.Owner, Notice.Of(moved, issued with { Owner = null }).Owner);
        using var told = JsonDocument.Parse(envelope.Write(Notice.Of(moved, transferred)).Body);
        Assert.Equal(
            ("entity-new", document.Owner),
            (told.RootElement.GetProperty("data").GetProperty("owner").GetString(), told.RootElement.GetProperty("data").GetProperty("previous_owner").GetString()));
    }

    [Fact]
    [Trait("Requirement", "R-36")]
    public void Ids_are_the_same_at_each_telling_and_differ_by_kind_operation_and_identity()
    {
        string[] ids =
        [
            Outbox.IdOf("team-a.build", "op-1", "issued"), Outbox.IdOf("team-a.build", "op-1", "consumed"), Outbox.IdOf("team-a.build", "op-2", "issued"),
            Outbox.IdOf("team-b.build", "op-1", "issued"),
        ];
        Assert.Equal(4, ids.Distinct().Count());
        Assert.Equal(ids[0], Outbox.IdOf("team-a.build", "op-1", "issued"));
    }

    [Theory]
    [InlineData("failures", "failures")]
    [InlineData("Laptop lost", null)]
    [InlineData("<script>", null)]
    [InlineData("BCB1-ABCDE", null)]
    public void A_cause_is_a_word_of_the_brokers_own_and_never_a_text(string reason, string? cause)
    {
        var next = Given.Active().Document.With(new DocumentEvent(Given.Now, "disable", Given.Id("op"), Given.Owner, 1, reason));
        Assert.Equal(cause, next.Outbox[^1].Cause);
        Assert.Null(Given.Active().Document.With(new DocumentEvent(Given.Now, "revoke", Given.Id("op"), Given.Owner, 1, reason)).Outbox[^1].Cause);
    }

    [Fact]
    public void A_batch_that_is_counted_again_is_told_once()
    {
        var active = Given.Active();
        Failure[] failures = [new(Given.Id("one"), Given.Verifier, 1, active.Selector()), new(Given.Id("two"), Given.Verifier, 1, active.Selector(1))];
        var once = FailureCount.Of(active.Document, failures, new FailureLimits(), Given.Now).Next!;
        var twice = FailureCount.Of(once, failures, new FailureLimits(), Given.Now).Next!;
        Assert.Equal(2, Assert.Single(twice.Outbox, e => e.Notice == NoticeKinds.FailedAttempts).Failures);
    }

    [Fact]
    public void What_is_kept_says_nothing_about_what_was_added_since() =>
        Assert.DoesNotContain("news", System.Text.Encoding.UTF8.GetString(DocumentJson.Write(Given.Active().Document)), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Guesses_give_way_before_anything_that_tells_of_codes()
    {
        var document = Given.Active().Document;
        for (var i = 0; i < 100; i++)
        {
            var told = new DocumentEvent(Given.Now.AddSeconds(i), "void", Given.Id($"guess-{i}-"), Given.Verifier, 1);
            document = document.Telling(NoticeKinds.FailedAttempts, told, failures: 1);
        }

        Assert.Equal(["issued", "activated"], document.Outbox.Take(2).Select(e => e.Notice));
        Assert.Equal((OutboxEntry.Max, 70), (document.Outbox.Count, document.DeadLetters));
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public void Whatever_is_done_appended_is_delivered_given_up_or_waiting() => Gen.Select(Gen.Int[0, 9], Gen.Int[0, 40], Gen.Int[0, 9]).Array[1, 150].Sample(steps =>
    {
        var document = Given.Registered with { Outbox = [], News = OutboxNews.None };
        HashSet<string> appended = [], delivered = [];
        List<string> removed = [];
        var givenUp = 0;
        foreach (var (kind, number, again) in steps)
        {
            var before = document;
            switch (kind)
            {
                case <= 7:
                    // An operation that is repeated after an unknown outcome, or another one.
                    var id = Given.Id($"op-{(again == 0 ? number : appended.Count + 100)}-");
                    document = document.With(new DocumentEvent(Given.Now, "consume", id, Given.Verifier, 1));
                    appended.Add(document.Outbox[^1].Id);
                    break;
                case 8:
                    var took = before.Outbox.Take(number % 5).Select(e => e.Id).ToHashSet();
                    document = document.Without(e => took.Contains(e.Id), _ => false);
                    delivered.UnionWith(took);
                    removed.AddRange(took);
                    break;
                default:
                    var old = before.Outbox.Take(number % 3).Select(e => e.Id).ToHashSet();
                    document = document.Without(_ => false, e => old.Contains(e.Id));
                    removed.AddRange(old);
                    break;
            }

            givenUp += document.DeadLetters - before.DeadLetters;
            Assert.InRange(document.Outbox.Count, 0, OutboxEntry.Max);
            Assert.Equal(document.Outbox.Count, document.Outbox.Select(e => e.Id).Distinct().Count());
            // What came back after it was gone was appended twice.
            var waiting = document.Outbox.Select(e => e.Id).ToHashSet();
            Assert.True(appended.Count <= delivered.Count + givenUp + waiting.Count, "a notice was lost");
            Assert.Superset(waiting, appended);
        }

        Assert.Equal(document.DeadLetters, document.News.GivenUp);
        Assert.Equal(removed.Order(), document.News.Removed.Order());
    });

    [Theory]
    [Trait("Requirement", "R-37")]
    [InlineData("issue", 0, false, 0, false)]
    [InlineData("issue", 31, false, 1, false)]
    [InlineData("issue", 32, false, 1, true)]
    [InlineData("issue", 1, false, 11, true)]
    [InlineData("issue", 0, true, 0, true)]
    [InlineData("consume", 32, true, 11, false)]
    [InlineData("revoke", 32, true, 11, false)]
    public void Nothing_new_is_handed_out_where_nobody_could_be_told(string operation, int waiting, bool down, int minutes, bool refused)
    {
        var document = Given.Registered;
        for (var i = 0; i < waiting; i++)
        {
            document = document.With(new DocumentEvent(Given.Now.AddMinutes(-minutes), "consume", Given.Id($"op-{i}-"), Given.Verifier, 1));
        }

        Assert.Equal(refused ? Reason.NoticesUndelivered : null, NoticeDuty.Default.Refusal(operation, document.Outbox, down, Given.Now));
        Assert.Null(new NoticeDuty([]).Refusal(operation, document.Outbox, down, Given.Now));
    }

    [Theory]
    [Trait("Requirement", "R-22")]
    [InlineData(4, 2, new[] { "claim-requested", "exhausted" })]
    [InlineData(4, 1, new[] { "exhausted" })]
    [InlineData(1, 1, new[] { "exhausted" })]
    [InlineData(4, 5, new[] { "claim-requested", "exhausted" })]
    public void The_owner_is_asked_once_and_the_last_code_is_told(int count, int askBelow, string[] told)
    {
        var profile = Profile.Machine with { Count = count, AskBelow = askBelow };
        var active = Given.Active(profile);
        var document = active.Mint.Codes.Aggregate(active.Document, (d, code) =>
            ((ConsumeDecision.Spend)ConsumeDecision.Decide(d, Given.Around, Given.Request(code.Selector, code.Selector), profile)).Next);
        Assert.Equal(told, document.Outbox.Select(e => e.Notice).Where(n => n is "claim-requested" or "exhausted"));
        Assert.Equal(count, document.Outbox.Count(e => e.Notice == "consumed"));
        Assert.Equal(1, document.LastGeneration);
    }

    [Fact]
    [Trait("Requirement", "R-22")]
    public void A_last_code_that_guessing_voids_is_told_too()
    {
        var active = Given.Active(Profile.Machine with { Count = 1 });
        var failures = Enumerable.Range(0, 10).Select(i => new Failure(Given.Id("op-" + i), Given.Verifier, 1, active.Selector())).ToList();
        var next = FailureCount.Of(active.Document, failures, new FailureLimits(), Given.Now).Next!;
        Assert.Equal(["failed-attempts", "code-voided", "exhausted"], next.Outbox.TakeLast(3).Select(e => e.Notice));
        Assert.Equal(0, next.Outbox[^1].Remaining);
    }
}
