using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary>What mounting a secrets engine and enabling an auth method have in common: the nested <c>config</c>.</summary>
internal static class MountInput
{
    private static readonly string[] Lists =
        ["audit_non_hmac_request_keys", "audit_non_hmac_response_keys", "passthrough_request_headers", "allowed_response_headers"];

    public static Route WithFields(Route route) => route
        .With(FieldType.String, "type", "description", "plugin_name")
        .With(FieldType.Map, "config")
        .With(FieldType.Bool, "local", "seal_wrap", "external_entropy_access")
        .With(FieldType.KeyValuePairs, "options");

    /// <summary>With exactly one closing slash.</summary>
    public static string Path(FieldData fields) => fields.Text("path").Trim('/') + "/";

    /// <summary>Reads <c>config</c> into a mount's; the text is why it cannot be.</summary>
    public static string? Configure(MountConfig config, JsonObject? input, bool auth)
    {
        if (input is not { Count: > 0 })
        {
            return null;
        }

        if (!IsText(input, "default_lease_ttl") || !IsText(input, "max_lease_ttl") || !Array.TrueForAll(Lists, name => input[name] is null or JsonArray))
        {
            return auth ? "unable to convert given auth config information" : "unable to convert given mount config information";
        }

        if (Lease(input, "default_lease_ttl", "default", out TimeSpan byDefault) is { } defaultError)
        {
            return defaultError;
        }

        if (Lease(input, "max_lease_ttl", "max", out TimeSpan max) is { } maxError)
        {
            return maxError;
        }

        (config.DefaultLeaseTtl, config.MaxLeaseTtl) = (byDefault, max);
        if (max != TimeSpan.Zero && byDefault > max)
        {
            return "given default lease TTL greater than given max lease TTL";
        }

        if (max == TimeSpan.Zero && byDefault > Ttl.SystemMax)
        {
            return $"given default lease TTL greater than system max lease TTL of {(long)Ttl.SystemMax.TotalSeconds}";
        }

        return Rest(config, input, auth);
    }

    private static string? Rest(MountConfig config, JsonObject input, bool auth)
    {
        if (auth && input["token_type"] is { } type)
        {
            string text = GoValue.Print(type);
            if (text is not ("" or "default-service" or "default-batch" or "service" or "batch"))
            {
                return "invalid value for 'token_type'";
            }

            config.TokenType = text.Length > 0 ? text : config.TokenType;
        }

        string visibility = input["listing_visibility"] is { } asked ? GoValue.Print(asked) : "";
        if (visibility is not ("" or "unauth" or "hidden"))
        {
            return $"invalid listing_visibility {visibility}";
        }

        config.ListingVisibility = visibility;
        config.ForceNoCache = input["force_no_cache"] is JsonValue force && force.GetValueKind() == JsonValueKind.True;
        config.AuditNonHmacRequestKeys = Texts(input, "audit_non_hmac_request_keys");
        config.AuditNonHmacResponseKeys = Texts(input, "audit_non_hmac_response_keys");
        config.PassthroughRequestHeaders = Texts(input, "passthrough_request_headers");
        config.AllowedResponseHeaders = Texts(input, "allowed_response_headers");
        return null;
    }

    private static bool IsText(JsonObject input, string name) =>
        input[name] is null || (input[name] is JsonValue value && value.GetValueKind() is (JsonValueKind.String or JsonValueKind.Number));

    private static string? Lease(JsonObject input, string name, string what, out TimeSpan span)
    {
        span = TimeSpan.Zero;
        string text = input[name] is JsonValue value ? GoValue.Text(value) : "";
        if (text is "" or "system")
        {
            return null;
        }

        span = GoDuration.Parse(text, out string? error);
        return error is null ? null : $"unable to parse {what} TTL of {text}: {error}";
    }

    private static List<string>? Texts(JsonObject input, string name) =>
        input[name] is { } list ? WeakDecode.Convert(list, FieldType.CommaStrings, out _) as List<string> : null;
}
