using System.Security.Cryptography;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Jwt;

/// <summary>How the method verifies JWTs: by public keys that it is given. Key sets and discovery by URL are refused, never made up.</summary>
internal sealed record JwtConfig(List<string> Keys, List<string> Algorithms, string Issuer, string DefaultRole, bool NamespaceInState)
{
    private static readonly string[] Known = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA"];

    private static readonly string[] KeySources = ["oidc_discovery_url", "jwks_url"];

    private static readonly string[] ByUrl =
        ["oidc_discovery_url", "oidc_discovery_ca_pem", "oidc_client_id", "oidc_client_secret", "oidc_response_mode", "jwks_url", "jwks_ca_pem"];

    public static Route Fields(Route route) => route
        .With(FieldType.String, [.. ByUrl, "bound_issuer"])
        .With(FieldType.LowerCaseString, "default_role")
        .With(FieldType.CommaStrings, "jwt_validation_pubkeys", "jwt_supported_algs", "oidc_response_types")
        .With(FieldType.Map, "provider_config")
        .With(FieldType.Bool, "namespace_in_state");

    /// <summary>Reads a configuration; the text is why it is none.</summary>
    public static JwtConfig? Read(FieldData fields, JwtConfig? known, out string? error)
    {
        List<string> keys = fields.Texts("jwt_validation_pubkeys"), algorithms = fields.Texts("jwt_supported_algs");
        string[] sources = [.. KeySources.Where(name => fields.Text(name).Length > 0)];
        error = sources.Length + (keys.Count > 0 ? 1 : 0) != 1
            ? "exactly one of 'jwt_validation_pubkeys', 'jwks_url' or 'oidc_discovery_url' must be set"
            : sources.Length > 0 ? "error checking " + (sources[0] == "jwks_url" ? "jwks URL" : "oidc discovery URL") + ": the embedded Vault fetches no keys"
            : keys.Exists(pem => !IsKey(pem)) ? "error parsing public key: " + PublicKeys.Invalid
            : algorithms.Find(each => !Known.Contains(each)) is { } unknown ? $"invalid jwt_supported_algs: unsupported signing algorithm {GoValue.Quote(unknown)}"
            : null;
        bool inState = fields.Has("namespace_in_state") ? fields.Flag("namespace_in_state") : known?.NamespaceInState ?? true;
        return error is null ? new JwtConfig(keys, algorithms, fields.Text("bound_issuer"), fields.Text("default_role"), inState) : null;
    }

    public JsonObject View()
    {
        var view = new JsonObject();
        foreach (string name in ByUrl.Where(name => name != "oidc_client_secret"))
        {
            view[name] = "";
        }

        view["oidc_response_types"] = new JsonArray();
        view["default_role"] = DefaultRole;
        view["jwt_validation_pubkeys"] = GoValue.Array(Keys);
        view["jwt_supported_algs"] = GoValue.Array(Algorithms);
        view["bound_issuer"] = Issuer;
        view["provider_config"] = new JsonObject();
        view["namespace_in_state"] = NamespaceInState;
        return view;
    }

    /// <summary>The claims of a JWT that one of the keys has signed; the text is why they are not believed.</summary>
    public JsonObject? Verified(string text, out string? error)
    {
        if (SignedToken.Parse(text) is not { } token)
        {
            error = "error verifying token signature: " + SignedToken.NotCompact;
            return null;
        }

        error = !Keys.Exists(pem => IsSigned(token, pem)) ? "error verifying token signature: no known key successfully validated the token signature"
            : !(Algorithms.Count > 0 ? Algorithms : [.. Known]).Contains(token.Algorithm) ? "invalid algorithm (alg) header parameter: token signed with unexpected algorithm"
            : null;
        return error is null ? token.Claims : null;
    }

    private static bool IsKey(string pem)
    {
        using AsymmetricAlgorithm? key = PublicKeys.Read(pem);
        return key is not null;
    }

    private static bool IsSigned(SignedToken token, string pem)
    {
        using AsymmetricAlgorithm? key = PublicKeys.Read(pem);
        return key is not null && token.IsSignedBy(key);
    }
}
