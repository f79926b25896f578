using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Policies;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.AppRole;

/// <summary><c>role/NAME/FIELD</c>: one field of a role, read, set, and set back to its default.</summary>
internal static class AppRoleFieldPaths
{
    public static Route[] Routes(AppRoleStore roles) =>
    [
        Field(roles, "role-id", FieldType.String, "role_id", role => role.RoleId, (role, fields) => role.RoleId = fields.Text("role_id"), reset: null),
        Field(roles, "local-secret-ids", FieldType.Bool, "local_secret_ids", role => role.LocalSecretIds, set: null, reset: null),
        Field(roles, "bind-secret-id", FieldType.Bool, "bind_secret_id", role => role.BindSecretId,
            (role, fields) => role.BindSecretId = fields.Flag("bind_secret_id"), role => role.BindSecretId = true),
        Field(roles, "policies", FieldType.CommaStrings, "token_policies", role => GoValue.Array(role.Token.Policies),
            (role, fields) => role.Token = role.Token with { Policies = PolicyNames.Sanitize(fields.Texts("token_policies"), addDefault: false) },
            role => role.Token = role.Token with { Policies = [] }, old: "policies"),
        Field(roles, "secret-id-bound-cidrs", FieldType.CommaStrings, "secret_id_bound_cidrs", role => ListOrNull(role.SecretIdBoundCidrs),
            (role, fields) => role.SecretIdBoundCidrs = fields.Texts("secret_id_bound_cidrs"), role => role.SecretIdBoundCidrs = [], optional: true),
        Field(roles, "token-bound-cidrs", FieldType.CommaStrings, "token_bound_cidrs", role => ListOrNull(role.Token.BoundCidrs),
            (role, fields) => role.Token = role.Token with { BoundCidrs = Cidr.Shown(fields.Texts("token_bound_cidrs")) },
            role => role.Token = role.Token with { BoundCidrs = [] }, optional: true),
        OldCidrList(roles),
        Field(roles, "secret-id-num-uses", FieldType.Int, "secret_id_num_uses", role => role.SecretIdNumUses,
            (role, fields) => role.SecretIdNumUses = fields.Number("secret_id_num_uses"), role => role.SecretIdNumUses = 0),
        Field(roles, "secret-id-ttl", FieldType.Duration, "secret_id_ttl", role => (long)role.SecretIdTtl.TotalSeconds,
            (role, fields) => role.SecretIdTtl = fields.Seconds("secret_id_ttl"), role => role.SecretIdTtl = TimeSpan.Zero),
        Field(roles, "period", FieldType.Duration, "token_period", role => (long)role.Token.Period.TotalSeconds,
            (role, fields) => role.Token = role.Token with { Period = fields.Seconds("token_period") },
            role => role.Token = role.Token with { Period = TimeSpan.Zero }, old: "period"),
        Field(roles, "token-num-uses", FieldType.Int, "token_num_uses", role => role.Token.NumUses,
            (role, fields) => role.Token = role.Token with { NumUses = fields.Number("token_num_uses") },
            role => role.Token = role.Token with { NumUses = 0 }),
        Field(roles, "token-ttl", FieldType.Duration, "token_ttl", role => (long)role.Token.Ttl.TotalSeconds,
            (role, fields) => role.Token = role.Token with { Ttl = fields.Seconds("token_ttl") },
            role => role.Token = role.Token with { Ttl = TimeSpan.Zero }),
        Field(roles, "token-max-ttl", FieldType.Duration, "token_max_ttl", role => (long)role.Token.MaxTtl.TotalSeconds,
            (role, fields) => role.Token = role.Token with { MaxTtl = fields.Seconds("token_max_ttl") },
            role => role.Token = role.Token with { MaxTtl = TimeSpan.Zero }),
    ];

    /// <summary>The name of old for the secret-ids' networks: setting it sets them, reading it tells to use the other.</summary>
    private static Route OldCidrList(AppRoleStore roles) => Route.At("role/{role_name}/bound-cidr-list").With(FieldType.CommaStrings, "bound_cidr_list")
        .On(Operation.Read, (_, fields) => roles.Find(fields.Text("role_name")) is null
            ? Result.None
            : new VaultResponse { Data = new JsonObject { ["bound_cidr_list"] = null } }.Warned(
                "The \"bound_cidr_list\" parameter is deprecated and will be removed. Please use \"secret_id_bound_cidrs\" instead."))
        .On(Operation.Update, (_, fields) => Change(roles, fields, Failure.UnsupportedPath, role =>
            role.SecretIdBoundCidrs = fields.Has("bound_cidr_list") ? fields.Texts("bound_cidr_list") : role.SecretIdBoundCidrs))
        .On(Operation.Delete, (_, _) => Result.None);

    private static Route Field(
        AppRoleStore roles, string path, FieldType type, string name, Func<AppRole, JsonNode?> read,
        Action<AppRole, FieldData>? set, Action<AppRole>? reset, string? old = null, bool optional = false)
    {
        Route route = Route.At($"role/{{role_name}}/{path}").With(type, name)
            .On(Operation.Read, (_, fields) => roles.Find(fields.Text("role_name")) is { } role
                ? Result.Data(View(role, name, read, old))
                : Result.None);
        if (old is not null)
        {
            route.With(type, old);
        }

        if (set is not null)
        {
            route.On(Operation.Update, (request, fields) => Set(roles, request, fields, new Setting(name, old, optional), set));
        }

        if (reset is not null)
        {
            route.On(Operation.Delete, (_, fields) => Change(roles, fields, ifAbsent: Result.None, role =>
            {
                reset(role);
                role.UsesOldPolicies &= old != "policies";
                role.UsesOldPeriod &= old != "period";
            }));
        }

        return route;
    }

    private static JsonArray? ListOrNull(List<string> list) => list.Count > 0 ? GoValue.Array(list) : null;

    private static JsonObject View(AppRole role, string name, Func<AppRole, JsonNode?> read, string? old)
    {
        var view = new JsonObject { [name] = read(role) };
        if ((old == "policies" && role.UsesOldPolicies) || (old == "period" && role.UsesOldPeriod))
        {
            view[old] = read(role);
        }

        return view;
    }

    private static Result Set(AppRoleStore roles, VaultRequest request, FieldData fields, Setting setting, Action<AppRole, FieldData> set)
    {
        (string name, string? old, bool optional) = setting;
        if (roles.Find(fields.Text("role_name")) is null)
        {
            return Failure.UnsupportedPath;
        }

        bool usesOld = old is not null && !fields.Has(name) && fields.Has(old);
        if (!fields.Has(name) && !usesOld && !optional)
        {
            return Result.Error($"missing {(old == "period" ? old : name)}");
        }

        if (!fields.Has(name) && !usesOld)
        {
            return Result.None;
        }

        if (usesOld)
        {
            request.Data![name] = fields.Raw(old!)?.DeepClone();
        }

        return Change(roles, fields, Failure.UnsupportedPath, role =>
        {
            set(role, fields);
            role.UsesOldPolicies = old == "policies" ? fields.Has(old) : role.UsesOldPolicies;
            role.UsesOldPeriod = old == "period" ? fields.Has(old) : role.UsesOldPeriod;
        });
    }

    private static Result Change(AppRoleStore roles, FieldData fields, Result ifAbsent, Action<AppRole> change)
    {
        if (roles.Find(fields.Text("role_name"))?.Copy() is not { } role)
        {
            return ifAbsent;
        }

        change(role);
        if (Refusal(role) is { } refusal)
        {
            return Result.Error(refusal);
        }

        return roles.Save(role) is { } fault ? Result.Fault(fault) : Result.None;
    }

    private static string? Refusal(AppRole role) =>
        role.RoleId.Length == 0 ? "missing role_id"
        : role.SecretIdNumUses < 0 ? "secret_id_num_uses cannot be negative"
        : role.Token.NumUses < 0 ? "token_num_uses cannot be negative"
        : role.Token.MaxTtl > TimeSpan.Zero && role.Token.Ttl > role.Token.MaxTtl ? "token_ttl should not be greater than token_max_ttl"
        : !role.SecretIdBoundCidrs.Concat(role.Token.BoundCidrs).All(Cidr.IsValid) ? "failed to validate CIDR blocks"
        : null;

    private sealed record Setting(string Name, string? Old, bool Optional);
}
