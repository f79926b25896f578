using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Features.Consume;
using BackupCodeBroker.Tests.Core.Decisions;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Documents;

/// <summary>What fits at issue fits for as long as the set lives.</summary>
public sealed class DocumentSizeTests
{
    private static readonly Profile Most = Profile.Machine with { Count = CodeSet.MaxCodes };
    private static readonly Actor Longest = new(new string('e', 64), new string('a', 64), Text("世", Actor.MaxNameLength));

    public static TheoryData<string> Characters => ["a", "\"", "\\", "é", "世", "\U0001F512", "\u00a0", "\ue000", "\uffee", "<"];

    [Theory]
    [MemberData(nameof(Characters))]
    public void Sets_of_64_can_be_spent_to_the_last_code_and_replaced_for_ever(string character)
    {
        var document = Given.Registered;
        Surroundings Now(int days) => Given.Around with { Now = Given.Now.AddDays(days).AddTicks(1) };
        for (var round = 1; round <= 4; round++)
        {
            var issued = Given.Issue(document, Now(round), Most, seed: round);
            Assert.True(IssueDecision.Fits(issued.Document), $"round {round}");
            document = issued.Document;
            // The codes of the set before are spent while the new ones wait, then the new ones are received.
            for (var i = 0; document.Active is { } active && i < active.Codes.Count; i++)
            {
                document = Spend(document, active.Codes[i].Selector, Now(round), character);
            }

            document = Given.Activate(issued with { Document = document }, Now(round));
        }

        var last = document.Active!.Codes;
        document = last.Aggregate(document, (d, code) => Spend(d, code.Selector, Now(4), character));
        Assert.Equal(0, document.Active!.Remaining);
    }

    [Theory]
    [MemberData(nameof(Characters))]
    public void Sets_of_64_fit_beside_all_approvals_and_reviews_that_an_identity_may_keep(string character)
    {
        var guarded = Most with { Approvals = ["consume", "issue"] };
        var (asker, giver) = (Longest with { EntityId = new string('f', 64) }, Longest with { EntityId = new string('g', 64) });
        var held = Given.Active(Most).Document;
        var document = Given.Issue(held, Given.Around, Most, seed: 2).Document;
        Assert.True(IssueDecision.Fits(document));
        var worst = DocumentSize.Worst(document);
        // Sixteen uses after an approval wait to be looked at, and eight more requests are decided.
        for (var i = 0; i < OpenReview.Max + Approval.Max; i++)
        {
            var request = new ApprovalRequest(Given.Id("ask-" + i), asker, "consume", Text(character, 256), Text(character, 64), Text(character, 256));
            document = ((RequestApprovalDecision.Requested)RequestApprovalDecision.Decide(document, Given.Around, request, guarded)).Next;
            var answer = new ApprovalAnswer(Given.Id("give-" + i), giver, Given.Id("ask-" + i), i < OpenReview.Max, Text(character, 256));
            document = ((AnswerApprovalDecision.Answered)AnswerApprovalDecision.Decide(document, Given.Around, answer)).Next;
            document = i < OpenReview.Max ? Spend(document, document.Active!.Codes[i].Selector, Given.Around, character, guarded) : document;
        }

        Assert.Equal((Approval.Max, OpenReview.Max), (document.Approvals.Count, document.Reviews.Count));
        Assert.InRange(DocumentSize.Worst(document), 0, worst);
        var full = document.Active!.Codes.Skip(OpenReview.Max).Aggregate(document, (d, c) => Spend(d, c.Selector, Given.Around, character));
        Assert.InRange(DocumentJson.Write(full).Length, 0, worst);
    }

    [Fact]
    public void What_fits_is_never_outgrown() =>
        Gen.Select(Gen.Int[1, 64], Gen.Int[1, 64], Gen.Int[0, 64], Gen.OneOf("a", "\"", "世", "\U0001F512"), Gen.Bool, Gen.Int).Sample(
            (first, second, spent, character, report, seed) =>
            {
                var active = Given.Active(Most with { Count = first }, seed: seed);
                var issued = Given.Issue(active.Document, Given.Around, Most with { Count = second }, seed: seed + 1);
                var worst = DocumentSize.Worst(issued.Document);
                var document = active.Mint.Codes.Take(spent).Aggregate(issued.Document, (d, c) => Spend(d, c.Selector, Given.Around, character));
                Assert.InRange(DocumentSize.Worst(document), 0, worst);
                document = report
                    ? ((InterceptedDecision.Ended)InterceptedDecision.Decide(document, 2, Text(character, 256), Given.Id("op"), Longest, Given.Now)).Next
                    : issued.Mint.Codes.Aggregate(Given.Activate(issued with { Document = document }), (d, c) => Spend(d, c.Selector, Given.Around, character));
                Assert.InRange(DocumentJson.Write(document).Length, 0, worst);
                var suspended = ((SuspendDecision.Suspended)SuspendDecision.Decide(document, Suspension.Offboarded, Text(character, 256), Given.Id("op"), Longest, Given.Now)).Next;
                Assert.InRange(DocumentJson.Write(suspended).Length, 0, worst);
                var revoked = ((RevokeDecision.Revoked)RevokeDecision.Decide(document, Text(character, 256), Given.Id("op"), Longest, Given.Now)).Next;
                Assert.InRange(DocumentJson.Write(revoked).Length, 0, worst);
            },
            iter: 60);

    [Fact]
    public void Sets_of_64_fit_with_an_outbox_that_fills_up_while_they_are_spent()
    {
        var document = Given.Issue(Given.Active(Most).Document, Given.Around, Most, seed: 2).Document;
        var worst = DocumentSize.Worst(document);
        Assert.InRange(worst, 0, IdentityDocument.MaxBytes);
        document = document.Active!.Codes.Aggregate(document, (d, code) => Spend(d, code.Selector, Given.Around, "世"));
        Assert.Equal(OutboxEntry.Max, document.Outbox.Count);
        Assert.InRange(DocumentSize.Worst(document), 0, worst);
        Assert.InRange(DocumentSize.Worst(document with { DeadLetters = int.MaxValue }), 0, worst);
        Assert.InRange(DocumentJson.Write(document with { Active = null, Pending = null }).Length, 10_000, 60_000);
    }

    [Fact]
    public void A_registration_that_could_crowd_out_consumptions_is_refused()
    {
        var issued = Given.Issue(Given.Active(Most).Document, Given.Around, Most, seed: 2);
        var said = Given.Registration with { Labels = Labels(100) };
        Assert.IsType<RegisterDecision.Update>(RegisterDecision.Decide(issued.Document, said with { Labels = Labels(32) }, Profile.Machine, Given.Now));
        Assert.Equal(new RegisterDecision.Refused(Reason.TooLarge), RegisterDecision.Decide(issued.Document, said, Profile.Machine, Given.Now));
        Assert.IsType<RegisterDecision.Update>(RegisterDecision.Decide(Given.Active().Document, said, Profile.Machine, Given.Now));
    }

    [Fact]
    public void The_longest_texts_are_those_that_the_api_takes()
    {
        Assert.Equal(DocumentSize.MaxTextLength, ConsumeFeature.MaxPurpose);
        Assert.Equal(DocumentSize.MaxTextLength, ApiRequest.MaxReason);
    }

    private static Dictionary<string, string> Labels(int count) => Enumerable.Range(0, count).ToDictionary(i => Text("世", 60) + i, _ => Text("世", 128));

    private static IdentityDocument Spend(IdentityDocument document, string selector, Surroundings around, string character, Profile? profile = null)
    {
        var request = new ConsumeRequest(Given.Id("consume-" + selector), Longest, selector, true, Text(character, 256), "key-" + selector);
        var next = ((ConsumeDecision.Spend)ConsumeDecision.Decide(document, around, request, (profile ?? Most) with { WarnBelow = 64, WarnBeforeExpiry = Most.Lifetime * 2 })).Next;
        Assert.InRange(DocumentJson.Write(next).Length, 0, IdentityDocument.MaxBytes);
        return next;
    }

    private static string Text(string character, int length) => string.Concat(Enumerable.Repeat(character, length / character.Length));
}
