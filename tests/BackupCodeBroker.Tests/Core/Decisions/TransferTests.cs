using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>Another owner ends the codes of the one before; a confirmed owner keeps them.</summary>
public sealed class TransferTests
{
    private static readonly Issued Active = Given.Active();
    private static readonly Issued Both = Given.Issue(Given.Consume(Active.Document, Active.Selector()), Given.Around, Given.Few, seed: 2);
    private static readonly Suspension Suspended = new(Given.Now, Suspension.Offboarded, Given.Id("suspend"), Given.Platform);
    private static readonly EntitySnapshot Moved = Given.OwnerEntity with { GroupIds = ["group-3"] };

    private static readonly Dictionary<string, (Reason Reason, Surroundings Around)> Missing = new()
    {
        ["owner deleted"] = (Reason.OwnerGone, Given.Around with { Owner = null }),
        ["owner merged into another"] = (Reason.OwnerGone, Given.Around with { Owner = Given.OwnerEntity with { Id = "entity-other" } }),
        ["owner disabled"] = (Reason.OwnerDisabled, Given.Around with { Owner = Given.OwnerEntity with { Disabled = true } }),
        ["entity deleted"] = (Reason.EntityGone, Given.Around with { Entity = null }),
        ["entity disabled"] = (Reason.EntityDisabled, Given.Around with { Entity = Given.AliasEntity with { Disabled = true } }),
        ["entity with a policy"] = (Reason.Overgranted, Given.Around with { Entity = Given.AliasEntity with { Policies = ["p"] } }),
    };

    public static TheoryData<string> Cases => [.. Missing.Keys];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Requirement", "R-17")]
    [Trait("Requirement", "R-23")]
    public void A_transfer_ends_both_sets_and_gives_the_identity_to_the_new_owner(bool group)
    {
        var next = Assert.IsType<TransferDecision.Transferred>(Transfer(Both.Document with { Suspension = Suspended, OwnerKind = "group" })).To(group);
        Assert.Equal(("entity-new", group, group ? "group" : null), (next.Owner, next.OwnerIsGroup, next.OwnerKind));
        Assert.Null(next.Active);
        Assert.Null(next.Pending);
        Assert.Null(next.SuspendedBy);
        Assert.Equal(("transferred", Active.Selector()), (next.Ended!.Reason, Assert.Single(next.Ended.Set.Codes).Selector));
        Assert.Equal(("transfer", 1, "left the team"), (next.Events[^1].Operation, next.Events[^1].Generation, next.Events[^1].Reason));
        Assert.All(Active.Mint.Codes.Skip(1), code => Assert.Equal(
            new ConsumeDecision.Refused(Reason.Ended, 1), ConsumeDecision.Decide(next, Given.Around, Given.Request(code.Selector), Given.Few)));
        Assert.IsType<ActivateDecision.Refused>(ActivateDecision.Decide(next, Given.Around, Both.Generation, Both.Mint.Activation, "op", Given.Owner));
    }

    [Fact]
    public void A_new_owner_gets_codes_of_a_new_generation_and_the_old_ones_stay_dead()
    {
        var moved = ((TransferDecision.Transferred)Transfer(Active.Document)).Next;
        var around = Given.Around with { Owner = Given.OwnerEntity with { Id = "entity-new" } };
        var again = Given.Active(document: moved, around: around, seed: 9);
        Assert.Equal(2, again.Generation);
        Assert.IsType<ConsumeDecision.Spend>(ConsumeDecision.Decide(again.Document, around, Given.Request(again.Selector()), Given.Few));
        Assert.Equal(
            Reason.Ended, ((ConsumeDecision.Refused)ConsumeDecision.Decide(again.Document with { Ended = moved.Ended }, around, Given.Request(Active.Selector()), Given.Few)).Reason);
    }

    [Fact]
    public void Who_says_from_whom_takes_it_from_nobody_else()
    {
        TransferDecision From(string from, string owner = "entity-new") =>
            TransferDecision.Decide(Active.Document, owner, "left the team", Given.Id("op"), Given.Platform, Given.Now, from);
        Assert.IsType<TransferDecision.Transferred>(From(Active.Document.Owner));
        Assert.IsType<TransferDecision.OtherOwner>(From("entity-other"));
        // One whose answer was lost had been carried out.
        Assert.IsType<TransferDecision.SameOwner>(From("entity-other", Active.Document.Owner));
    }

    [Fact]
    public void What_the_old_owner_asked_a_second_person_for_is_nothing_any_more()
    {
        Approval Asked(string id, ApprovalUse? use) => new()
        {
            Id = id,
            Operation = "issue",
            RequestedBy = Given.Owner,
            RequestedAt = Given.Now,
            Reason = "r",
            Ticket = "t",
            Verification = "v",
            ExpiresAt = Given.Now.AddHours(1),
            StateVersion = 7,
            Use = use,
        };
        var used = Asked("used", new ApprovalUse("op", Given.Owner, Given.Now));
        var document = Active.Document with { Approvals = [Asked("open", null), used] };
        Assert.Equal([used], ((TransferDecision.Transferred)Transfer(document)).Next.Approvals);
        Assert.Equal([used], ((RetireDecision.Retired)RetireDecision.Decide(document, "r", "op", Given.Platform, Given.Now)).Next.Approvals);
    }

    [Fact]
    public void The_owner_that_it_has_already_is_no_new_one() => Assert.IsType<TransferDecision.SameOwner>(Transfer(Active.Document, "entity-owner"));

    [Fact]
    public void What_was_retired_changes_hands_no_more()
    {
        var retired = Active.Document with { RetiredAt = Given.Now };
        Assert.Equal(new TransferDecision.Refused(Reason.Retired), Transfer(retired));
        Assert.Equal(new ConfirmDecision.Refused(Reason.Retired), Confirm(retired, Given.Around));
    }

    [Fact]
    [Trait("Requirement", "R-23")]
    public void A_confirmed_owner_keeps_the_codes_of_both_sets()
    {
        var around = Given.Around with { Owner = Moved };
        Assert.Equal(Reason.OwnerChanged, Refusal(Both.Document, around));

        var suspended = Both.Document.WithActive(set => set with { Suspension = Suspended }) with { Suspension = Suspended };
        var next = Assert.IsType<ConfirmDecision.Confirmed>(Confirm(suspended, around)).Next;

        Assert.Null(next.SuspendedBy);
        Assert.Null(Refusal(next, around));
        Assert.Equal(Both.Document.Active!.Codes, next.Active!.Codes);
        Assert.True(next.Pending!.Set.Owner.Fingerprint.Fits(Moved));
        Assert.Same(Both.Document.Pending!.Delivery, next.Pending.Delivery);
        Assert.Equal(("confirm", "a group was renamed"), (next.Events[^1].Operation, next.Events[^1].Reason));
        Assert.IsType<ConfirmDecision.NothingToConfirm>(Confirm(next, around));
    }

    [Fact]
    public void An_order_over_an_identity_without_codes_is_lifted_as_well()
    {
        var next = Assert.IsType<ConfirmDecision.Confirmed>(Confirm(Given.Registered with { Suspension = Suspended }, Given.Around)).Next;
        Assert.Null(next.SuspendedBy);
        Assert.IsType<ConfirmDecision.NothingToConfirm>(Confirm(Given.Registered, Given.Around));
        Assert.IsType<ConfirmDecision.NothingToConfirm>(Confirm(Active.Document, Given.Around));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    [Trait("Requirement", "R-25")]
    public void Who_is_not_there_cannot_be_confirmed(string circumstance)
    {
        var (reason, around) = Missing[circumstance];
        Assert.Equal(new ConfirmDecision.Refused(reason), Confirm(Active.Document with { Suspension = Suspended }, around));
    }

    [Fact]
    public void Only_the_registered_owner_is_confirmed_and_never_into_anothers_codes()
    {
        Assert.IsType<ConfirmDecision.OtherOwner>(Confirm(Active.Document, Given.Around, "entity-new"));
        var stranger = Given.Around with { Owner = Given.OwnerEntity with { Id = "entity-new" } };
        Assert.Equal(new ConfirmDecision.Refused(Reason.OwnerChanged), Confirm(Active.Document with { Owner = "entity-new" }, stranger, "entity-new"));
        Assert.Equal(new ConfirmDecision.Refused(Reason.OwnerChanged), Confirm(Both.Document with { Owner = "entity-new", Active = null }, stranger, "entity-new"));
    }

    private static Reason? Refusal(IdentityDocument document, Surroundings around) => SetStanding.Refusal(document, document.Active!, around);

    private static TransferDecision Transfer(IdentityDocument document, string owner = "entity-new") =>
        TransferDecision.Decide(document, owner, "left the team", Given.Id("transfer"), Given.Platform, Given.Now);

    private static ConfirmDecision Confirm(IdentityDocument document, Surroundings around, string owner = "entity-owner") =>
        ConfirmDecision.Decide(document, around, owner, EntityFingerprint.DefaultFacets, "a group was renamed", Given.Id("confirm"), Given.Platform);
}
