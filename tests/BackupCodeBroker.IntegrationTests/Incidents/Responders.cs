using System.Text.Json;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;

namespace BackupCodeBroker.IntegrationTests.Incidents;

/// <summary>What incident responders do, as calls.</summary>
internal static class Responders
{
    /// <summary>Somebody with the shipped policy: lockdowns of everything, issuing in them, status.</summary>
    public static Task<Person> ResponderAsync(this BrokerEnvironment environment) => environment.PersonAsync("responder", "incident-responder");

    /// <summary>Somebody who may lock down what begins with a prefix, and nothing else.</summary>
    public static Task<Person> ResponderForAsync(this BrokerEnvironment environment, string prefix) =>
        environment.HolderAsync("team-responder", $"lockdown/{prefix}*");

    public static Task<ApiReply> DeclareAsync(this ApiClient api, object scope, string mode = "void", int? expect = null, bool dryRun = false, string? key = null, string reason = "test")
    {
        var body = new Dictionary<string, object> { ["scope"] = scope, ["mode"] = mode, ["reason"] = reason };
        if (expect is { } number)
        {
            body["expect"] = number;
        }

        if (dryRun)
        {
            body["dry_run"] = true;
        }

        return api.SendAsync(HttpMethod.Post, "/v1/lockdowns", body, key is null ? [] : [("Idempotency-Key", key)]);
    }

    public static Task<ApiReply> LockdownAsync(this ApiClient api, string id) => api.SendAsync(HttpMethod.Get, "/v1/lockdowns/" + id);

    public static Task<ApiReply> LiftAsync(this ApiClient api, string id, string reason = "over") =>
        api.SendAsync(HttpMethod.Post, $"/v1/lockdowns/{id}/lift", new { reason });

    /// <summary>Names of an array of an answer.</summary>
    public static string[] Names(this JsonElement json, string member) => [.. json.GetProperty(member).EnumerateArray().Select(n => n.GetString()!)];

    /// <summary>A lockdown's story as it lies in Vault; null where there is none.</summary>
    public static async Task<LockdownStory?> StoryAsync(this BrokerEnvironment environment, string id)
    {
        var (status, json) = await environment.Root.TryAsync(HttpMethod.Get, $"{environment.Names.KvMount}/data/broker/lockdowns/{id}");
        return status == 200 && DocumentJson.TryReadStory(JsonSerializer.SerializeToUtf8Bytes(json.GetProperty("data").GetProperty("data")), id, out var story, out _)
            ? story
            : null;
    }

    /// <summary>A prefix that nothing else uses.</summary>
    public static string NewTeam() => BrokerEnvironment.NewIdentity("team-a") + ".";

    /// <summary>An identity with codes whose name begins so.</summary>
    public static async Task<Holding> HoldingAsync(this BrokerEnvironment environment, RunningBroker broker, Cast cast, string team, string name)
    {
        await broker.RegisterAsync(cast.Team, team + name, cast.Owner);
        return new Holding(team + name, await environment.ClaimAsync(broker, cast.Owner, team + name));
    }

    /// <summary>As many lockdowns as there can be, but for some, as an administrator writes them; about names that nothing has.</summary>
    public static Task FillAsync(this BrokerEnvironment environment, int leave = 0) => environment.ChangeStateAsync((state, version) => state with
    {
        Lockdowns =
        [
            .. state.Lockdowns,
            .. Enumerable.Range(0, BrokerState.MaxLockdowns - leave - state.Lockdowns.Count).Select(i => new Lockdown
            {
                Id = $"20270131120000-{i:x12}",
                Mode = "freeze",
                Version = version,
                Scope = new LockdownScope { Identities = "x" + i },
                Reason = "r",
                DeclaredAt = DateTimeOffset.UtcNow,
                DeclaredBy = Actor.Worker,
            }),
        ],
    });
}
