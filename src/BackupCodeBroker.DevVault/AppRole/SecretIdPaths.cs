using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.AppRole;

/// <summary>Secret-ids: made by the server or chosen, looked up and destroyed by themselves or by accessor.</summary>
internal sealed class SecretIdPaths(AppRoleStore roles, Clock clock)
{
    public static Route[] Routes(AppRoleStore roles, Clock clock)
    {
        var paths = new SecretIdPaths(roles, clock);
        return
        [
            Creating(Route.At("role/{role_name}/secret-id/?"))
                .On(Operation.Update, (_, fields) => paths.Create(fields, Secrets.Uuid()))
                .On(Operation.List, (_, fields) => paths.List(fields.Text("role_name"))),
            Route.At("role/{role_name}/secret-id/lookup/?").With(FieldType.String, "secret_id")
                .On(Operation.Update, (_, fields) => paths.BySecretId(fields, (_, secret) => Result.Data(secret.View()))),
            Route.At("role/{role_name}/secret-id/destroy/?").With(FieldType.String, "secret_id")
                .On(Operation.Update, (_, fields) => paths.BySecretId(fields, Destroy))
                .On(Operation.Delete, (_, fields) => paths.BySecretId(fields, Destroy)),
            Route.At("role/{role_name}/secret-id-accessor/lookup/?").With(FieldType.String, "secret_id_accessor")
                .On(Operation.Update, (_, fields) => paths.ByAccessor(fields, (_, secret) => Result.Data(secret.View()))),
            Route.At("role/{role_name}/secret-id-accessor/destroy/?").With(FieldType.String, "secret_id_accessor")
                .On(Operation.Update, (_, fields) => paths.ByAccessor(fields, Destroy))
                .On(Operation.Delete, (_, fields) => paths.ByAccessor(fields, Destroy)),
            Creating(Route.At("role/{role_name}/custom-secret-id")).With(FieldType.String, "secret_id")
                .On(Operation.Update, (_, fields) => paths.Create(fields, fields.Text("secret_id"))),
        ];
    }

    private static Route Creating(Route route) =>
        route.With(FieldType.String, "metadata").With(FieldType.CommaStrings, "cidr_list", "token_bound_cidrs");

    private Result Create(FieldData fields, string value)
    {
        if (value.Length == 0)
        {
            return Result.Error("missing secret_id");
        }

        string name = fields.Text("role_name");
        if (roles.Find(name) is not { } role)
        {
            return Result.Error($"role {GoValue.Quote(name)} does not exist", Failure.UnsupportedPath);
        }

        if (!role.BindSecretId)
        {
            return Result.Error("bind_secret_id is not set on the role");
        }

        if (Cidr.NetworkError(fields.Texts("cidr_list")) is { } cidrError)
        {
            return Result.Fault($"failed to validate CIDR blocks: {cidrError}");
        }

        if (Cidr.NetworkError(fields.Texts("token_bound_cidrs")) is { } tokenCidrError)
        {
            return Result.Fault($"failed to validate token CIDR blocks: {tokenCidrError}");
        }

        if (ParseMetadata(fields.Text("metadata"), out string? error) is not { } metadata)
        {
            return Result.Error($"failed to parse metadata: {error}");
        }

        Instant now = clock.Now();
        if (role.Find(value, now) is not null)
        {
            return Result.Fault("failed to store secret_id: SecretID is already registered");
        }

        TimeSpan ttl = role.SecretIdTtl > Ttl.SystemMax ? Ttl.SystemMax : role.SecretIdTtl;
        var secret = new SecretId
        {
            Value = value,
            NumUses = role.SecretIdNumUses,
            Ttl = role.SecretIdTtl,
            Created = now,
            Updated = now,
            Expires = ttl > TimeSpan.Zero ? now + ttl : null,
            Metadata = metadata,
            Cidrs = fields.Texts("cidr_list"),
            TokenBoundCidrs = fields.Texts("token_bound_cidrs"),
        };
        role.SecretIds[value] = secret;
        return Result.Data(new JsonObject
        {
            ["secret_id"] = value,
            ["secret_id_accessor"] = secret.Accessor,
            ["secret_id_ttl"] = (long)ttl.TotalSeconds,
        });
    }

    private Result List(string name)
    {
        Instant now = clock.Now();
        return roles.Find(name) is { } role
            ? Result.List(role.SecretIds.Values.Where(secret => !(secret.Expires <= now)).Select(secret => secret.Accessor))
            : Result.Error($"role {GoValue.Quote(name)} does not exist");
    }

    private Result BySecretId(FieldData fields, Func<AppRole, SecretId, Result> then)
    {
        string value = fields.Text("secret_id");
        if (value.Length == 0)
        {
            return Result.Error("missing secret_id");
        }

        return roles.Find(fields.Text("role_name")) is not { } role ? NoRole(fields)
            : role.Find(value, clock.Now()) is { } secret ? then(role, secret)
            : Result.None;
    }

    private Result ByAccessor(FieldData fields, Func<AppRole, SecretId, Result> then)
    {
        string accessor = fields.Text("secret_id_accessor");
        if (accessor.Length == 0)
        {
            return Result.Error("missing secret_id_accessor");
        }

        return roles.Find(fields.Text("role_name")) is not { } role ? NoRole(fields)
            : role.FindByAccessor(accessor, clock.Now()) is { } secret ? then(role, secret)
            : Result.Fault($"failed to find accessor entry for secret_id_accessor: {GoValue.Quote(accessor)}");
    }

    private static Result NoRole(FieldData fields) => Result.Fault($"role {GoValue.Quote(fields.Text("role_name"))} does not exist");

    private static Result Destroy(AppRole role, SecretId secret)
    {
        role.SecretIds.Remove(secret.Value);
        return Result.None;
    }

    /// <summary>Metadata is a text: a JSON object of strings, or <c>key=value</c> pairs with commas.</summary>
    private static SortedDictionary<string, string>? ParseMetadata(string text, out string? error)
    {
        error = null;
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (text.Length == 0)
        {
            return metadata;
        }

        try
        {
            if (JsonNode.Parse(text) is JsonObject map && map.All(pair => pair.Value?.GetValueKind() == JsonValueKind.String))
            {
                return new(map.ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>(), StringComparer.Ordinal), StringComparer.Ordinal);
            }
        }
        catch (JsonException)
        {
            // Not JSON: pairs, then.
        }

        foreach (string pair in text.Split(','))
        {
            string[] parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || parts[0].Length == 0)
            {
                error = "failed to parse the input: invalid <key,value> format";
                return null;
            }

            metadata[parts[0]] = parts[1];
        }

        return metadata;
    }
}
