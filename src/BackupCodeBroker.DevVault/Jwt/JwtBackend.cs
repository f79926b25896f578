using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.Jwt;

/// <summary>
/// Log-in by a JWT that one of the configured public keys has signed. The claims that a role is bound to must be there; an audience in the JWT must be one that
/// the role names. OIDC's browser flow is not served, and groups are checked to be there and not followed.
/// </summary>
internal sealed class JwtBackend : Backend
{
    private readonly SortedDictionary<string, JwtRole> _roles = new(StringComparer.Ordinal);
    private readonly Clock _clock;
    private JwtConfig? _config;

    public JwtBackend(Clock clock)
    {
        _clock = clock;
        Add(
            Route.At("login").With(FieldType.LowerCaseString, "role").With(FieldType.String, "jwt").On(Operation.Update, LogIn),
            JwtConfig.Fields(Route.At("config"))
                .On(Operation.Read, (_, _) => _config is { } config ? Result.Data(config.View()) : Result.None)
                .On(Operation.Update, (_, fields) => Configure(fields)));
        Add(JwtRolePaths.Routes(_roles));
    }

    public override IReadOnlyList<string> LoginPaths { get; } = ["login"];

    private Result Configure(FieldData fields)
    {
        if (JwtConfig.Read(fields, _config, out string? error) is not { } config)
        {
            return Result.Error(error!);
        }

        _config = config;
        return Result.None;
    }

    private Result LogIn(VaultRequest request, FieldData fields)
    {
        if (_config is not { } config)
        {
            return Result.Error("could not load configuration");
        }

        string name = fields.Text("role") is { Length: > 0 } asked ? asked : config.DefaultRole;
        if (name.Length == 0)
        {
            return Result.Error("missing role");
        }

        if (!_roles.TryGetValue(name, out JwtRole? role))
        {
            return Result.Error($"role {GoValue.Quote(name)} could not be found");
        }

        if (role.Type == "oidc")
        {
            return Result.Error("role with oidc role_type is not allowed");
        }

        string text = fields.Text("jwt");
        return text.Length == 0 ? Result.Error("missing token")
            : !Cidr.AllowsAll(role.Token.Token.BoundCidrs, request.RemoteAddress) ? Failure.PermissionDenied
            : Admit(config, name, role, text);
    }

    private Result Admit(JwtConfig config, string name, JwtRole role, string text)
    {
        if (config.Verified(text, out string? error) is not { } claims)
        {
            return Result.Error("error validating token: " + error);
        }

        if (role.Refuse(claims, config.Issuer, _clock.Now()) is { } refusal)
        {
            return Result.Error("error validating token: " + refusal);
        }

        // A single audience that is no list is let through by Vault 1.8 and by no later one; nobody should count on it.
        if (role.BoundAudiences.Count == 0 && Claims.Texts(claims["aud"]).Count > 0)
        {
            return Result.Error("audience claim found in JWT but no audiences bound to the role");
        }

        if (Unnamed(role, claims) is { } unnamed)
        {
            return Result.Error(unnamed);
        }

        return role.BoundClaims is { } bound && Claims.Unbound(bound, role.UsesGlobs, claims) is { } unbound
            ? Result.Error("error validating claims: " + unbound)
            : Grant(name, role, claims);
    }

    private static string? Unnamed(JwtRole role, JsonObject claims) =>
        !claims.TryGetPropertyValue(role.UserClaim, out JsonNode? user) ? $"claim {GoValue.Quote(role.UserClaim)} not found in token"
        : user is not JsonValue value || value.GetValueKind() != JsonValueKind.String ? $"claim {GoValue.Quote(role.UserClaim)} could not be converted to string"
        : role.ClaimMappings?.Keys.FirstOrDefault(claim => Claims.Find(claims, claim) is { } mapped && !IsText(mapped)) is { } odd
            ? $"error converting claim '{odd}' to string"
        : role.GroupsClaim.Length > 0 && Claims.Find(claims, role.GroupsClaim) is null
            ? $"failed to fetch groups: {GoValue.Quote(role.GroupsClaim)} claim not found in token"
        : null;

    private static bool IsText(JsonNode node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String;

    private VaultResponse Grant(string name, JwtRole role, JsonObject claims)
    {
        string user = Claims.Text(claims, role.UserClaim);
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string claim, string key) in role.ClaimMappings ?? [])
        {
            if (Claims.Find(claims, claim) is JsonValue mapped)
            {
                metadata[key] = GoValue.Text(mapped);
            }
        }

        LoginGrant grant = role.Token.Token.Grant(user, _ => _roles.TryGetValue(name, out JwtRole? now)
            ? new Renewal(now.Token.Token.Grant(user, atRenewal: null), null)
            : new Renewal(null, $"role {name} does not exist during renewal"));
        return new VaultResponse
        {
            Auth = new AuthBlock
            {
                Policies = role.Token.Token.Policies,
                Metadata = new(metadata, StringComparer.Ordinal) { ["role"] = name },
                Login = grant with { DisplayName = user, AliasMetadata = metadata },
            },
        };
    }
}
