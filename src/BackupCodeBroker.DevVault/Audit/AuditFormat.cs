using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Wrapping;

namespace BackupCodeBroker.DevVault.Audit;

/// <summary>
/// One line of Vault's JSON audit log. String values are hashed, and so are a request's numbers; keys, booleans, other numbers, paths, policies and token metadata stand
/// in clear; what is empty is left out.
/// </summary>
internal static class AuditFormat
{
    public static JsonObject Line(AuditEvent entry, AuditDevice device, JsonObject? headers, Instant now, bool response)
    {
        var line = new JsonObject
        {
            ["time"] = now.ToString(),
            ["type"] = response ? "response" : "request",
            ["auth"] = Auth(entry, device),
            ["request"] = Request(entry.Request, device, headers),
        };
        if (response)
        {
            line["response"] = Response(entry, device);
        }

        AddText(line, "error", entry.Error);
        return line;
    }

    /// <summary>What a new device is tried with.</summary>
    public static JsonObject Probe(Instant now) => new()
    {
        ["time"] = now.ToString(),
        ["type"] = "request",
        ["auth"] = new JsonObject { ["token_type"] = "default" },
        ["request"] = new JsonObject
        {
            ["id"] = Guid.NewGuid().ToString("D"),
            ["operation"] = "update",
            ["namespace"] = new JsonObject { ["id"] = "root" },
            ["path"] = "sys/audit/test",
        },
    };

    private static JsonObject Auth(AuditEvent entry, AuditDevice device)
    {
        JsonObject auth = Auth(entry.Auth ?? new AuthBlock(), device, entry.TokenType, (long)entry.TokenTtl.TotalSeconds);
        if (entry.Request.RemainingUses != 0)
        {
            auth["remaining_uses"] = entry.Request.RemainingUses;
        }

        auth.Remove("num_uses");
        if (entry.TokenCreation > 0)
        {
            auth["token_issue_time"] = Instant.FromUnixSeconds(entry.TokenCreation).ToSecondsString();
        }

        return auth;
    }

    private static JsonObject Auth(AuthBlock auth, AuditDevice device, string tokenType, long ttl)
    {
        var json = new JsonObject();
        AddText(json, "client_token", Filled(auth.ClientToken, device));
        AddText(json, "accessor", Accessor(auth.Accessor, device));
        AddText(json, "display_name", auth.DisplayName);
        AddTexts(json, "policies", auth.Policies);
        AddTexts(json, "token_policies", auth.TokenPolicies);
        AddTexts(json, "identity_policies", auth.IdentityPolicies);
        if (auth.Metadata is { Count: > 0 } metadata)
        {
            json["metadata"] = GoValue.Map(metadata);
        }

        if (auth.NumUses != 0)
        {
            json["num_uses"] = auth.NumUses;
        }

        AddText(json, "entity_id", auth.EntityId);
        json["token_type"] = tokenType;
        if (ttl > 0)
        {
            json["token_ttl"] = ttl;
        }

        return json;
    }

    private static JsonObject Request(VaultRequest request, AuditDevice device, JsonObject? headers)
    {
        var json = new JsonObject { ["id"] = request.Id };
        AddText(json, "operation", request.Operation == Operation.None ? null : request.Operation.ToString().ToLowerInvariant());
        AddText(json, "mount_type", request.Mount?.Type);
        AddText(json, "client_token", Filled(request.ClientToken, device));
        AddText(json, "client_token_accessor", Accessor(request.ClientTokenAccessor, device));
        json["namespace"] = new JsonObject { ["id"] = "root" };
        AddText(json, "path", request.Path);
        if (request.Data is { Count: > 0 } data)
        {
            json["data"] = Hashed(data, device, numbers: true, request.Mount?.Config.AuditNonHmacRequestKeys);
        }

        AddText(json, "remote_address", request.RemoteAddress);
        if (request.WrapTtl is { } ttl && ttl.TotalSeconds >= 1)
        {
            json["wrap_ttl"] = (long)ttl.TotalSeconds;
        }

        if (headers is not null)
        {
            json["headers"] = headers;
        }

        return json;
    }

    private static JsonObject Response(AuditEvent entry, AuditDevice device)
    {
        var json = new JsonObject();
        AddText(json, "mount_type", entry.Request.Mount?.Type);
        if (entry.Response is not { } response)
        {
            return json;
        }

        if (response.Auth is { } auth)
        {
            json["auth"] = Auth(auth, device, auth.Type == Tokens.TokenType.Batch ? "batch" : "service", auth.LeaseSeconds);
        }

        if (response.LeaseSeconds is not null)
        {
            json["secret"] = new JsonObject();
        }

        if (DataOf(response) is { Count: > 0 } data)
        {
            json["data"] = Hashed(data, device, KeepsNumbersAsText(entry), entry.Request.Mount?.Config.AuditNonHmacResponseKeys);
        }

        if (response.Warnings is { Count: > 0 } warnings)
        {
            json["warnings"] = GoValue.Array(warnings);
        }

        if (response.Wrap is { } wrap)
        {
            json["wrap_info"] = Wrap(wrap, device);
        }

        return json;
    }

    /// <summary>A whole body with a status of its own is logged as the raw response that it is; an unwrapped one as what it holds.</summary>
    private static JsonObject? DataOf(VaultResponse response)
    {
        if (response.Error is { } error)
        {
            return new JsonObject { ["error"] = error };
        }

        if (response.RawBody is { } body && JsonNode.Parse(body) is JsonObject unwrapped)
        {
            return unwrapped["data"]?.DeepClone() as JsonObject;
        }

        return response.Status == 200
            ? response.Data
            : new JsonObject
            {
                ["http_content_type"] = "application/json",
                ["http_raw_body"] = (response.Data ?? []).ToJsonString(),
                ["http_status_code"] = response.Status,
            };
    }

    private static JsonObject Wrap(WrapInfo wrap, AuditDevice device)
    {
        var json = new JsonObject
        {
            ["ttl"] = (long)wrap.Ttl.TotalSeconds,
            ["token"] = Secret(wrap.Token, device),
            ["accessor"] = Accessor(wrap.Accessor, device),
            ["creation_time"] = wrap.CreationTime.ToString(),
            ["creation_path"] = wrap.CreationPath,
        };
        AddText(json, "wrapped_accessor", Accessor(wrap.WrappedAccessor, device));
        return json;
    }

    /// <summary>Numbers that an engine hands on as they were written are texts to Vault, and hashed; those that it made are not.</summary>
    private static bool KeepsNumbersAsText(AuditEvent entry) =>
        entry.Response!.RawBody is not null || entry.Response.LeaseSeconds is not null || entry.Request.Mount?.Type == "cubbyhole";

    private static JsonObject Hashed(JsonObject data, AuditDevice device, bool numbers, List<string>? inClear)
    {
        var hashed = new JsonObject();
        foreach ((string key, JsonNode? value) in data)
        {
            hashed[key] = inClear?.Contains(key) == true ? value?.DeepClone() : Hashed(value, device, numbers);
        }

        return hashed;
    }

    private static JsonNode? Hashed(JsonNode? node, AuditDevice device, bool numbers) => node switch
    {
        JsonObject map => Hashed(map, device, numbers, inClear: null),
        JsonArray array => new JsonArray([.. array.Select(item => Hashed(item, device, numbers))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Secret(value.GetValue<string>(), device),
        JsonValue value when numbers && value.GetValueKind() == JsonValueKind.Number => Secret(GoValue.Text(value), device),
        null => null,
        _ => node.DeepClone(),
    };

    private static string Secret(string text, AuditDevice device) => device.IsRaw ? text : device.Hash(text);

    private static string Filled(string text, AuditDevice device) => text.Length == 0 ? "" : Secret(text, device);

    private static string Accessor(string text, AuditDevice device) => device.HashesAccessors ? Filled(text, device) : text;

    private static void AddText(JsonObject json, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            json[name] = text;
        }
    }

    private static void AddTexts(JsonObject json, string name, List<string> texts)
    {
        if (texts.Count > 0)
        {
            json[name] = GoValue.Array(texts);
        }
    }
}
