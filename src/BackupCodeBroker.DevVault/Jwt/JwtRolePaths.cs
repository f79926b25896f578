using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.Jwt;

/// <summary><c>role/NAME</c>.</summary>
internal static class JwtRolePaths
{
    public static Route[] Routes(SortedDictionary<string, JwtRole> roles) =>
    [
        Route.At("role/?").On(Operation.List, (_, _) => Result.List(roles.Keys)),
        RoleToken.With(Route.At("role/{name}"))
            .With(FieldType.String, "role_type", "bound_subject", "user_claim", "groups_claim")
            .WithDefault(FieldType.String, "bound_claims_type", "string")
            .With(FieldType.SignedDuration, "expiration_leeway", "not_before_leeway", "clock_skew_leeway")
            .With(FieldType.CommaStrings, "bound_audiences", "oidc_scopes", "allowed_redirect_uris")
            .With(FieldType.Map, "bound_claims")
            .With(FieldType.KeyValuePairs, "claim_mappings")
            .With(FieldType.Bool, "verbose_oidc_logging")
            .With(FieldType.Duration, "max_age")
            .OnWrite((_, fields) => Write(roles, fields))
            .On(Operation.Read, (_, fields) => roles.TryGetValue(Name(fields), out JwtRole? role) ? Result.Data(role.View()) : Result.None)
            .On(Operation.Delete, (_, fields) =>
            {
                roles.Remove(Name(fields));
                return Result.None;
            })
            .OnExistence((fields, _) => roles.ContainsKey(Name(fields))),
    ];

    private static string Name(FieldData fields) => fields.Text("name").ToLowerInvariant();

    private static Result Write(SortedDictionary<string, JwtRole> roles, FieldData fields)
    {
        JwtRole known = roles.GetValueOrDefault(Name(fields)) ?? new JwtRole();
        RoleToken token = known.Token.Changed(fields, out string? error);
        if (error is not null)
        {
            return Result.Invalid(error);
        }

        JwtRole role = Changed(known with { Token = token }, fields);
        if (Refuse(role, fields) is { } refusal)
        {
            return Result.Error(refusal);
        }

        roles[Name(fields)] = role;
        var response = new VaultResponse();
        if (token.Token.MaxTtl > Ttl.SystemMax)
        {
            response.Warn("token max ttl is greater than the system or backend mount's maximum TTL value; issued tokens' max TTL value will be truncated");
        }

        return response;
    }

    private static JwtRole Changed(JwtRole role, FieldData fields) => role with
    {
        Type = fields.Text("role_type") is { Length: > 0 } type ? type : "oidc",
        ExpirationLeeway = fields.Has("expiration_leeway") ? fields.Seconds("expiration_leeway") : role.ExpirationLeeway,
        NotBeforeLeeway = fields.Has("not_before_leeway") ? fields.Seconds("not_before_leeway") : role.NotBeforeLeeway,
        ClockSkewLeeway = fields.Has("clock_skew_leeway") ? fields.Seconds("clock_skew_leeway") : role.ClockSkewLeeway,
        BoundAudiences = fields.Has("bound_audiences") ? fields.Texts("bound_audiences") : role.BoundAudiences,
        BoundSubject = fields.Has("bound_subject") ? fields.Text("bound_subject") : role.BoundSubject,
        UsesGlobs = fields.Text("bound_claims_type") == "glob",
        BoundClaims = fields.Has("bound_claims") ? (JsonObject?)fields.Map("bound_claims")?.DeepClone() : role.BoundClaims,
        ClaimMappings = fields.Has("claim_mappings") ? fields.Pairs("claim_mappings") : role.ClaimMappings,
        UserClaim = fields.Has("user_claim") ? fields.Text("user_claim") : role.UserClaim,
        GroupsClaim = fields.Has("groups_claim") ? fields.Text("groups_claim") : role.GroupsClaim,
        Scopes = fields.Has("oidc_scopes") ? fields.Texts("oidc_scopes") : role.Scopes,
        RedirectUris = fields.Has("allowed_redirect_uris") ? fields.Texts("allowed_redirect_uris") : role.RedirectUris,
        IsVerbose = fields.Has("verbose_oidc_logging") ? fields.Flag("verbose_oidc_logging") : role.IsVerbose,
        MaxAge = fields.Has("max_age") ? fields.Seconds("max_age") : role.MaxAge,
    };

    private static string? Refuse(JwtRole role, FieldData fields) =>
        role.Type is not ("jwt" or "oidc") ? $"invalid 'role_type': {role.Type}"
        : role.Token.Token.Period > Ttl.SystemMax
            ? $"'period' of '{GoValue.Quote(GoDuration.Print(role.Token.Token.Period))}' is greater than the backend's maximum lease TTL of '{GoValue.Quote(GoDuration.Print(Ttl.SystemMax))}'"
        : fields.Text("bound_claims_type") is not ("string" or "glob") ? $"invalid 'bound_claims_type': {fields.Text("bound_claims_type")}"
        : role.UsesGlobs && UnfitForGlobs(role.BoundClaims) is { } unfit ? unfit
        : Mappings(role.ClaimMappings) is { } mapping ? mapping
        : role.UserClaim.Length == 0 ? "a user claim must be defined on the role"
        : role.Type == "oidc" && role.RedirectUris.Count == 0 ? "'allowed_redirect_uris' must be set if 'role_type' is 'oidc' or unspecified."
        : role.Type == "jwt" && !role.HasConstraint ? "must have at least one bound constraint when creating/updating a role"
        : role.Token.Token is { MaxTtl: var max, Ttl: var ttl } && max > TimeSpan.Zero && ttl > max ? "ttl should not be greater than max ttl"
        : null;

    private static string? UnfitForGlobs(JsonObject? bound) => bound?.Select(claim => Claims.Normalized(claim.Value) switch
    {
        null => $"claim is not a string or list: {GoValue.Print(claim.Value)}",
        var list => list.FirstOrDefault(each => each is not JsonValue value || value.GetValueKind() != JsonValueKind.String) is { } other
            ? $"claim is not a string: {GoValue.Print(other)}"
            : null,
    }).FirstOrDefault(each => each is not null);

    private static string? Mappings(SortedDictionary<string, string>? mappings) => mappings switch
    {
        null => null,
        _ when mappings.ContainsValue("role") => "metadata key \"role\" is reserved and may not be a mapping destination",
        _ => mappings.Values.GroupBy(key => key, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? $"multiple keys are mapped to metadata key {GoValue.Quote(twice.Key)}"
            : null,
    };
}
