using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>One operation that the process is asked for, and what its telemetry has to say.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Outcome">What it comes to.</param>
/// <param name="Reason">Why, where it is not done.</param>
/// <param name="Act">Arranges and asks.</param>
internal sealed record OtlpOperation(string Operation, string Outcome, string? Reason, Func<OtlpStage, Task<ApiReply>> Act)
{
    public override string ToString() => $"{Operation} {Outcome} {Reason}";
}

/// <summary>
/// A success of every route and a case of every reason for which something is refused, denied, malformed, in conflict or at fault. What cannot be made from
/// outside is listed with why (<see cref="NotMade"/>); a test compares both with the reasons that the program has.
/// </summary>
internal static partial class OtlpOperations
{
    /// <summary>Names that no operation of this table ends with.</summary>
    public static IReadOnlyDictionary<string, string> NotMade { get; } = new Dictionary<string, string>
    {
        ["refused"] = "the word for all refusals: the record has the reason itself",
        ["not-found"] = "no route, so no operation",
        ["method-not-allowed"] = "no route, so no operation",
        ["internal"] = "only a defect ends so: CanaryTests makes one",
    };

    public static IReadOnlyList<OtlpOperation> All { get; } =
    [
        .. Successes(), .. Requests(), .. OfCodes(), .. OfSets(), .. OfPeople(), .. OfReceipt(), .. OfDocuments(), .. OfVault(),
        .. OfOwners(), .. OfApprovals(), .. OfReviews(), .. OfLockdowns(), .. OfLockdownsInTheWay(),
    ];

    private static IEnumerable<OtlpOperation> Successes()
    {
        yield return new("register", "done", null, s => s.AskAsync(s.Cast.Team, c => c.RegisterAsync(BrokerEnvironment.NewIdentity(), s.Cast.Owner.EntityId)));
        yield return new("register", "unchanged", null, async s =>
        {
            var identity = await s.RegisteredAsync();
            return await s.AskAsync(s.Cast.Team, c => c.RegisterAsync(identity, s.Cast.Owner.EntityId));
        });
        yield return new("issue", "done", null, async s =>
        {
            var identity = await s.RegisteredAsync();
            return await s.AskAsync(s.Cast.Owner, c => c.IssueAsync(identity));
        });
        yield return Pending("done", null, (c, p) => c.ActivateAsync(p.Identity, p.Generation, p.Activation));
        yield return Pending("done", "intercepted", (c, p) => c.InterceptedAsync(p.Identity, p.Generation, "somebody opened it"));
        yield return Consume("done", null);
        yield return Consume("repeat", null, async (s, h) => await ByMakerAsync(s, h, "key"), "key");
        yield return Of("status", "done", (c, h) => c.StatusAsync(h.Identity), s => s.Cast.Team);
        yield return new("list", "done", null, s => s.AskAsync(s.Cast.Team, c => c.ListAsync("?limit=2")));
        yield return new("report", "done", null, s => s.AskAsync(s.Cast.Team, c => c.ReportAsync("?limit=2")));
        yield return Of("revoke", "done", (c, h) => c.RevokeAsync(h.Identity), s => s.Cast.Team);
        yield return new("revoke", "unchanged", null, async s =>
        {
            var identity = await s.RegisteredAsync();
            return await s.AskAsync(s.Cast.Team, c => c.RevokeAsync(identity));
        });
    }

    private static IEnumerable<OtlpOperation> Requests()
    {
        yield return new("consume", "malformed", "malformed", s => s.AskAsync(s.Cast.Desk, c => c.ConsumeAsync("team-a.some", "BCB1")));
        yield return new("revoke", "malformed", "too-large", s => s.AskAsync(s.Cast.Team, c => c.RevokeAsync("team-a.some", new string('x', 20_000))));
        // Another media type finds no route, and so no operation; what is packed finds one.
        yield return new("revoke", "malformed", "unsupported-media-type", s => s.AskAsync(s.Cast.Team, c => c.SendAsync(
            HttpMethod.Post, "/v1/identities/team-a.some/revoke", new ByteArrayContent([1, 2, 3]) { Headers = { { "Content-Type", "application/json" }, { "Content-Encoding", "gzip" } } })));
        yield return new("revoke", "malformed", "too-slow", SlowlyAsync);
        yield return new("status", "denied", "missing-token", s => s.AskAsync(new Person(null!, "", ""), c => c.StatusAsync("team-a.some")));
        yield return new("status", "denied", "invalid-token", s => s.AskAsync(new Person("s.nobodyHasThisTokenAtAll00", "", ""), c => c.StatusAsync("team-a.some")));
        yield return new("status", "denied", "not-permitted", s => s.AskAsync(s.Cast.Verifier, c => c.StatusAsync("team-a.some")));
        yield return new("status", "denied", "too-broad", s => s.AskAsync(new Person(s.Environment.Vault.RootToken, "", ""), c => c.StatusAsync("team-a.some")));
    }

    private static IEnumerable<OtlpOperation> OfCodes()
    {
        yield return new("consume", "refused", "unknown-identity", s => s.AskAsync(s.Cast.Desk, c => c.ConsumeAsync(BrokerEnvironment.NewIdentity(), MadeCodes.Unknown(CodeKind.Machine))));
        yield return new("consume", "refused", "unknown-code", async s =>
        {
            var holding = await s.HoldingAsync();
            return await s.AskAsync(s.Cast.Desk, c => c.ConsumeAsync(holding.Identity, MadeCodes.Unknown(CodeKind.Machine)));
        });
        yield return new("consume", "refused", "wrong", async s =>
        {
            var holding = await s.HoldingAsync();
            return await s.AskAsync(s.Cast.Desk, c => c.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code())));
        });
        yield return Consume("refused", "spent", (s, h) => ByMakerAsync(s, h, "another"));
        yield return Consume("refused", "voided", (s, h) => s.ChangeSetAsync(h.Identity, a => a with { Codes = [.. a.Codes.Select(c => c with { VoidedAt = DateTimeOffset.UtcNow })] }));
        yield return Consume("conflict", "key-reused", (s, h) => ByMakerAsync(s, h, "same", "something else"), "same");
    }

    private static IEnumerable<OtlpOperation> OfSets()
    {
        yield return Consume("refused", "disabled", (s, h) => s.ChangeSetAsync(h.Identity, a => a with { DisabledAt = DateTimeOffset.UtcNow }));
        yield return Consume("refused", "expired", (s, h) => s.ChangeSetAsync(h.Identity, a => a with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) }));
        yield return Consume("refused", "other-epoch", (s, h) => s.ChangeSetAsync(h.Identity, a => a with { Epoch = 2 }));
        yield return Consume("refused", "state-set-back", (s, h) => s.ChangeSetAsync(h.Identity, a => a with { StateVersion = 1_000_000 }));
        yield return Consume("refused", "clock-backwards", (s, h) => s.ChangeSetAsync(h.Identity, a => a with { ActivatedAt = DateTimeOffset.UtcNow.AddMinutes(10) }));
        yield return Consume("refused", "ended", async (s, h) =>
        {
            using var team = s.Maker.As(s.Cast.Team);
            await team.RevokeAsync(h.Identity);
        });
        yield return Consume("refused", "other-environment", (s, h) => s.ChangeSetAsync(h.Identity, a => a with { Environment = "elsewhere" }));
        yield return Consume("refused", "suspended", async (s, h) =>
        {
            using var revoker = s.Maker.As(s.Cast.Team);
            await revoker.SuspendAsync(h.Identity);
        });
        yield return Of("issue", "refused", (c, h) => c.IssueAsync(h.Identity), s => s.Cast.Owner, "retired", (s, h) =>
            s.Environment.ChangeDocumentAsync(h.Identity, d => d with { RetiredAt = DateTimeOffset.UtcNow }));
        yield return new("recover", "refused", "not-recoverable", async s =>
        {
            var holding = await s.HoldingAsync();
            return await s.AskNobodyAsync(c => c.RecoverAsync(holding.Identity, holding.Code()));
        });
        yield return Consume("refused", "frozen", (s, h) => s.Environment.LockDownAsync("freeze", h.Identity));
        yield return Consume("refused", "locked-down", (s, h) => s.Environment.LockDownAsync("void", h.Identity));
        yield return Consume("refused", "recertification-lapsed", (s, h) => s.Environment.ChangeDocumentAsync(h.Identity, d => d with { RecertifyBy = DateTimeOffset.UtcNow.AddSeconds(-1) }));
        yield return Of("issue", "refused", (c, h) => c.IssueAsync(h.Identity), s => s.Cast.Owner, "notices-undelivered", (s, h) => s.Environment.ChangeDocumentAsync(
            h.Identity, d => d.With(new DocumentEvent(DateTimeOffset.UtcNow.AddMinutes(-11), "revoke", "lost", Actor.Worker))));
        yield return Of("issue", "refused", (c, h) => c.IssueAsync(h.Identity), s => s.Cast.Owner, "issue-locked-down", (s, h) => s.Environment.LockDownAsync("void", h.Identity));
    }

    private static IEnumerable<OtlpOperation> OfPeople()
    {
        yield return People("owner-disabled", (s, h, owner, _) => s.Environment.Root.PostAsync("identity/entity/id/" + owner.EntityId, new { disabled = true }));
        yield return People("owner-gone", (s, h, owner, _) => s.Environment.Root.DeleteAsync("identity/entity/id/" + owner.EntityId));
        yield return People("owner-changed", (s, h, _, _) => s.Environment.ChangeDocumentAsync(h.Identity, d => d with { Owner = s.Cast.Desk.EntityId }));
        yield return People("entity-disabled", (s, h, _, entity) => s.Environment.Root.PostAsync("identity/entity/id/" + entity, new { disabled = true }));
        yield return People("entity-gone", (s, h, _, entity) => s.Environment.Root.DeleteAsync("identity/entity/id/" + entity));
        yield return People("entity-changed", (s, h, _, _) => s.Environment.ChangeDocumentAsync(h.Identity, d => d with { Entity = s.Cast.Desk.EntityId }));
        yield return Consume("refused", "overgranted", async (s, h) => await s.Environment.Root.PostAsync(
            "identity/entity/id/" + (await s.Environment.DocumentAsync(h.Identity)).Document.AliasEntity, new { policies = new[] { s.Environment.PolicyPrefix + "verifier" } }));
    }

    private static IEnumerable<OtlpOperation> OfReceipt()
    {
        yield return new("consume", "refused", "pending", async s =>
        {
            var pending = await s.PendingAsync(await s.RegisteredAsync());
            return await s.AskAsync(s.Cast.Desk, c => c.ConsumeAsync(pending.Identity, pending.Codes[0]));
        });
        yield return Pending("refused", "not-pending", (c, p) => c.ActivateAsync(p.Identity, p.Generation + 1, p.Activation));
        yield return Pending("refused", "wrong-activation", (c, p) => c.ActivateAsync(p.Identity, p.Generation, new string('0', 26)));
        yield return Pending("refused", "lapsed", (c, p) => c.ActivateAsync(p.Identity, p.Generation, p.Activation), (s, p) => s.Environment.ChangeDocumentAsync(
            p.Identity, d => d with { Pending = d.Pending! with { Delivery = d.Pending.Delivery with { Deadline = DateTimeOffset.UtcNow.AddSeconds(-1) } } }));
    }

    private static IEnumerable<OtlpOperation> OfDocuments()
    {
        yield return Consume("refused", "removed", (s, h) => s.Environment.Root.DeleteAsync($"{s.Environment.Names.KvMount}/data/identities/bcb.{h.Identity}"));
        yield return Consume("refused", "unreadable", (s, h) => s.Environment.ChangeDocumentAsync(h.Identity, d => d with { Schema = IdentityDocument.CurrentSchema + 1 }));
        yield return new("register", "conflict", "document-removed", async s =>
        {
            var identity = await s.RegisteredAsync();
            await s.Environment.Root.DeleteAsync($"{s.Environment.Names.KvMount}/data/identities/bcb.{identity}");
            return await s.AskAsync(s.Cast.Team, c => c.RegisterAsync(identity, s.Cast.Owner.EntityId));
        });
        yield return new("register", "conflict", "other-owner", async s =>
        {
            var identity = await s.RegisteredAsync();
            return await s.AskAsync(s.Cast.Team, c => c.RegisterAsync(identity, s.Cast.Desk.EntityId));
        });
        yield return Of("issue", "refused", (c, h) => c.IssueAsync(h.Identity), s => s.Cast.Owner, "profile-not-allowed", (s, h) =>
            s.Environment.ChangeDocumentAsync(h.Identity, d => d with { Profile = "nobody-configured-it" }));
        yield return new("register", "refused", "too-large", async s =>
        {
            var identity = await s.RegisteredAsync();
            await s.Environment.ChangeDocumentAsync(identity, d => d with { RegisteredBy = new Actor("", "", new string('x', 250_000)) });
            return await s.AskAsync(s.Cast.Team, c => c.RegisterAsync(
                identity, "", more: new { owner = s.Cast.Owner.EntityId, profile = "machine", labels = new { changed = "yes" } }));
        });
    }

    private static IEnumerable<OtlpOperation> OfVault()
    {
        yield return Meanwhile("consume", "throttled", "throttled", OtlpStage.Vault(429, "request path \"x\": rate limit quota exceeded", pathHas: "-ask/"), (c, h) => c.ConsumeAsync(h.Identity, h.Code()));
        yield return Meanwhile("consume", "fault", "unavailable", OtlpStage.Vault(503, "Vault is sealed", pathHas: "lookup-self"), (c, h) => c.ConsumeAsync(h.Identity, h.Code()), stranger: true);
        yield return Meanwhile("consume", "fault", "busy", OtlpStage.Vault(400, "check-and-set parameter did not match the current version", "POST", "/data/identities/"), (c, h) => c.ConsumeAsync(h.Identity, h.Code()));
        yield return new("issue", "conflict", "set-changed", async s =>
        {
            var identity = await s.RegisteredAsync();
            var changed = false;
            return await s.MeanwhileAsync(
                async http =>
                {
                    if (http.Request.Method == "POST" && http.Request.Path.Value!.EndsWith("bcb." + identity, StringComparison.Ordinal) && !changed)
                    {
                        changed = true;
                        await s.Environment.ChangeDocumentAsync(identity, d => d with { ExternalId = "changed" });
                    }

                    return false;
                },
                s.Cast.Owner,
                c => c.IssueAsync(identity));
        });
        yield return new("consume", "fault", "unknown-outcome", LoseAsync);
        yield return Meanwhile("consume", "fault", "not-ready", OtlpStage.Vault(404, "no handler for route 'x'", pathHas: "-ask/"), (c, h) => c.ConsumeAsync(h.Identity, h.Code()));
    }
}
