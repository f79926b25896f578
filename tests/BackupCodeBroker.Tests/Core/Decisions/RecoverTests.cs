using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Profiles;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>What a recovery decides and records, and when what it handed out ends.</summary>
public sealed class RecoverTests
{
    private static readonly Profile Recovering = Given.Few with { Recovery = RecoveryForm.Token };
    private static readonly DateTimeOffset Deadline = Given.Now.AddMinutes(5);

    private readonly Issued _active = Given.Active(Recovering);

    [Fact]
    public void What_was_made_stands_in_the_write_that_spends_the_code()
    {
        var next = Handed(_active.Document, _active.Selector());
        var made = Assert.Single(next.Recoveries);
        Assert.Equal(("acc-key-1", "token", 1, 7L, Deadline), (made.Accessor, made.Form, made.Generation, made.StateVersion, made.Deadline));
        Assert.Equal((made.OperationId, "recover"), (next.Proof!.OperationId, next.Proof.Operation));
        Assert.Equal(3, next.Active!.Remaining);
        Assert.Equal(["recovered", "claim-requested"], next.News.Added.Select(n => n.Notice).TakeLast(2));
        Assert.Equal("recovered", next.News.Added[^1].Cause);
    }

    [Fact]
    [Trait("Requirement", "R-44")]
    public void Without_a_recovery_nothing_is_decided_for_and_nothing_counted()
    {
        foreach (var profile in new[] { null, Given.Few, Recovering with { Identities = NamePattern.TryParse("other*")! } })
        {
            foreach (var verified in new[] { true, false })
            {
                Assert.Equal(new RecoverDecision.Refused(Reason.NotRecoverable, null), Decide(_active.Document, Request(_active.Selector(), verified: verified), profile));
            }
        }

        Assert.Equal(new RecoverDecision.Refused(Reason.Wrong, 1, Counts: true), Decide(_active.Document, Request(_active.Selector(), verified: false)));
    }

    [Theory]
    [Trait("Requirement", "R-28")]
    [InlineData("nobody asked", Reason.ApprovalRequired)]
    [InlineData("it was refused", Reason.ApprovalRequired)]
    [InlineData("its time is over, to the tick", Reason.ApprovalRequired)]
    [InlineData("a lockdown came and was lifted", Reason.ApprovalRequired)]
    [InlineData("it stands", null)]
    public void Where_a_second_person_has_to_consent_a_code_recovers_nothing_without_a_consent_that_stands(string circumstance, Reason? reason)
    {
        var guarded = Recovering with { Approvals = ["recover"] };
        var active = Given.Active(guarded);
        var asked = active.Document.Ask(operation: "recover", profile: guarded);
        var lifted = new LiftedLockdown(Given.Locked(), new LockdownLift(Given.Now, Given.Platform, "over", "op", "trace"));
        var (document, around) = circumstance switch
        {
            "nobody asked" => (active.Document, Given.Around),
            "it was refused" => (asked.Answered(given: false), Given.Around),
            "its time is over, to the tick" => (asked.Answered(), Given.Around.Later(TimeSpan.FromMinutes(15))),
            "a lockdown came and was lifted" => (asked.Answered(), Given.Around with { State = Given.Around.State with { Lifted = [lifted] } }),
            _ => (asked.Answered(), Given.Around),
        };
        var decision = RecoverDecision.Decide(document, around, Request(active.Selector()), guarded);
        Assert.Equal(reason, (decision as RecoverDecision.Refused)?.Reason);
        Assert.Equal(reason is null, decision is RecoverDecision.Hand);
    }

    [Fact]
    [Trait("Requirement", "R-14")]
    public void The_same_request_is_answered_until_the_wraps_time_is_over_and_the_first_credential_ends()
    {
        var handed = Handed(_active.Document, _active.Selector());
        var again = Assert.IsType<RecoverDecision.Again>(Decide(handed, Request(_active.Selector())));
        var next = again.With(RecoveryForm.Token, "acc-2", Given.Id("again"));
        Assert.Equal([("acc-key-1", true), ("acc-2", false)], next.Recoveries.Select(r => (r.Accessor, r.EndedAt is not null)));
        Assert.Equal(Deadline, next.Recoveries[1].Deadline);
        Assert.True(next.Bears(Given.Id("again")));
        Assert.IsType<RecoverDecision.Again>(Decide(next, Request(_active.Selector())));
        Assert.Equal(new RecoverDecision.Refused(Reason.Spent, 1), Decide(next, Request(_active.Selector()), Deadline));
        Assert.IsType<RecoverDecision.KeyReused>(Decide(next, Request(_active.Selector(1))));
        Assert.True(RecoverDecision.IsLive(next, _active.Selector(), Given.Now) && RecoverDecision.IsLive(next, _active.Selector(1), Deadline));
        Assert.False(RecoverDecision.IsLive(next, _active.Selector(), Deadline) || RecoverDecision.IsLive(next, "ZZZZZ", Given.Now));
        Assert.Equal(new RecoverDecision.Refused(Reason.Spent, 1), Decide(next with { Recoveries = [.. next.Recoveries.Select(r => r with { EndedAt = Given.Now })] }, Request(_active.Selector())));
    }

    [Fact]
    [Trait("Requirement", "R-27")]
    public void What_was_handed_out_in_an_earlier_epoch_ends()
    {
        var handed = Handed(_active.Document, _active.Selector());
        Assert.Null(Swept(handed, Given.Around).Next);
        var raised = Swept(handed, Given.Around with { Epoch = Given.Around.Epoch + 1 });
        Assert.Equal(Given.Now, Assert.Single(raised.Next!.Recoveries).EndedAt);
        Assert.Contains(SweepAct.RecoveryEnded, raised.Acts);
    }

    [Fact]
    [Trait("Requirement", "R-23")]
    public void A_lockdown_ends_what_was_handed_out_before_it_and_what_Vault_has_ended_goes()
    {
        var handed = Handed(_active.Document, _active.Selector());
        var frozen = Given.Around.With(Given.Locked());
        var marked = Swept(handed, frozen);
        Assert.NotNull(Assert.Single(marked.Next!.Recoveries).EndedAt);
        Assert.Contains(SweepAct.RecoveryEnded, marked.Acts);
        Assert.Null(Swept(marked.Next, frozen).Next);
        Assert.Empty(Swept(marked.Next, frozen, "acc-key-1").Next!.Recoveries);
        Assert.Null(Swept(handed, Given.Around.With(Given.Locked(version: 7))).Next);
        Assert.Null(Swept(handed, Given.Around.With(Given.Locked(scope: new LockdownScope { Identities = "other" }))).Next);
        Assert.Empty(Swept(handed, Given.Around with { Now = Given.Now + Recovery.Kept }).Next!.Recoveries);
    }

    [Fact]
    [Trait("Requirement", "R-23")]
    public void One_more_than_may_be_used_marks_the_oldest_which_stays_until_Vault_has_ended_it()
    {
        var next = Handed(Keeping(live: Recovery.Max), _active.Selector());
        Assert.Equal([("live-0", Given.Now), .. Enumerable.Range(1, 7).Select(i => ("live-" + i, (DateTimeOffset?)null)), ("acc-key-1", null)], next.Recoveries.Select(r => (r.Accessor, r.EndedAt)));
        var crowded = Handed(Keeping(live: 1, marked: 9), _active.Selector());
        Assert.Equal(11, crowded.Recoveries.Count);
        Assert.Equal(9, crowded.Recoveries.Count(r => r.EndedAt is not null));
    }

    [Fact]
    [Trait("Requirement", "R-23")]
    public void What_is_marked_and_not_ended_leaves_no_room_and_is_never_too_old()
    {
        var full = Keeping(live: 1, marked: Recovery.MaxKept - 1);
        Assert.Equal(new RecoverDecision.Refused(Reason.RecoveriesNotEnded, 1), Decide(full, Request(_active.Selector())));
        Assert.Equal(new RecoverDecision.Refused(Reason.Wrong, 1, Counts: true), Decide(full, Request(_active.Selector(), verified: false)));
        var hand = Assert.IsType<RecoverDecision.Hand>(RecoverDecision.Decide(full, Given.Around, Request(_active.Selector()), Recovering, ["marked-3", "live-0"]));
        var accessors = hand.With(RecoveryForm.Token, "acc", Deadline).Recoveries.Select(r => r.Accessor).ToList();
        Assert.Equal((Recovery.MaxKept, false, true), (accessors.Count, accessors.Contains("marked-3"), accessors.Contains("live-0")));

        var old = Given.Around with { Now = Given.Now + Recovery.Kept };
        var left = Swept(Keeping(live: 1, marked: 2), old, "marked-1").Next!;
        Assert.Equal(["marked-0"], left.Recoveries.Select(r => r.Accessor));
        Assert.Null(Swept(left with { Active = null }, old).Next);
    }

    [Fact]
    public void Whoever_ends_the_codes_ends_what_was_handed_out_also_where_no_codes_are_left()
    {
        var handed = Handed(_active.Document, _active.Selector());
        var without = handed with { Active = null };
        IdentityDocument[] ended =
        [
            ((RevokeDecision.Revoked)RevokeDecision.Decide(handed, "", Given.Id("op"), Given.Owner, Given.Now)).Next,
            ((RevokeDecision.Revoked)RevokeDecision.Decide(without, "", Given.Id("op"), Given.Owner, Given.Now)).Next,
            ((RetireDecision.Retired)RetireDecision.Decide(handed, "", Given.Id("op"), Given.Owner, Given.Now)).Next,
            ((SuspendDecision.Suspended)SuspendDecision.Decide(handed, Suspension.Ordered, "", Given.Id("op"), Given.Owner, Given.Now)).Next,
            ((TransferDecision.Transferred)TransferDecision.Decide(handed, "entity-next", "", Given.Id("op"), Given.Owner, Given.Now)).To(group: false),
        ];
        Assert.All(ended, d => Assert.Equal(Given.Now, Assert.Single(d.Recoveries).EndedAt));
    }

    private IdentityDocument Keeping(int live, int marked = 0) => _active.Document with
    {
        Recoveries = [.. Enumerable.Range(0, marked).Select(i => Made("marked-" + i, Given.Now)), .. Enumerable.Range(0, live).Select(i => Made("live-" + i, null))],
    };

    private static Recovery Made(string accessor, DateTimeOffset? ended) => new(Given.Id(accessor), Given.Now, 1, 7, "token", accessor, Given.Now, ended);

    private static IdentityDocument Handed(IdentityDocument document, string selector) =>
        Assert.IsType<RecoverDecision.Hand>(Decide(document, Request(selector))).With(RecoveryForm.Token, "acc-key-1", Deadline);

    private static ConsumeRequest Request(string selector, bool verified = true) =>
        new(Given.Id("recover"), Actor.CodeHolder, selector, verified, "recover", "key-1", "recover");

    private static RecoverDecision Decide(IdentityDocument document, ConsumeRequest request, DateTimeOffset? now = null) => Decide(document, request, Recovering, now);

    private static RecoverDecision Decide(IdentityDocument document, ConsumeRequest request, Profile? profile, DateTimeOffset? now = null) =>
        RecoverDecision.Decide(document, Given.Around with { Now = now ?? Given.Now }, request, profile);

    private static SweepDecision Swept(IdentityDocument document, Surroundings around, params string[] gone) =>
        SweepDecision.Decide(document, around, new SweepRules(Given.Id("sweep"), Recovering, WrapSight.Unknown, PeopleWereRead: false, gone));
}
