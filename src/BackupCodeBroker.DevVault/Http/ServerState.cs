using System.Globalization;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace BackupCodeBroker.DevVault.Http;

/// <summary>What the server says of itself: health, seal, leader. None of it needs a token but sealing, and none of it is audited but that.</summary>
internal sealed class ServerState(VaultCore core)
{
    public const string Version = "1.8.0-dev";

    public Func<HttpContext, string, Task>? Find(string path) => path switch
    {
        "sys/health" => HealthAsync,
        "sys/seal-status" => SealStatusAsync,
        "sys/init" => InitAsync,
        "sys/leader" => LeaderAsync,
        "sys/seal" => SealAsync,
        "sys/unseal" => UnsealAsync,
        _ => null,
    };

    private static Task NotAllowedAsync(HttpContext context) => Answers.ErrorAsync(context, StatusCodes.Status405MethodNotAllowed, null);

    private Task HealthAsync(HttpContext context, string query)
    {
        if (context.Request.Method is not ("GET" or "HEAD"))
        {
            return NotAllowedAsync(context);
        }

        Dictionary<string, StringValues> values = QueryHelpers.ParseQuery(query);
        bool isSealed = core.Seal.IsSealed;
        int? status = Code(values, isSealed ? "sealedcode" : "activecode", isSealed ? 503 : 200);
        string[] others = ["uninitcode", "sealedcode", "standbycode", "activecode", "drsecondarycode", "performancestandbycode"];
        if (status is not { } code || Array.Exists(others, name => Code(values, name, 0) is null))
        {
            return Answers.ErrorAsync(context, StatusCodes.Status400BadRequest, null);
        }

        var health = new JsonObject
        {
            ["initialized"] = true,
            ["sealed"] = isSealed,
            ["standby"] = isSealed,
            ["performance_standby"] = false,
            ["replication_performance_mode"] = isSealed ? "unknown" : "disabled",
            ["replication_dr_mode"] = isSealed ? "unknown" : "disabled",
            ["server_time_utc"] = core.Clock.Now().UnixSeconds,
            ["version"] = Version,
        };
        AddCluster(health, isSealed);
        return Answers.ObjectAsync(context, code, health);
    }

    private static int? Code(Dictionary<string, StringValues> values, string name, int otherwise) =>
        !values.TryGetValue(name, out StringValues text) ? otherwise
        : int.TryParse(text[0], NumberStyles.None, CultureInfo.InvariantCulture, out int code) && code is >= 100 and <= 999 ? code
        : null;

    private Task SealStatusAsync(HttpContext context, string query) =>
        context.Request.Method == "GET" ? Answers.ObjectAsync(context, 200, Status()) : NotAllowedAsync(context);

    private JsonObject Status()
    {
        bool isSealed = core.Seal.IsSealed;
        var status = new JsonObject
        {
            ["type"] = "shamir",
            ["initialized"] = true,
            ["sealed"] = isSealed,
            ["t"] = 1,
            ["n"] = 1,
            ["progress"] = 0,
            ["nonce"] = "",
            ["version"] = Version,
            ["migration"] = false,
            ["recovery_seal"] = false,
            ["storage_type"] = "inmem",
        };
        AddCluster(status, isSealed);
        return status;
    }

    private void AddCluster(JsonObject body, bool isSealed)
    {
        if (!isSealed)
        {
            body["cluster_name"] = core.Seal.ClusterName;
            body["cluster_id"] = core.Seal.ClusterId;
        }
    }

    private static Task InitAsync(HttpContext context, string query) => context.Request.Method switch
    {
        "GET" => Answers.ObjectAsync(context, 200, new JsonObject { ["initialized"] = true }),
        "PUT" or "POST" => Answers.ErrorAsync(context, StatusCodes.Status400BadRequest, "Vault is already initialized"),
        _ => NotAllowedAsync(context),
    };

    private static Task LeaderAsync(HttpContext context, string query) => context.Request.Method != "GET"
        ? NotAllowedAsync(context)
        : Answers.ObjectAsync(context, 200, new JsonObject
        {
            ["ha_enabled"] = false,
            ["is_self"] = false,
            ["active_time"] = "0001-01-01T00:00:00Z",
            ["leader_address"] = "",
            ["leader_cluster_address"] = "",
            ["performance_standby"] = false,
            ["performance_standby_last_remote_wal"] = 0,
        });

    /// <summary>Sealing needs <c>sudo</c> and <c>update</c> at <c>sys/seal</c>.</summary>
    private async Task SealAsync(HttpContext context, string query)
    {
        (VaultRequest? request, Unreadable? problem) = await RequestReader.ReadAsync(context, "sys/seal", query);
        if (problem is not null)
        {
            await Answers.ErrorAsync(context, problem.Status, problem.Text);
            return;
        }

        if (request!.Operation != Operation.Update)
        {
            await NotAllowedAsync(context);
            return;
        }

        (int Status, string? Text) outcome = Seal(request);
        if (outcome.Status == 204)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await Answers.ErrorAsync(context, outcome.Status, outcome.Text);
    }

    private (int Status, string? Text) Seal(VaultRequest request)
    {
        lock (core.Gate)
        {
            Instant now = core.Clock.Now();
            core.Tokens.RevokeExpired(now);
            if (core.Seal.IsSealed)
            {
                return (204, null);
            }

            request.Mount = core.Mounts.Find(request.Path, out _);
            request.Token = core.Tokens.Lookup(request.ClientToken, now);
            request.ClientTokenAccessor = request.Token?.Accessor ?? "";
            if (core.Access.Admit(request, out Failure? refusal) is not { } token)
            {
                return (refusal!.Kind == FailureKind.PermissionDenied ? 403 : 500, refusal.Message);
            }

            TokenStore.Use(token);
            var exchange = new Exchange(request);
            exchange.Describe(token, core.Access.IdentityPolicies(token.EntityId));
            if (!core.Audit.LogRequest(exchange.Event(default)))
            {
                return (500, "failed to audit request, cannot continue");
            }

            if (!core.Access.Allows(request, token, needsSudo: true))
            {
                return (403, Failure.PermissionDenied.Listed().Message);
            }

            core.Seal.Close();
            return (204, null);
        }
    }

    private async Task UnsealAsync(HttpContext context, string query)
    {
        if (context.Request.Method is not ("PUT" or "POST"))
        {
            await NotAllowedAsync(context);
            return;
        }

        if (await RequestReader.BodyAsync(context) is not { } body || !JsonReading.TryReadObject(body, out JsonObject? data))
        {
            await Answers.ErrorAsync(context, StatusCodes.Status400BadRequest, "failed to parse JSON input: unexpected EOF");
            return;
        }

        if (Unseal(data) is { } error)
        {
            await Answers.ErrorAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }

        await Answers.ObjectAsync(context, 200, Status());
    }

    private string? Unseal(JsonObject? data)
    {
        lock (core.Gate)
        {
            if (data?["reset"] is JsonValue reset && reset.TryGetValue(out bool asked) && asked)
            {
                return core.Seal.IsSealed ? null : "vault is unsealed";
            }

            return core.Seal.Open(data?["key"] is JsonValue key ? GoValue.Text(key) : "");
        }
    }
}
