using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.AppRole;

/// <summary><c>role/NAME</c>: the role as a whole.</summary>
internal static class AppRolePaths
{
    public static Route[] Routes(AppRoleStore roles) =>
    [
        Route.At("role/?").On(Operation.List, (_, _) => Result.List(roles.Names)),
        TokenParameters.With(Route.At("role/{role_name}"))
            .WithDefault(FieldType.Bool, "bind_secret_id", true)
            .With(FieldType.CommaStrings, "bound_cidr_list", "secret_id_bound_cidrs", "policies")
            .With(FieldType.Int, "secret_id_num_uses")
            .With(FieldType.Duration, "secret_id_ttl", "period")
            .With(FieldType.String, "role_id")
            .With(FieldType.Bool, "local_secret_ids")
            .OnWrite((request, fields) => Write(roles, request, fields))
            .On(Operation.Read, (_, fields) => Read(roles.Find(fields.Text("role_name"))))
            .On(Operation.Delete, (_, fields) =>
            {
                roles.Remove(fields.Text("role_name"));
                return Result.None;
            })
            .OnExistence((fields, _) => roles.Find(fields.Text("role_name")) is not null),
    ];

    private static Result Write(AppRoleStore roles, VaultRequest request, FieldData fields)
    {
        string name = fields.Text("role_name").ToLowerInvariant();
        bool isNew = request.Operation == Operation.Create;
        AppRole role = roles.Find(name)?.Copy() ?? new AppRole { Name = name, RoleId = Secrets.Uuid() };
        role.Token = role.Token.Changed(fields, out string? error);
        if (error is not null)
        {
            return Result.Invalid(error);
        }

        if (fields.Has("local_secret_ids") && !isNew)
        {
            return Result.Error("local_secret_ids can only be modified during role creation");
        }

        string cidrField = fields.Has("secret_id_bound_cidrs") ? "secret_id_bound_cidrs" : "bound_cidr_list";
        role.SecretIdBoundCidrs = fields.Has(cidrField) ? fields.Texts(cidrField) : role.SecretIdBoundCidrs;
        if (Cidr.NetworkError(role.SecretIdBoundCidrs) is { } network)
        {
            return Result.Fault($"failed to validate CIDR blocks: {network}");
        }

        if (Apply(role, fields) is { } refusal)
        {
            return Result.Error(refusal);
        }

        if (roles.Save(role) is { } fault)
        {
            return Result.Fault(fault);
        }

        return role.Token.MaxTtl > Ttl.SystemMax
            ? new VaultResponse().Warned("token_max_ttl is greater than the backend mount's maximum TTL value; issued tokens' max TTL value will be truncated")
            : Result.None;
    }

    private static string? Apply(AppRole role, FieldData fields)
    {
        role.LocalSecretIds = fields.Has("local_secret_ids") ? fields.Flag("local_secret_ids") : role.LocalSecretIds;
        role.RoleId = fields.Has("role_id") ? fields.Text("role_id") : role.RoleId;
        if (role.RoleId.Length == 0)
        {
            return "invalid role_id supplied, or failed to generate a role_id";
        }

        role.BindSecretId = fields.Has("bind_secret_id") ? fields.Flag("bind_secret_id") : role.BindSecretId;
        role.SecretIdNumUses = fields.Has("secret_id_num_uses") ? fields.Number("secret_id_num_uses") : role.SecretIdNumUses;
        if (role.SecretIdNumUses < 0)
        {
            return "secret_id_num_uses cannot be negative";
        }

        role.SecretIdTtl = fields.Has("secret_id_ttl") ? fields.Seconds("secret_id_ttl") : role.SecretIdTtl;
        ApplyOldNames(role, fields);
        return role.UsesOldPeriod && role.Token.Period > Ttl.SystemMax
            ? $"period of {GoValue.Quote(GoDuration.Print(role.Token.Period))} is greater than the backend's maximum lease TTL of {GoValue.Quote(GoDuration.Print(Ttl.SystemMax))}"
            : null;
    }

    private static void ApplyOldNames(AppRole role, FieldData fields)
    {
        if (fields.Has("token_policies"))
        {
            role.UsesOldPolicies = fields.Has("policies");
        }
        else if (fields.Has("policies"))
        {
            role.Token = role.Token with { Policies = fields.Texts("policies") };
            role.UsesOldPolicies = true;
        }

        if (fields.Has("token_period"))
        {
            role.UsesOldPeriod = fields.Has("period");
        }
        else if (fields.Has("period"))
        {
            role.Token = role.Token with { Period = fields.Seconds("period") };
            role.UsesOldPeriod = true;
        }
    }

    private static Result Read(AppRole? role)
    {
        if (role is null)
        {
            return Result.None;
        }

        var view = new JsonObject
        {
            ["bind_secret_id"] = role.BindSecretId,
            ["secret_id_bound_cidrs"] = role.SecretIdBoundCidrs.Count > 0 ? GoValue.Array(role.SecretIdBoundCidrs) : null,
            ["secret_id_num_uses"] = role.SecretIdNumUses,
            ["secret_id_ttl"] = (long)role.SecretIdTtl.TotalSeconds,
            ["local_secret_ids"] = role.LocalSecretIds,
        };
        role.Token.Show(view);
        if (role.UsesOldPeriod && role.Token.Period != TimeSpan.Zero)
        {
            view["period"] = (long)role.Token.Period.TotalSeconds;
        }

        if (role.UsesOldPolicies && role.Token.Policies.Count > 0)
        {
            view["policies"] = GoValue.Array(role.Token.Policies);
        }

        return Result.Data(view);
    }
}
