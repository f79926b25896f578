using System.Text.Json;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Audit;

/// <summary>Things that somebody does to a deployment between honest operations, each of which an audit must find.</summary>
internal static class Offences
{
    public static readonly IReadOnlyDictionary<string, (FindingKind Kind, Func<AuditedRun, Holding, Task> Commit)> All =
        new Dictionary<string, (FindingKind, Func<AuditedRun, Holding, Task>)>
        {
            ["a direct read with a root token"] = (FindingKind.ForeignAccess, ReadDirectlyAsync),
            ["a list with a root token"] = (FindingKind.ForeignAccess, (run, _) => run.Root.TryAsync(new HttpMethod("LIST"), $"{run.Environment.Names.KvMount}/metadata/identities")),
            ["a hard delete"] = (FindingKind.ForeignAccess, (run, holding) => run.Root.DeleteAsync($"{run.Environment.Names.KvMount}/metadata/identities/bcb.{holding.Identity}")),
            ["a forged trace with a root token"] = (FindingKind.ForeignAccess, ForgeTraceAsync),
            ["a forged trace with a child made by hand"] = (FindingKind.BrokerTokenMade, ForgeWithChildAsync),
            ["taken and never activated"] = (FindingKind.TakenNotActivated, TakeAsync),
            ["an unwrap by a third party"] = (FindingKind.UnwrappedByAnother, StealAsync),
            ["an unwrap by the wrapping token itself"] = (FindingKind.UnwrappedByAnother, StealNamelesslyAsync),
            ["a second unwrap"] = (FindingKind.SecondUnwrap, UnwrapTwiceAsync),
            ["a rewrap"] = (FindingKind.WrappedAgain, RewrapAsync),
            ["opened and wrapped again"] = (FindingKind.WrappedAgain, WrapAgainAsync),
            ["a shipped policy edited"] = (FindingKind.PolicyChange, (run, _) => PolicyAsync(run, run.Environment.PolicyPrefix + "owner")),
            ["a caller's policy edited"] = (FindingKind.PolicyChange, EditCallersPolicyAsync),
            ["an identity's entity changed"] = (FindingKind.EntityChange, ChangeEntityAsync),
            ["an alias moved"] = (FindingKind.EntityChange, MoveAliasAsync),
            ["a token role edited"] = (FindingKind.RoleChange, (run, _) => run.Root.PostAsync("auth/token/roles/" + run.Environment.Names.TokenRole, new { renewable = false })),
            ["a secret-id made"] = (FindingKind.RoleChange, (run, _) => run.Root.PostAsync($"auth/{run.Environment.Names.AppRoleMount}/role/{run.Environment.Names.AppRoleName}/secret-id", new { })),
            ["a broker's token made by hand"] = (FindingKind.BrokerTokenMade, (run, _) => run.Root.PostAsync("auth/token/create", new { policies = new[] { run.Environment.Names.AppRoleName } })),
            ["a root token made"] = (FindingKind.RootToken, (run, _) => run.Root.PostAsync("auth/token/create", new { policies = new[] { "root" } })),
            ["the audited header removed"] = (FindingKind.AuditChange, RemoveHeaderAsync),
            ["another audit device"] = (FindingKind.AuditChange, AddDeviceAsync),
            ["a mount tuned"] = (FindingKind.MountChange, (run, _) => run.Root.PostAsync($"sys/mounts/{run.Environment.Names.KvMount}/tune", new { description = "x" })),
            ["the pepper rotated"] = (FindingKind.KeyChange, (run, _) => run.Root.PostAsync($"{run.Environment.Names.TransitMount}/keys/{run.Environment.Names.PepperKey}/rotate", new { })),
            ["a permission asked by nobody"] = (FindingKind.AskWithoutRecord, (run, holding) => run.Root.TryAsync(HttpMethod.Get, $"{run.Environment.Names.AskMount}/consume/{holding.Identity}", otherToken: run.Cast.Verifier.Token)),
        };

    public static TheoryData<string> Names => [.. All.Keys];

    private static string DocumentOf(AuditedRun run, Holding holding) => $"{run.Environment.Names.KvMount}/data/identities/bcb.{holding.Identity}";

    private static async Task ReadDirectlyAsync(AuditedRun run, Holding holding)
    {
        await run.Root.GetAsync(DocumentOf(run, holding));
        await run.Root.GetAsync(DocumentOf(run, holding));
    }

    private static async Task ForgeTraceAsync(AuditedRun run, Holding holding)
    {
        var record = await LastConsumeAsync(run, holding);
        await run.Root.TryAsync(HttpMethod.Get, DocumentOf(run, holding), headers: ("traceparent", TraceOf(record)));
    }

    private static async Task ForgeWithChildAsync(AuditedRun run, Holding holding)
    {
        var record = await LastConsumeAsync(run, holding);
        var made = await run.Root.PostAsync(
            "auth/token/create/" + run.Environment.Names.TokenRole,
            new { policies = new[] { run.Environment.Names.TokenRole }, entity_alias = "bcb." + holding.Identity, ttl = "60s", type = "batch", no_default_policy = true, meta = new { replica = "0", child = "1" } });
        var child = made.GetProperty("auth").GetProperty("client_token").GetString();
        await run.Root.TryAsync(HttpMethod.Get, DocumentOf(run, holding), otherToken: child, headers: ("traceparent", TraceOf(record)));
    }

    private static async Task StealAsync(AuditedRun run, Holding holding)
    {
        var thief = await run.Environment.HolderAsync("thief");
        using var owner = run.Broker.As(run.Cast.Owner);
        var issued = await owner.IssueAsync(holding.Identity);
        await run.Environment.UnwrapAsync(thief, issued);

        // The owner comes second, and says so: that belongs to the theft.
        await UnwrapAsync(run, issued, run.Cast.Owner);
        Assert.Equal(204, (await owner.InterceptedAsync(holding.Identity, issued.Json.GetProperty("generation").GetInt32(), "already opened")).Status);
    }

    private static async Task TakeAsync(AuditedRun run, Holding holding)
    {
        using var owner = run.Broker.As(run.Cast.Owner);
        await run.Environment.UnwrapAsync(run.Cast.Owner, await owner.IssueAsync(holding.Identity));
        run.GoesOnFor(TimeSpan.FromHours(1));
    }

    private static async Task StealNamelesslyAsync(AuditedRun run, Holding holding)
    {
        using var owner = run.Broker.As(run.Cast.Owner);
        var issued = await owner.IssueAsync(holding.Identity);
        await run.Root.TryAsync(HttpMethod.Post, "sys/wrapping/unwrap", otherToken: TokenOf(issued));
    }

    private static async Task UnwrapTwiceAsync(AuditedRun run, Holding holding)
    {
        using var owner = run.Broker.As(run.Cast.Owner);
        var issued = await owner.IssueAsync(holding.Identity);
        var payload = await run.Environment.UnwrapAsync(run.Cast.Owner, issued);
        Assert.Equal(204, (await owner.ActivateAsync(holding.Identity, payload.Generation, payload.Activation)).Status);
        await UnwrapAsync(run, issued, run.Cast.Verifier);
        await UnwrapAsync(run, issued, run.Cast.Verifier);
    }

    private static async Task RewrapAsync(AuditedRun run, Holding holding)
    {
        using var owner = run.Broker.As(run.Cast.Owner);
        var issued = await owner.IssueAsync(holding.Identity);
        var again = await run.Root.PostAsync("sys/wrapping/rewrap", new { token = TokenOf(issued) });
        var token = again.GetProperty("wrap_info").GetProperty("token").GetString();
        await run.Root.SendAsync(HttpMethod.Post, "sys/wrapping/unwrap", new { token }, run.Cast.Owner.Token);
    }

    private static async Task WrapAgainAsync(AuditedRun run, Holding holding)
    {
        using var owner = run.Broker.As(run.Cast.Owner);
        var issued = await owner.IssueAsync(holding.Identity);
        var opened = await run.Root.SendAsync(HttpMethod.Post, "sys/wrapping/unwrap", new { token = TokenOf(issued) });
        var (_, again) = await run.Root.TryAsync(HttpMethod.Post, "sys/wrapping/wrap", opened.GetProperty("data"), wrapTtl: "300s");
        var token = again.GetProperty("wrap_info").GetProperty("token").GetString();
        var payload = Payload.Of((await run.Root.SendAsync(HttpMethod.Post, "sys/wrapping/unwrap", new { token }, run.Cast.Owner.Token)).GetProperty("data"));
        Assert.Equal(204, (await owner.ActivateAsync(holding.Identity, payload.Generation, payload.Activation)).Status);
    }

    private static Task PolicyAsync(AuditedRun run, string name) =>
        run.Root.PostAsync("sys/policies/acl/" + name, new { policy = "path \"x\" { capabilities = [\"read\"] }" });

    // The policy is edited first, and only then does its holder ask: what it was for shows later.
    private static async Task EditCallersPolicyAsync(AuditedRun run, Holding holding)
    {
        var newcomer = await run.Environment.HolderAsync("newcomer", "status/" + holding.Identity);
        using var api = run.Broker.As(newcomer);
        Assert.Equal(200, (await api.StatusAsync(holding.Identity)).Status);
    }

    private static async Task ChangeEntityAsync(AuditedRun run, Holding holding)
    {
        var document = await AliasEntityAsync(run, holding);
        await run.Root.PostAsync("identity/entity/id/" + document, new { metadata = new { team = "other" } });
    }

    private static async Task MoveAliasAsync(AuditedRun run, Holding holding)
    {
        var entity = await AliasEntityAsync(run, holding);
        var alias = (await run.Root.GetAsync("identity/entity/id/" + entity)).GetProperty("data").GetProperty("aliases")[0];
        var other = (await run.Root.PostAsync("identity/entity", new { name = Guid.NewGuid().ToString() })).GetProperty("data").GetProperty("id").GetString();
        await run.Root.PostAsync("identity/entity-alias/id/" + alias.GetProperty("id").GetString(), new
        {
            name = "bcb." + holding.Identity,
            mount_accessor = alias.GetProperty("mount_accessor").GetString(),
            canonical_id = other,
        });
    }

    private static async Task<string> AliasEntityAsync(AuditedRun run, Holding holding) =>
        (await run.Root.PostAsync("identity/lookup/entity", new
        {
            alias_name = "bcb." + holding.Identity,
            alias_mount_accessor = (await run.Root.GetAsync("sys/auth")).GetProperty("token/").GetProperty("accessor").GetString(),
        })).GetProperty("data").GetProperty("id").GetString()!;

    private static async Task RemoveHeaderAsync(AuditedRun run, Holding holding)
    {
        await run.StopAsync();
        await run.Root.DeleteAsync("sys/config/auditing/request-headers/traceparent");
        run.Afterwards(() => run.Root.PostAsync("sys/config/auditing/request-headers/traceparent", new { hmac = false }));
    }

    private static async Task AddDeviceAsync(AuditedRun run, Holding holding)
    {
        var path = Path.Combine(run.Access.Folder, "other.log");
        await run.Root.SendAsync(HttpMethod.Put, "sys/audit/other", new { type = "file", options = new { file_path = path } });
        run.Afterwards(() => run.Root.DeleteAsync("sys/audit/other"));
    }

    private static async Task UnwrapAsync(AuditedRun run, ApiReply issued, Person by) =>
        await run.Root.TryAsync(HttpMethod.Post, "sys/wrapping/unwrap", new { token = TokenOf(issued) }, by.Token);

    private static string TokenOf(ApiReply issued) => issued.Json.GetProperty("wrapping").GetProperty("token").GetString()!;

    private static async Task<JsonElement> LastConsumeAsync(AuditedRun run, Holding holding)
    {
        JsonElement? record = null;
        await run.Broker.UntilAsync(() => Task.FromResult((record = run.Access.Read().LastOrDefault(
            r => r.Text("operation") == "consume" && r.Text("identity") == holding.Identity)) is { ValueKind: JsonValueKind.Object }));
        return record!.Value;
    }

    private static string TraceOf(JsonElement record) => $"00-{record.Text("trace_id")}-{record.Text("span_id")}-01";
}
