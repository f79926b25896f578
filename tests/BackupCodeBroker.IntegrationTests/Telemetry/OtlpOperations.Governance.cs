using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Approvals;
using BackupCodeBroker.IntegrationTests.Kit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>Whose an identity is, and what needs a second person.</summary>
internal static partial class OtlpOperations
{
    private static IEnumerable<OtlpOperation> OfOwners()
    {
        yield return new("transfer", "done", null, async s =>
        {
            var next = await s.Environment.OwnerAsync();
            return await MoveAsync(s, (c, identity) => c.TransferAsync(identity, next.EntityId));
        });
        yield return new("transfer", "conflict", "same-owner", s => MoveAsync(s, (c, identity) => c.TransferAsync(identity, s.Cast.Owner.EntityId)));
        yield return new("transfer", "done", "confirmed", s => MoveAsync(s, (c, identity) => c.TransferAsync(identity, s.Cast.Owner.EntityId, confirm: true), SuspendAsync));
        yield return new("transfer", "unchanged", "confirmed", s => MoveAsync(s, (c, identity) => c.TransferAsync(identity, s.Cast.Owner.EntityId, confirm: true)));
        yield return new("retire", "done", null, s => MoveAsync(s, (c, identity) => c.RetireAsync(identity)));
        yield return new("retire", "unchanged", null, s => MoveAsync(s, (c, identity) => c.RetireAsync(identity), RetireAsync));
        yield return new("register", "conflict", "retired", async s =>
        {
            var identity = await s.RegisteredAsync();
            await RetireAsync(s, identity);
            return await s.AskAsync(s.Cast.Team, c => c.RegisterAsync(identity, s.Cast.Owner.EntityId));
        });
        yield return Of("revoke", "done", (c, h) => c.SuspendAsync(h.Identity), s => s.Cast.Team, "suspended");
        yield return Of("revoke", "done", (c, h) => c.SuspendAsync(h.Identity, cause: "offboarded"), s => s.Cast.Team, "offboarded");
        yield return Of("revoke", "unchanged", (c, h) => c.SuspendAsync(h.Identity), s => s.Cast.Team, "suspended", (s, h) => SuspendAsync(s, h.Identity));
    }

    private static IEnumerable<OtlpOperation> OfApprovals()
    {
        yield return AtDesk("approve", "done", "requested", (s, d, h) => s.AskAsync(d.Ann, c => c.RequestApprovalAsync(h.Identity)));
        yield return AtDesk("approve", "done", "listed", (s, d, h) => s.AskAsync(d.Bob, c => c.ApprovalsAsync(h.Identity)));
        yield return Answer("done", "approved", (d, h) => d.AskedAsync(h.Identity), ApprovalOf, d => d.Bob);
        yield return Answer("unchanged", "approved", (d, h) => d.ApprovedAsync(h.Identity), ApprovalOf, d => d.Bob);
        yield return Answer("done", "denied", (d, h) => d.AskedAsync(h.Identity), DenialOf, d => d.Bob);
        yield return Answer("unchanged", "denied", DeniedAsync, DenialOf, d => d.Bob);
        yield return Answer("refused", "not-a-second-person", (d, h) => d.AskedAsync(h.Identity), ApprovalOf, d => d.Ann);
        yield return Answer("refused", "no-such-approval", DeniedAsync, ApprovalOf, d => d.Bob);
        yield return AtDesk("approve", "refused", "nothing-to-approve", (s, d, h) => s.AskAsync(d.Ann, c => c.RequestApprovalAsync(h.Identity)), HelpDesk.Emergency);
        yield return AtDesk("approve", "refused", "approvals-full", async (s, d, h) =>
        {
            for (var i = 0; i < Approval.Max; i++)
            {
                await d.AskedAsync(h.Identity);
            }

            return await s.AskAsync(d.Ann, c => c.RequestApprovalAsync(h.Identity));
        });
        yield return AtDesk("consume", "done", null, async (s, d, h) =>
        {
            await d.ApprovedAsync(h.Identity);
            return await s.AskAsync(d.Cast.Desk, c => c.ConsumeAsync(h.Identity, h.Code()));
        });
        yield return AtDesk("consume", "refused", "approval-required", (s, d, h) => s.AskAsync(d.Cast.Desk, c => c.ConsumeAsync(h.Identity, h.Code())));
        yield return AtDesk("consume", "refused", "not-a-second-person", async (s, d, h) =>
        {
            var both = await s.Environment.HolderAsync("both", "consume/*", "approve/*", "status/*");
            await d.GiveAsync(h.Identity, await d.AskedAsync(h.Identity), both);
            return await s.AskAsync(both, c => c.ConsumeAsync(h.Identity, h.Code()));
        });
        yield return new("issue", "refused", "approval-required", async s =>
        {
            var (desk, identity) = (await s.HelpDeskAsync(), BrokerEnvironment.NewIdentity());
            await desk.Broker.RegisterAsync(desk.Cast.Team, identity, desk.Cast.Owner, "strict");
            return await s.AskAsync(desk.Cast.Owner, c => c.IssueAsync(identity));
        });
    }

    private static IEnumerable<OtlpOperation> OfReviews()
    {
        yield return AtDesk("approve", "done", "reviewed", async (s, d, h) =>
        {
            var used = await d.ConsumeAsync(h);
            return await s.AskAsync(d.Bob, c => c.ReviewAsync(h.Identity, used.OperationId));
        }, HelpDesk.Emergency);
        yield return AtDesk("approve", "refused", "no-such-review", async (s, d, h) =>
        {
            var used = await d.ConsumeAsync(h);
            await d.ReviewAsync(h.Identity, used.OperationId);
            return await s.AskAsync(d.Bob, c => c.ReviewAsync(h.Identity, used.OperationId));
        }, HelpDesk.Emergency);

        // A set has fewer codes than uses can wait.
        yield return AtDesk("consume", "refused", "reviews-overdue", async (s, d, h) =>
        {
            await d.ConsumeAsync(h);
            await s.Environment.ChangeDocumentAsync(
                h.Identity, x => x with { Reviews = [.. Enumerable.Range(0, OpenReview.Max).Select(i => x.Reviews[0] with { OperationId = $"{i:x32}" })] });
            return await s.AskAsync(d.Cast.Desk, c => c.ConsumeAsync(h.Identity, h.Code(1)));
        }, HelpDesk.Emergency);

        // Nobody gave this broker the policy for recoveries, so it can end none.
        yield return AtDesk("recover", "refused", "recoveries-not-ended", async (s, d, h) =>
        {
            await s.Environment.ChangeDocumentAsync(h.Identity, x => x with
            {
                Recoveries = [.. Enumerable.Range(0, Recovery.MaxKept).Select(i => new Recovery($"{i:x32}", x.Active!.IssuedAt, 1, 1, "token", $"accessor-{i}", x.Active.IssuedAt, x.Active.IssuedAt))],
            });
            return await s.AskNobodyAsync(c => c.RecoverAsync(h.Identity, h.Code()));
        }, HelpDesk.Returning);
    }

    private static OtlpOperation AtDesk(
        string operation, string outcome, string? reason, Func<OtlpStage, HelpDesk, Holding, Task<ApiReply>> act, string profile = HelpDesk.Guarded) => new(operation, outcome, reason, async s =>
        {
            var desk = await s.HelpDeskAsync();
            return await act(s, desk, await desk.HoldingAsync(profile));
        });

    private static OtlpOperation Answer(
        string outcome,
        string reason,
        Func<HelpDesk, Holding, Task<string>> before,
        Func<ApiClient, string, string, Task<ApiReply>> request,
        Func<HelpDesk, Person> who) => AtDesk("approve", outcome, reason, async (s, d, h) =>
        {
            var approval = await before(d, h);
            return await s.AskAsync(who(d), c => request(c, h.Identity, approval));
        });

    private static Task<ApiReply> ApprovalOf(ApiClient api, string identity, string approval) => api.ApproveAsync(identity, approval);

    private static Task<ApiReply> DenialOf(ApiClient api, string identity, string approval) => api.DenyAsync(identity, approval);

    private static async Task<string> DeniedAsync(HelpDesk desk, Holding holding)
    {
        var approval = await desk.AskedAsync(holding.Identity);
        await desk.DenyAsync(holding.Identity, approval);
        return approval;
    }

    // Somebody who gives identities away and ends them, about one with codes.
    private static async Task<ApiReply> MoveAsync(OtlpStage stage, Func<ApiClient, string, Task<ApiReply>> request, Func<OtlpStage, string, Task>? before = null)
    {
        var holding = await stage.HoldingAsync();
        await (before?.Invoke(stage, holding.Identity) ?? Task.CompletedTask);
        return await stage.AskAsync(await MoverAsync(stage), c => request(c, holding.Identity));
    }

    private static Task<Person> MoverAsync(OtlpStage stage) => stage.Environment.HolderAsync("mover", "transfer/team-a.*", "retire/team-a.*");

    private static async Task RetireAsync(OtlpStage stage, string identity)
    {
        using var mover = stage.Maker.As(await MoverAsync(stage));
        await mover.RetireAsync(identity);
    }

    private static async Task SuspendAsync(OtlpStage stage, string identity)
    {
        using var team = stage.Maker.As(stage.Cast.Team);
        await team.SuspendAsync(identity);
    }
}
