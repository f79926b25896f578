using BackupCodeBroker.IntegrationTests.Incidents;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>Lockdowns: each of names that no other operation of the table has, and lifted again.</summary>
internal static partial class OtlpOperations
{
    private const string NoLockdown = "20270131120000-0123456789ab";

    private static IEnumerable<OtlpOperation> OfLockdowns()
    {
        yield return LockDown("done", "dry-run", (s, responder, scope) => s.AskAsync(responder, c => c.DeclareAsync(scope, dryRun: true)));
        yield return LockDown("done", "declared", async (s, responder, scope) =>
        {
            var declared = await s.AskAsync(responder, c => c.DeclareAsync(scope, "freeze"));
            await LiftAsync(s, responder, IdOf(declared));
            return declared;
        });
        yield return LockDown("repeat", "declared", async (s, responder, scope) =>
        {
            var id = await DeclaredAsync(s, responder, scope, key: "once");
            var again = await s.AskAsync(responder, c => c.DeclareAsync(scope, "freeze", key: "once"));
            await LiftAsync(s, responder, id);
            return again;
        });
        yield return LockDown("done", "looked", (s, responder, _) => s.AskAsync(responder, c => c.SendAsync(HttpMethod.Get, "/v1/lockdowns?limit=2")));
        yield return LockDown("done", "looked", async (s, responder, scope) =>
        {
            var id = await DeclaredAsync(s, responder, scope);
            var looked = await s.AskAsync(responder, c => c.LockdownAsync(id));
            await LiftAsync(s, responder, id);
            return looked;
        });
        yield return LockDown("done", "lifted", async (s, responder, scope) =>
        {
            var id = await DeclaredAsync(s, responder, scope);
            return await s.AskAsync(responder, c => c.LiftAsync(id));
        });
        yield return LockDown("unchanged", "lifted", async (s, responder, scope) =>
        {
            var id = await DeclaredAsync(s, responder, scope);
            await LiftAsync(s, responder, id);
            return await s.AskAsync(responder, c => c.LiftAsync(id));
        });
    }

    private static IEnumerable<OtlpOperation> OfLockdownsInTheWay()
    {
        yield return LockDown("malformed", "no-such-lockdown", (s, responder, _) => s.AskAsync(responder, c => c.LockdownAsync(NoLockdown)));
        yield return LockDown("conflict", "expectation-failed", (s, responder, scope) => s.AskAsync(responder, c => c.DeclareAsync(scope, expect: 1)));

        // Until a moment after the declaration, sets may still be written that were decided on before.
        yield return LockDown("conflict", "not-complete", async (s, responder, scope) =>
        {
            var id = await DeclaredAsync(s, responder, scope, "void");
            var left = await s.AskAsync(responder, c => c.LiftAsync(id));
            await LiftAsync(s, responder, id);
            return left;
        });
        yield return LockDown("conflict", "too-many-lockdowns", async (s, responder, scope) =>
        {
            var before = (await s.Environment.StateAsync()).State.Lockdowns;
            await s.Environment.FillAsync();
            var refused = await s.AskAsync(responder, c => c.DeclareAsync(scope, "freeze"));
            await s.Environment.ChangeStateAsync((state, _) => state with { Lockdowns = before });
            return refused;
        });
    }

    private static OtlpOperation LockDown(string outcome, string reason, Func<OtlpStage, Person, object, Task<ApiReply>> act) => new("lockdown", outcome, reason, async s =>
        await act(s, await s.Environment.ResponderAsync(), new { identities = Responders.NewTeam() + "*" }));

    private static async Task<string> DeclaredAsync(OtlpStage stage, Person responder, object scope, string mode = "freeze", string? key = null)
    {
        using var api = stage.Maker.As(responder);
        return IdOf(await api.DeclareAsync(scope, mode, key: key));
    }

    private static string IdOf(ApiReply declared)
    {
        Assert.True(declared.Status == 201, declared.Text);
        return declared.Member("id")!;
    }

    // One of mode void is lifted as soon as it can be.
    private static async Task LiftAsync(OtlpStage stage, Person responder, string id)
    {
        using var api = stage.Maker.As(responder);
        await stage.Maker.UntilAsync(async () => (await api.LiftAsync(id)).Status == 204);
    }
}
