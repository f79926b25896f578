using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.Jwt;

/// <summary>One role: which JWTs it lets in, and what their tokens are like.</summary>
internal sealed record JwtRole
{
    private const long DefaultLeeway = 150;
    private const long DefaultSkew = 60;

    public string Type { get; init; } = "oidc";

    public RoleToken Token { get; init; } = new(new TokenParameters());

    public TimeSpan ExpirationLeeway { get; init; }

    public TimeSpan NotBeforeLeeway { get; init; }

    public TimeSpan ClockSkewLeeway { get; init; }

    public List<string> BoundAudiences { get; init; } = [];

    public string BoundSubject { get; init; } = "";

    public bool UsesGlobs { get; init; }

    public JsonObject? BoundClaims { get; init; }

    public SortedDictionary<string, string>? ClaimMappings { get; init; }

    public string UserClaim { get; init; } = "";

    public string GroupsClaim { get; init; } = "";

    public List<string> Scopes { get; init; } = [];

    public List<string> RedirectUris { get; init; } = [];

    public bool IsVerbose { get; init; }

    public TimeSpan MaxAge { get; init; }

    public bool HasConstraint => BoundAudiences.Count > 0 || Token.Token.BoundCidrs.Count > 0 || BoundSubject.Length > 0 || BoundClaims is { Count: > 0 };

    /// <summary>Why claims whose signature is verified are not let in; null where they are.</summary>
    public string? Refuse(JsonObject claims, string issuer, Instant time)
    {
        double now = time.UnixSeconds, issued = Claims.Seconds(claims, "iat"), ends = Claims.Seconds(claims, "exp"), begins = Claims.Seconds(claims, "nbf");
        if (issued == 0 && ends == 0 && begins == 0)
        {
            return "no issued at (iat), not before (nbf), or expiration time (exp) claims in token";
        }

        ends = ends == 0 ? Math.Max(issued, begins) + Leeway(ExpirationLeeway, DefaultLeeway) : ends;
        begins = begins != 0 ? begins : issued != 0 ? issued : ends - Leeway(NotBeforeLeeway, DefaultLeeway);
        double skew = Leeway(ClockSkewLeeway, DefaultSkew);
        return issuer.Length > 0 && issuer != Claims.Text(claims, "iss") ? "invalid issuer (iss) claim"
            : BoundSubject.Length > 0 && BoundSubject != Claims.Text(claims, "sub") ? "invalid subject (sub) claim"
            : BoundAudiences.Count > 0 && !BoundAudiences.Intersect(Claims.Texts(claims["aud"])).Any()
                ? "invalid audience (aud) claim: audience claim does not match any expected audience"
            : now + skew < begins ? "invalid not before (nbf) claim: token not yet valid"
            : now - skew > ends ? "invalid expiration time (exp) claim: token is expired"
            : now + skew < issued ? "invalid issued at (iat) claim: token issued in the future"
            : null;
    }

    public JsonObject View()
    {
        var view = new JsonObject
        {
            ["role_type"] = Type,
            ["expiration_leeway"] = (long)ExpirationLeeway.TotalSeconds,
            ["not_before_leeway"] = (long)NotBeforeLeeway.TotalSeconds,
            ["clock_skew_leeway"] = (long)ClockSkewLeeway.TotalSeconds,
            ["bound_audiences"] = BoundAudiences.Count > 0 ? GoValue.Array(BoundAudiences) : null,
            ["bound_subject"] = BoundSubject,
            ["bound_claims_type"] = UsesGlobs ? "glob" : "string",
            ["bound_claims"] = BoundClaims?.DeepClone(),
            ["claim_mappings"] = GoValue.Map(ClaimMappings),
            ["user_claim"] = UserClaim,
            ["groups_claim"] = GroupsClaim,
            ["allowed_redirect_uris"] = RedirectUris.Count > 0 ? GoValue.Array(RedirectUris) : null,
            ["oidc_scopes"] = Scopes.Count > 0 ? GoValue.Array(Scopes) : null,
            ["verbose_oidc_logging"] = IsVerbose,
            ["max_age"] = (long)MaxAge.TotalSeconds,
        };
        Token.Show(view);
        return view;
    }

    private static double Leeway(TimeSpan set, long otherwise) => set < TimeSpan.Zero ? 0 : set == TimeSpan.Zero ? otherwise : set.TotalSeconds;
}
