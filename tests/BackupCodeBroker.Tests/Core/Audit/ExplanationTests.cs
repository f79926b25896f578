using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Operations;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Audit;

/// <summary>What explains a request, and that each part of it is needed.</summary>
public sealed class ExplanationTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 25, 8, 0, 0, TimeSpan.Zero);
    private static readonly Explanation Explanation = new(new AuditNames(), TimeSpan.FromSeconds(30));

    [Fact]
    public void An_operations_own_read_is_explained() => Assert.Equal(Unexplained.No, Of(Read, Holder.Child, Consume));

    [Theory]
    [InlineData(Holder.Caller)]
    [InlineData(Holder.Broker)]
    [InlineData(Holder.Sweeper)]
    [InlineData(Holder.Wrap)]
    [InlineData(Holder.Lookalike)]
    public void The_same_with_another_token_is_not(Holder holder) => Assert.Equal(Unexplained.NotItsWork, Of(Read, holder, Consume));

    [Theory]
    [InlineData(-31, Unexplained.AnotherTime)]
    [InlineData(-29, Unexplained.No)]
    [InlineData(30, Unexplained.No)]
    [InlineData(32, Unexplained.AnotherTime)]
    public void Nor_at_another_time(int seconds, Unexplained why) => Assert.Equal(why, Of(Read with { Time = At.AddSeconds(seconds) }, Holder.Child, Consume));

    [Fact]
    public void Nor_about_another_identity_but_the_decoy()
    {
        Assert.Equal(Unexplained.AnotherIdentity, Explanation.Of(Read, new Subject(SubjectKind.Document, "a.y"), Holder.Child, Consume, "a.x"));
        Assert.Equal(Unexplained.No, Explanation.Of(Read, new Subject(SubjectKind.Document, "_decoy"), Holder.Child, Consume, "a.x"));
        Assert.Equal(Unexplained.AnotherIdentity, Explanation.Of(Read with { Verb = "update" }, new Subject(SubjectKind.Document, "_decoy"), Holder.Child, Consume, "a.x"));
    }

    [Fact]
    public void Nor_with_an_id_that_is_not_on_record()
    {
        Assert.Equal(Unexplained.NotOnRecord, Of(Read with { RequestId = "other" }, Holder.Child, Consume));
        Assert.Equal(Unexplained.No, Of(Read with { RequestId = "other" }, Holder.Child, Consume with { VaultUncertain = 1 }));
        Assert.Equal(Unexplained.No, Of(Read with { RequestId = "other", Error = "x" }, Holder.Child, Consume));
        Assert.Equal(Unexplained.No, Of(
            Read with { RequestId = "other" }, Holder.Child, Consume with { VaultRequests = [.. Enumerable.Range(0, AccessRecord.MaxRequestIds).Select(i => $"{i}")] }));
    }

    [Fact]
    public void A_question_is_the_operations_own_and_its_callers()
    {
        var ask = Read with { Auth = new AuditAuth { Entity = "e1" }, Answer = null };
        Assert.Equal(Unexplained.No, Explanation.Of(ask, new Subject(SubjectKind.Ask, "consume/a.x"), Holder.Caller, Consume, "a.x"));
        Assert.Equal(Unexplained.No, Explanation.Of(ask, new Subject(SubjectKind.Ask, "consume/@owned"), Holder.Caller, Consume, "a.x"));
        Assert.Equal(Unexplained.AnotherIdentity, Explanation.Of(ask, new Subject(SubjectKind.Ask, "consume/a.y"), Holder.Caller, Consume, "a.x"));
        Assert.Equal(Unexplained.AnotherIdentity, Explanation.Of(ask, new Subject(SubjectKind.Ask, "issue/a.x"), Holder.Caller, Consume, "a.x"));
        Assert.Equal(Unexplained.AnotherIdentity, Explanation.Of(ask, new Subject(SubjectKind.Ask, "consume/a.x"), Holder.Caller, Consume with { CallerEntity = "e2" }, "a.x"));
    }

    [Theory]
    [InlineData("consume", Unexplained.No)]
    [InlineData(OwnWork.Deliver, Unexplained.No)]
    [InlineData(OwnWork.CountFailures, Unexplained.No)]
    [InlineData("register", Unexplained.NotItsWork)]
    [InlineData("list", Unexplained.NotItsWork)]
    public void An_alias_is_looked_up_by_whoever_may_not_make_one(string operation, Unexplained why) => Assert.Equal(
        why, Explanation.Of(Read with { Verb = "update" }, new Subject(SubjectKind.AliasLookup, "a.x"), Holder.Broker, Consume with { Operation = operation }, "a.x"));

    [Theory]
    [InlineData("issue", "issue-in-lockdown/a.x", Unexplained.No)]
    [InlineData("issue", "issue-in-lockdown/@owned", Unexplained.No)]
    [InlineData("issue", "issue-in-lockdown/a.y", Unexplained.AnotherIdentity)]
    [InlineData("issue", "consume/a.x", Unexplained.AnotherIdentity)]
    [InlineData("consume", "issue-in-lockdown/a.x", Unexplained.AnotherIdentity)]
    public void Issuing_asks_for_a_second_permission_in_a_lockdown(string operation, string asked, Unexplained why)
    {
        var ask = Read with { Auth = new AuditAuth { Entity = "e1" }, Answer = null };
        Assert.Equal(why, Explanation.Of(ask, new Subject(SubjectKind.Ask, asked), Holder.Caller, Consume with { Operation = operation }, "a.x"));
    }

    [Fact]
    public void Every_operation_but_recover_may_ask_and_only_those_on_one_identity_reach_a_document_with_its_child()
    {
        Assert.All(Operation.All, o =>
        {
            var record = Consume with { Operation = o.Name };
            Assert.Equal(o.IsAsked, Explanation.Of(Read with { Answer = null }, new Subject(SubjectKind.Capabilities), Holder.Caller, record, null) == Unexplained.No);
            Assert.Equal(o.Target == OperationTarget.Identity, Of(Read, Holder.Child, record) == Unexplained.No);
        });
    }

    [Fact]
    public void A_recovery_makes_credentials_of_its_own_identitys_role_and_is_asked_of_nobody()
    {
        var recover = Consume with { Operation = Operation.Recover.Name };
        Assert.Equal(Unexplained.No, Explanation.Of(Read, new Subject(SubjectKind.RecoveryMade, "a.x"), Holder.Broker, recover, "a.x"));
        Assert.Equal(Unexplained.AnotherIdentity, Explanation.Of(Read, new Subject(SubjectKind.RecoveryMade, "a.y"), Holder.Broker, recover, "a.x"));
        Assert.Equal(Unexplained.NotItsWork, Explanation.Of(Read, new Subject(SubjectKind.RecoveryMade, "a.x"), Holder.Broker, Consume, "a.x"));
        Assert.Equal(Unexplained.No, Explanation.Of(Read, new Subject(SubjectKind.RecoveryEnded, "a.x"), Holder.Broker, Consume with { Operation = Operation.Revoke.Name }, "a.x"));
        Assert.Equal(Unexplained.NotItsWork, Explanation.Of(Read, new Subject(SubjectKind.RecoveryEnded, "a.x"), Holder.Broker, Consume with { Operation = Operation.Status.Name }, "a.x"));
        Assert.False(Explanation.IsUnasked(recover, [(Read, new Subject(SubjectKind.Document, "a.x"))]));
        Assert.True(Explanation.IsUnasked(Consume, [(Read, new Subject(SubjectKind.Document, "a.x"))]));
    }

    [Fact]
    [Trait("Requirement", "R-38")]
    public void A_recovery_that_wrote_has_made_a_credential()
    {
        var recover = Consume with { Operation = Operation.Recover.Name };
        (AuditEntry, Subject) read = (Read, new Subject(SubjectKind.Document, "a.x")), written = (Read with { Verb = "update" }, read.Item2);
        (AuditEntry, Subject) made = (Read with { Verb = "update" }, new Subject(SubjectKind.RecoveryMade, "a.x")), denied = (Read with { Verb = "update", Error = "permission denied" }, made.Item2);
        (AuditEntry, Subject) asked = (Read, new Subject(SubjectKind.Ask, "recover/a.x"));
        Assert.False(Explanation.IsUnasked(recover, [read, made, written]));
        Assert.True(Explanation.IsUnasked(recover, [read, written]));
        Assert.True(Explanation.IsUnasked(recover, [read, denied, written]));
        Assert.True(Explanation.IsUnasked(recover, [read, asked, written]));
        Assert.True(Explanation.IsUnasked(Consume, [read, made, written]));
    }

    [Fact]
    public void Bootstrap_changes_what_it_sets_up_and_reads_no_identitys_document()
    {
        var bootstrap = Consume with { Operation = OwnWork.Bootstrap, Identity = null };
        Assert.Equal(Unexplained.No, Explanation.Of(Read, new Subject(SubjectKind.Policy, "bcb-owner"), Holder.Caller, bootstrap, null));
        Assert.Equal(Unexplained.NotItsWork, Explanation.Of(Read, new Subject(SubjectKind.Document, "a.x"), Holder.Caller, bootstrap, null));
        Assert.Equal(Unexplained.NotItsWork, Explanation.Of(Read, new Subject(SubjectKind.Storage), Holder.Caller, bootstrap, null));
    }

    [Theory]
    [InlineData(OwnWork.Sweep, SubjectKind.Document, Holder.Sweeper, "read", true)]
    [InlineData(OwnWork.Sweep, SubjectKind.Document, Holder.Sweeper, "update", false)]
    [InlineData(OwnWork.Sweep, SubjectKind.Document, Holder.Child, "read", false)]
    [InlineData(OwnWork.Sweep, SubjectKind.State, Holder.Sweeper, "read", true)]
    [InlineData(OwnWork.Sweep, SubjectKind.State, Holder.Sweeper, "update", false)]
    [InlineData(OwnWork.Sweep, SubjectKind.Fleet, Holder.Sweeper, "list", true)]
    [InlineData(OwnWork.Sweep, SubjectKind.Fleet, Holder.Sweeper, "update", false)]
    [InlineData(OwnWork.Sweep, SubjectKind.EntityRead, Holder.Broker, "read", true)]
    [InlineData(OwnWork.Sweep, SubjectKind.LookupAccessor, Holder.Broker, "update", true)]
    [InlineData(OwnWork.Sweep, SubjectKind.Wrap, Holder.Broker, "update", false)]
    [InlineData(OwnWork.Sweep, SubjectKind.PepperHmac, Holder.Broker, "update", false)]
    [InlineData(OwnWork.ReportPass, SubjectKind.Document, Holder.Sweeper, "read", true)]
    [InlineData(OwnWork.ReportPass, SubjectKind.Document, Holder.Sweeper, "update", false)]
    [InlineData(OwnWork.ReportPass, SubjectKind.Document, Holder.Child, "read", false)]
    [InlineData(OwnWork.ReportPass, SubjectKind.State, Holder.Sweeper, "read", true)]
    [InlineData(OwnWork.ReportPass, SubjectKind.State, Holder.Sweeper, "update", false)]
    [InlineData(OwnWork.ReportPass, SubjectKind.Fleet, Holder.Sweeper, "list", true)]
    [InlineData(OwnWork.ReportPass, SubjectKind.EntityRead, Holder.Broker, "read", true)]
    [InlineData(OwnWork.ReportPass, SubjectKind.LookupAccessor, Holder.Broker, "update", false)]
    [InlineData(OwnWork.Enforce, SubjectKind.Document, Holder.Child, "read", true)]
    [InlineData(OwnWork.Enforce, SubjectKind.Document, Holder.Child, "update", true)]
    [InlineData(OwnWork.Enforce, SubjectKind.Document, Holder.Child, "create", false)]
    [InlineData(OwnWork.Enforce, SubjectKind.Document, Holder.Sweeper, "read", false)]
    [InlineData(OwnWork.Enforce, SubjectKind.State, Holder.Child, "update", false)]
    [InlineData(OwnWork.Enforce, SubjectKind.Wrap, Holder.Broker, "update", false)]
    [InlineData(OwnWork.Lead, SubjectKind.State, Holder.Sweeper, "update", true)]
    [InlineData(OwnWork.Lead, SubjectKind.Fleet, Holder.Sweeper, "create", true)]
    [InlineData(OwnWork.Lead, SubjectKind.Fleet, Holder.Sweeper, "list", false)]
    [InlineData(OwnWork.Lead, SubjectKind.Document, Holder.Sweeper, "read", false)]
    [InlineData(OwnWork.Lead, SubjectKind.Documents, Holder.Sweeper, "delete", false)]
    [InlineData(OwnWork.FindLeaked, SubjectKind.Document, Holder.Sweeper, "read", true)]
    [InlineData(OwnWork.FindLeaked, SubjectKind.Fleet, Holder.Sweeper, "list", true)]
    [InlineData(OwnWork.FindLeaked, SubjectKind.Document, Holder.Child, "read", false)]
    [InlineData(OwnWork.FindLeaked, SubjectKind.Document, Holder.Sweeper, "update", false)]
    [InlineData(OwnWork.FindLeaked, SubjectKind.State, Holder.Sweeper, "update", false)]
    [InlineData(OwnWork.FindLeaked, SubjectKind.PepperHmac, Holder.Broker, "update", false)]
    [InlineData(OwnWork.EndLeaked, SubjectKind.Document, Holder.Child, "update", true)]
    [InlineData(OwnWork.EndLeaked, SubjectKind.Document, Holder.Child, "create", false)]
    [InlineData(OwnWork.EndLeaked, SubjectKind.Document, Holder.Sweeper, "read", false)]
    [InlineData(OwnWork.EndLeaked, SubjectKind.EntityRead, Holder.Broker, "read", false)]
    [InlineData("leaks", SubjectKind.PepperHmac, Holder.Broker, "update", true)]
    [InlineData("leaks", SubjectKind.Document, Holder.Sweeper, "read", false)]
    [InlineData("leaks", SubjectKind.Document, Holder.Child, "read", false)]
    [InlineData("leaks", SubjectKind.Mint, Holder.Broker, "update", false)]
    public void The_worker_does_its_work_and_no_other(string work, SubjectKind kind, Holder holder, string verb, bool isItsWork)
    {
        var record = Consume with { Operation = work };
        var found = Explanation.Of(Read with { Verb = verb }, new Subject(kind, "a.x"), holder, record, "a.x");
        Assert.Equal(isItsWork ? Unexplained.No : Unexplained.NotItsWork, found);
    }

    private static AuditEntry Read => new()
    {
        Time = At,
        Verb = "read",
        RequestId = "r1",
        Answer = new AuditAnswer { HasContent = true },
    };

    private static AccessRecord Consume => new()
    {
        StartedAt = At,
        EndedAt = At.AddSeconds(1),
        OperationId = "o",
        TraceId = "t",
        SpanId = "s",
        Operation = "consume",
        Identity = "a.x",
        CallerEntity = "e1",
        Outcome = "done",
        VaultCalls = 1,
        VaultRequests = ["r1"],
    };

    private static Unexplained Of(AuditEntry entry, Holder holder, AccessRecord record) =>
        Explanation.Of(entry, new Subject(SubjectKind.Document, "a.x"), holder, record, "a.x");
}
