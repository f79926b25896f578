using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Policies;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary><c>auth/token/roles</c>.</summary>
internal sealed partial class TokenRolePaths(TokenStore tokens)
{
    private const string SuffixPattern = @"\w[\w-.]+\w";

    public static Route[] Routes(TokenStore tokens)
    {
        var paths = new TokenRolePaths(tokens);
        return
        [
            Route.At("roles/?").On(Operation.List, (_, _) => Result.List(tokens.Roles.Keys.Order(StringComparer.Ordinal))),
            Route.At("roles/{role_name}")
                .With(FieldType.CommaStrings, "allowed_policies", "disallowed_policies", "bound_cidrs", "allowed_entity_aliases", "token_bound_cidrs")
                .With(FieldType.Bool, "orphan", "token_no_default_policy")
                .WithDefault(FieldType.Bool, "renewable", true)
                .With(FieldType.Duration, "period", "explicit_max_ttl", "token_explicit_max_ttl", "token_period")
                .With(FieldType.String, "path_suffix", "token_type")
                .With(FieldType.Int, "token_num_uses")
                .OnWrite(paths.Write)
                .On(Operation.Read, (_, fields) => tokens.Roles.TryGetValue(fields.Text("role_name"), out TokenRole? role) ? Result.Data(View(role)) : Result.None)
                .On(Operation.Delete, (_, fields) => paths.Delete(fields.Text("role_name")))
                .OnExistence((fields, _) => tokens.Roles.ContainsKey(fields.Text("role_name"))),
        ];
    }

    private Result Delete(string name)
    {
        tokens.Roles.Remove(name);
        return Result.None;
    }

    private Result Write(VaultRequest request, FieldData fields)
    {
        string name = fields.Text("role_name");
        TokenRole role = tokens.Roles.TryGetValue(name, out TokenRole? known) ? Copy(known) : new TokenRole { Name = name };
        if (Apply(role, fields) is { } error)
        {
            return Result.Error(error);
        }

        var response = new VaultResponse();
        ApplyDeprecated(role, fields, response);
        if (BatchError(role) is { } batchError)
        {
            return Result.Error(batchError);
        }

        tokens.Roles[name] = role;
        return response.Warnings is null ? Result.None : response;
    }

    private static string? Apply(TokenRole role, FieldData fields)
    {
        role.Orphan = fields.Has("orphan") ? fields.Flag("orphan") : role.Orphan;
        role.Renewable = fields.Has("renewable") ? fields.Flag("renewable") : role.Renewable;
        role.PathSuffix = fields.Has("path_suffix") ? fields.Text("path_suffix") : role.PathSuffix;
        if (role.PathSuffix.Length > 0 && !Suffix().IsMatch(role.PathSuffix))
        {
            return $"given role path suffix contains invalid characters; must match {SuffixPattern}";
        }

        if (role.PathSuffix.Contains("..", StringComparison.Ordinal))
        {
            return "error registering path suffix: path cannot contain parent references";
        }

        role.AllowedPolicies = fields.Has("allowed_policies")
            ? PolicyNames.Sanitize(fields.Texts("allowed_policies"), addDefault: false)
            : role.AllowedPolicies;
        role.DisallowedPolicies = fields.Has("disallowed_policies")
            ? PolicyNames.Distinct(fields.Texts("disallowed_policies"), lowerCase: true)
            : role.DisallowedPolicies;
        role.AllowedEntityAliases = fields.Has("allowed_entity_aliases")
            ? PolicyNames.Distinct(fields.Texts("allowed_entity_aliases"), lowerCase: true)
            : role.AllowedEntityAliases;
        role.TokenNoDefaultPolicy = fields.Has("token_no_default_policy") ? fields.Flag("token_no_default_policy") : role.TokenNoDefaultPolicy;
        role.TokenNumUses = fields.Has("token_num_uses") ? fields.Number("token_num_uses") : role.TokenNumUses;
        if (role.TokenNumUses < 0)
        {
            return "error parsing role fields: 'token_num_uses' cannot be negative";
        }

        if (Cidr.Error(fields.Texts("token_bound_cidrs")) is { } tokenCidrs)
        {
            return "error parsing role fields: " + tokenCidrs;
        }

        if (Cidr.Error(fields.Texts("bound_cidrs")) is { } cidrs)
        {
            return "error parsing bound_cidrs: " + cidrs;
        }

        role.TokenType = fields.Has("token_type") ? fields.Text("token_type") : role.TokenType;
        return role.TokenType is "service" or "batch" or "default-service" or "default-batch"
            ? null
            : $"invalid 'token_type' value {GoValue.Quote(role.TokenType)}";
    }

    /// <summary>Fields that have an old and a new name: the new one wins, with a warning.</summary>
    private static void ApplyDeprecated(TokenRole role, FieldData fields, VaultResponse response)
    {
        if (fields.Has("token_period"))
        {
            WarnOfBoth(fields, "token_period", "period", response);
            (role.TokenPeriod, role.Period) = (fields.Seconds("token_period"), TimeSpan.Zero);
        }
        else if (fields.Has("period"))
        {
            role.Period = role.TokenPeriod = fields.Seconds("period");
        }

        if (fields.Has("token_bound_cidrs"))
        {
            WarnOfBoth(fields, "token_bound_cidrs", "bound_cidrs", response);
            (role.TokenBoundCidrs, role.BoundCidrs) = (Cidr.Shown(fields.Texts("token_bound_cidrs")), null);
        }
        else if (fields.Has("bound_cidrs"))
        {
            role.BoundCidrs = role.TokenBoundCidrs = Cidr.Shown(fields.Texts("bound_cidrs"));
        }

        if (fields.Has("token_explicit_max_ttl"))
        {
            WarnOfBoth(fields, "token_explicit_max_ttl", "explicit_max_ttl", response);
            (role.TokenExplicitMaxTtl, role.ExplicitMaxTtl) = (fields.Seconds("token_explicit_max_ttl"), TimeSpan.Zero);
        }
        else if (fields.Has("explicit_max_ttl"))
        {
            role.ExplicitMaxTtl = role.TokenExplicitMaxTtl = fields.Seconds("explicit_max_ttl");
        }

        if (role.TokenExplicitMaxTtl > Ttl.SystemMax)
        {
            response.Warn($"Given explicit max TTL of {(long)role.TokenExplicitMaxTtl.TotalSeconds} is greater than system/mount allowed value of {(long)Ttl.SystemMax.TotalSeconds} seconds; until this is fixed attempting to create tokens against this role will result in an error");
        }
    }

    private static void WarnOfBoth(FieldData fields, string name, string old, VaultResponse response)
    {
        if (fields.Has(old))
        {
            response.Warn($"Both '{name}' and deprecated '{old}' value supplied, ignoring the deprecated value");
        }
    }

    private static string? BatchError(TokenRole role)
    {
        const string Prefix = "'token_type' cannot be 'batch' when role is set to generate ";
        return role.TokenType != "batch" ? null
            : !role.Orphan ? Prefix + "non-orphan tokens"
            : role.TokenPeriod != TimeSpan.Zero ? Prefix + "periodic tokens"
            : role.Renewable ? Prefix + "renewable tokens"
            : role.TokenExplicitMaxTtl != TimeSpan.Zero ? Prefix + "tokens with an explicit max TTL"
            : null;
    }

    private static JsonObject View(TokenRole role)
    {
        var view = new JsonObject
        {
            ["period"] = (long)role.Period.TotalSeconds,
            ["token_period"] = (long)role.TokenPeriod.TotalSeconds,
            ["explicit_max_ttl"] = (long)role.ExplicitMaxTtl.TotalSeconds,
            ["token_explicit_max_ttl"] = (long)role.TokenExplicitMaxTtl.TotalSeconds,
            ["disallowed_policies"] = GoValue.Array(role.DisallowedPolicies),
            ["allowed_policies"] = GoValue.Array(role.AllowedPolicies),
            ["name"] = role.Name,
            ["orphan"] = role.Orphan,
            ["path_suffix"] = role.PathSuffix,
            ["renewable"] = role.Renewable,
            ["token_type"] = role.TokenType,
            ["allowed_entity_aliases"] = role.AllowedEntityAliases is { } aliases ? GoValue.Array(aliases) : null,
        };
        if (role.TokenBoundCidrs.Count > 0)
        {
            view["token_bound_cidrs"] = GoValue.Array(role.TokenBoundCidrs);
        }

        if (role.BoundCidrs is { Count: > 0 } cidrs)
        {
            view["bound_cidrs"] = GoValue.Array(cidrs);
        }

        if (role.TokenNumUses > 0)
        {
            view["token_num_uses"] = role.TokenNumUses;
        }

        return view;
    }

    private static TokenRole Copy(TokenRole role) => new()
    {
        Name = role.Name,
        AllowedPolicies = role.AllowedPolicies,
        DisallowedPolicies = role.DisallowedPolicies,
        Orphan = role.Orphan,
        Renewable = role.Renewable,
        PathSuffix = role.PathSuffix,
        AllowedEntityAliases = role.AllowedEntityAliases,
        TokenType = role.TokenType,
        Period = role.Period,
        ExplicitMaxTtl = role.ExplicitMaxTtl,
        BoundCidrs = role.BoundCidrs,
        TokenPeriod = role.TokenPeriod,
        TokenExplicitMaxTtl = role.TokenExplicitMaxTtl,
        TokenBoundCidrs = role.TokenBoundCidrs,
        TokenNoDefaultPolicy = role.TokenNoDefaultPolicy,
        TokenNumUses = role.TokenNumUses,
    };

    [GeneratedRegex(@"^[0-9A-Za-z_][0-9A-Za-z_.\-]+[0-9A-Za-z_]\z")]
    private static partial Regex Suffix();
}
