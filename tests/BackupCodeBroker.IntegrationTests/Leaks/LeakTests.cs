using System.Net;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Features.Leaks;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Notices;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Leaks;

/// <summary>Codes that were found in the open: a set ends only where the whole code matches, and the answer tells nobody whether it did.</summary>
public sealed class LeakTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Theory]
    [Trait("Requirement", "R-46")]
    [InlineData("machine")]
    [InlineData("printable")]
    public async Task A_whole_code_ends_its_set_and_is_told(string profile)
    {
        var told = new NoticeWatch();
        using var records = new AccessRecords();
        var broker = await environment.StartAsync(
            s => s with { Telemetry = s.Telemetry with { AccessFile = records.Path } }, services => services.AddSingleton<INoticeSink>(told));
        using var metrics = new MetricWatch(broker);
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast, profile);
        var other = await environment.HoldingAsync(broker, cast, profile);
        using var team = broker.As(cast.Team);
        using var desk = broker.As(cast.Desk);

        var reply = await team.ReportLeakAsync(holding.Code(3).ToLowerInvariant().Replace('-', ' '));

        AssertTaken(reply);
        Assert.Equal((403, "ended"), ReasonOf(await desk.ConsumeAsync(holding.Identity, holding.Code())));
        Assert.Equal(200, (await desk.ConsumeAsync(other.Identity, other.Code())).Status);
        var (document, version) = await environment.DocumentAsync(holding.Identity);
        Assert.Equal(("leaked", 1), (document.Ended!.Reason, document.Ended.Generation));
        var happened = Assert.Single(document.Events, e => e.Operation == "leak");
        Assert.Equal((reply.OperationId, cast.Team.EntityId), (happened.OperationId, happened.By.EntityId));
        await broker.UntilAsync(() => Task.FromResult(told.Taken.Any(n => n.Entry.Notice == "leaked")));
        Assert.Equal(holding.Identity, Assert.Single(told.Taken, n => n.Entry.Notice == "leaked").Subject);
        Assert.Equal(1, metrics.Count("bcb.alarms", "code-leaked"));
        await broker.UntilAsync(() => Task.FromResult(records.Read().Any(r => r.Text("operation_id") == reply.OperationId) && records.Read().Any(r => r.Text("operation") == "end-leaked")));
        var record = Assert.Single(records.Read(), r => r.Text("operation_id") == reply.OperationId);
        Assert.Equal(("leaks", "done", holding.Identity), (record.Text("operation"), record.Text("outcome"), record.Text("identity")));
        Assert.Equal(holding.Identity, Assert.Single(records.Read(), r => r.Text("operation") == "end-leaked").Text("identity"));

        // Again, and by another code of the set: there is nothing left to end, and nothing is written but what notices are.
        AssertTaken(await team.ReportLeakAsync(holding.Code(3)));
        AssertTaken(await team.ReportLeakAsync(holding.Code(4)));
        Assert.Single((await environment.DocumentAsync(holding.Identity)).Document.Events, e => e.Operation == "leak");
        Assert.Equal(1, metrics.Count("bcb.alarms", "code-leaked"));
        Assert.True(version > 0);
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public async Task Anything_but_a_whole_live_code_is_answered_alike_and_ends_counts_and_writes_nothing()
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        var cast = await environment.CastAsync();
        var (machine, printable) = (await environment.HoldingAsync(broker, cast), await environment.HoldingAsync(broker, cast, "printable"));
        var replaced = await environment.ClaimAsync(broker, cast.Owner, printable.Identity);
        using var team = broker.As(cast.Team);
        using var desk = broker.As(cast.Desk);
        await desk.ConsumeAsync(machine.Identity, machine.Code());
        await UntilSettledAsync(environment, broker, machine.Identity, printable.Identity);
        var before = (await environment.DocumentAsync(machine.Identity), await environment.DocumentAsync(printable.Identity));

        // What a replica learns of the caller, and the sweeper's child, it has from then on.
        AssertTaken(await team.ReportLeakAsync(MadeCodes.Unknown(CodeKind.Machine)));
        foreach (var kind in new[] { CodeKind.Machine, CodeKind.Printable })
        {
            var live = kind == CodeKind.Machine ? machine.Code(1) : replaced.Codes[1];
            var unknown = await team.ReportLeakAsync(MadeCodes.Unknown(kind));
            ApiReply[] replies =
            [
                unknown,
                .. await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => team.ReportLeakAsync(MadeCodes.WrongSecretOf(live)))),
                await team.ReportLeakAsync(MadeCodes.WrongSecretOf(live)),
                await team.ReportLeakAsync(kind == CodeKind.Machine ? machine.Code() : printable.Code(2)),
            ];
            Assert.All(replies, AssertTaken);
            Assert.Single(replies.Select(r => r.Uniform).Distinct());
            // Alone, so that the round that was read for it is its own.
            Assert.Equal(tap.NamesOf(unknown), tap.NamesOf(replies[^2]));
            Assert.Equal(tap.NamesOf(unknown), tap.NamesOf(replies[^1]));
        }

        var after = (await environment.DocumentAsync(machine.Identity), await environment.DocumentAsync(printable.Identity));
        Assert.Equal((before.Item1.Version, before.Item2.Version), (after.Item1.Version, after.Item2.Version));
        Assert.Equal(0, after.Item1.Document.Active!.Failures);
        Assert.Equal(200, (await desk.ConsumeAsync(machine.Identity, machine.Code(1))).Status);
        Assert.Equal(200, (await desk.ConsumeAsync(printable.Identity, replaced.Codes[1])).Status);
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public async Task What_cannot_be_ended_now_and_could_be_used_later_is_to_be_reported_again()
    {
        var broker = await environment.StartAsync();
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        using var team = broker.As(cast.Team);
        var entity = "identity/entity/id/" + (await environment.DocumentAsync(holding.Identity)).Document.AliasEntity;
        await environment.Root.PostAsync(entity, new { disabled = true });

        var now = await team.ReportLeakAsync(holding.Code());
        Assert.Equal((503, "not-ready"), (now.Status, now.Code));
        Assert.DoesNotContain(holding.Identity, now.Text, StringComparison.Ordinal);

        await environment.Root.PostAsync(entity, new { disabled = false });
        AssertTaken(await team.ReportLeakAsync(holding.Code()));
        Assert.Equal("leaked", (await environment.DocumentAsync(holding.Identity)).Document.Ended!.Reason);
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public async Task Many_reports_at_once_are_looked_for_in_few_rounds_and_none_is_missed()
    {
        await using var own = new BrokerEnvironment(environment.Vault);
        await own.InitializeAsync();
        var tap = new VaultTap(own.Names);
        var broker = await own.StartAsync(s => s with { Worker = s.Worker with { Page = 3, Rate = 10_000 } }, tap: tap);
        var cast = await own.CastAsync();
        var holdings = new List<Holding>();
        for (var i = 0; i < 14; i++)
        {
            holdings.Add(await own.HoldingAsync(broker, cast));
        }

        using var team = broker.As(cast.Team);
        var before = tap.All.Count;
        var replies = await Task.WhenAll(holdings.Select(h => team.ReportLeakAsync(h.Code())).Concat(holdings.Select(h => team.ReportLeakAsync(h.Code(1)))));

        Assert.All(replies, AssertTaken);
        foreach (var holding in holdings)
        {
            Assert.Equal("leaked", (await own.DocumentAsync(holding.Identity)).Document.Ended!.Reason);
        }

        // Each by itself would be a list for each: 28.
        Assert.InRange(tap.All.Skip(before).Count(c => c.Name.StartsWith("LIST", StringComparison.Ordinal)), 1, 20);
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public async Task A_code_that_was_never_activated_ends_what_waits_and_leaves_what_is_in_use()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        using var owner = broker.As(cast.Owner);
        using var team = broker.As(cast.Team);
        using var desk = broker.As(cast.Desk);
        var waiting = await environment.UnwrapAsync(cast.Owner, await owner.IssueAsync(holding.Identity));

        AssertTaken(await team.ReportLeakAsync(waiting.Codes[0]));

        Assert.Equal(403, (await owner.ActivateAsync(holding.Identity, waiting.Generation, waiting.Activation)).Status);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public async Task Who_may_not_report_ends_nothing_and_is_told_what_would_grant_it()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        using var verifier = broker.As(cast.Verifier);
        using var team = broker.As(cast.Team);
        using var nobody = new ApiClient(broker.Address, null);
        using var root = new ApiClient(broker.Address, environment.Vault.RootToken);

        var denied = await verifier.ReportLeakAsync(holding.Code());
        Assert.Equal((403, "not-permitted", environment.Names.AskMount + "/leaks"), (denied.Status, denied.Code, denied.Member("path")));
        Assert.Equal((403, "too-broad"), ((await root.ReportLeakAsync(holding.Code())) is var broad ? (broad.Status, broad.Code) : default));
        Assert.Equal(401, (await nobody.ReportLeakAsync(holding.Code())).Status);
        Assert.Equal(400, (await team.ReportLeakAsync(holding.Code()[..^1])).Status);
        Assert.Equal(400, (await team.SendAsync(HttpMethod.Post, "/v1/leaks", new { code = holding.Code(), identity = holding.Identity })).Status);
        Assert.Equal(405, (await team.SendAsync(HttpMethod.Get, "/v1/leaks")).Status);
        Assert.NotNull((await environment.DocumentAsync(holding.Identity)).Document.Active);
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public async Task What_could_not_be_looked_through_is_not_taken_and_can_be_reported_again()
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        using var team = broker.As(cast.Team);
        var writes = 0;
        tap.Interfere = (call, send) => call.Name.StartsWith("LIST", StringComparison.Ordinal)
            ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Content = new StringContent("""{"errors":["Vault is sealed"]}""") })
            : send();
        var failed = await team.ReportLeakAsync(holding.Code());
        Assert.Equal(503, failed.Status);
        Assert.NotNull((await environment.DocumentAsync(holding.Identity)).Document.Active);

        // The write that ends the set is carried out, and its answer lost.
        tap.Interfere = async (call, send) =>
        {
            var answer = await send();
            return call.Name == TappedCall.Write && Interlocked.Increment(ref writes) == 1 ? throw new HttpRequestException("lost") : answer;
        };
        AssertTaken(await team.ReportLeakAsync(holding.Code()));
        Assert.Single((await environment.DocumentAsync(holding.Identity)).Document.Events, e => e.Operation == "leak");
    }

    [Theory]
    [Trait("Requirement", "R-46")]
    [InlineData("unreadable")]
    [InlineData("deleted")]
    public async Task While_a_document_cannot_be_read_nobody_is_told_that_all_were_looked_through(string how)
    {
        await using var own = new BrokerEnvironment(environment.Vault);
        await own.InitializeAsync();
        var broker = await own.StartAsync();
        var cast = await own.CastAsync();
        var (holding, broken) = (await own.HoldingAsync(broker, cast), await own.HoldingAsync(broker, cast));
        using var team = broker.As(cast.Team);
        await UntilSettledAsync(own, broker, broken.Identity);
        var version = (await own.DocumentAsync(broken.Identity)).Version;
        await (how == "deleted"
            ? own.Root.DeleteAsync(At("data"))
            : own.Root.PostAsync(At("data"), new { options = new { cas = version }, data = new { schema = 99 } }));

        var ofNobody = await team.ReportLeakAsync(MadeCodes.Unknown(CodeKind.Machine));
        var ofHolding = await team.ReportLeakAsync(holding.Code());

        Assert.Equal((503, "not-ready"), (ofNobody.Status, ofNobody.Code));
        Assert.DoesNotContain(broken.Identity, ofNobody.Text, StringComparison.Ordinal);
        // What is found is ended all the same, and whoever reports cannot tell.
        Assert.Equal(ofNobody.Uniform, ofHolding.Uniform);
        Assert.Equal("leaked", (await own.DocumentAsync(holding.Identity)).Document.Ended!.Reason);
        await own.Root.DeleteAsync(At("metadata"));
        AssertTaken(await team.ReportLeakAsync(MadeCodes.Unknown(CodeKind.Machine)));

        string At(string kind) => $"{own.Names.KvMount}/{kind}/identities/bcb.{broken.Identity}";
    }

    [Theory]
    [Trait("Requirement", "R-46")]
    [InlineData(2_000, 100_000, 2_000)]
    [InlineData(2_000, 180_001, 2_001)]
    [InlineData(10, 20_000, 223)]
    [InlineData(1, 0, 1)]
    public void A_round_ends_while_somebody_waits_for_it(int rate, int identities, int perSecond)
    {
        Assert.Equal(perSecond, LeakSearch.PerSecond(rate, identities));
        Assert.True(identities / (double)perSecond <= LeakSearch.LongestRound.TotalSeconds);
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public async Task More_than_are_looked_for_at_once_are_told_to_come_back()
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        using var team = broker.As((await environment.CastAsync()).Team);
        AssertTaken(await team.ReportLeakAsync(MadeCodes.Unknown(CodeKind.Machine)));
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        tap.Interfere = async (call, send) =>
        {
            if (call.Name.StartsWith("LIST", StringComparison.Ordinal))
            {
                await held.Task;
            }

            return await send();
        };

        var reports = Enumerable.Range(0, LeakSearch.MaxSeats + 1).Select(_ => team.ReportLeakAsync(MadeCodes.Unknown(CodeKind.Machine))).ToList();
        var early = await Task.WhenAny(reports);
        Assert.Equal((503, "busy"), ((await early).Status, (await early).Code));
        held.SetResult();

        reports.Remove(early);
        Assert.All(await Task.WhenAll(reports), AssertTaken);
    }

    // Delivered notices go out of a document some seconds later.
    private static async Task UntilSettledAsync(BrokerEnvironment environment, RunningBroker broker, params string[] identities)
    {
        foreach (var identity in identities)
        {
            await broker.UntilAsync(async () => (await environment.DocumentAsync(identity)).Document.Outbox.Count == 0);
        }
    }

    private static void AssertTaken(ApiReply reply)
    {
        Assert.True(reply.Status == 202, reply.Text);
        Assert.Equal(["operation_id", "trace_id"], reply.Json.EnumerateObject().Select(p => p.Name).Order());
    }

    private static (int, string?) ReasonOf(ApiReply reply) => (reply.Status, reply.Reason);
}
