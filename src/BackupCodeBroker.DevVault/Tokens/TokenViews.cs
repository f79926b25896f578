using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Identity;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>Tokens as they are answered.</summary>
internal static class TokenViews
{
    public static AuthBlock Auth(TokenEntry token) => new()
    {
        ClientToken = token.Id,
        Accessor = token.Accessor,
        Policies = [.. token.Policies],
        TokenPolicies = [.. token.Policies],
        Metadata = token.Meta,
        LeaseSeconds = (long)token.Ttl.TotalSeconds,
        Renewable = token.Renewable,
        EntityId = token.EntityId,
        Type = token.Type,
        Orphan = token.Parent.Length == 0,
        DisplayName = token.DisplayName,
        NumUses = token.NumUses,
    };

    public static JsonObject Lookup(TokenEntry token, IdentityStore identity, Instant now)
    {
        var view = new JsonObject
        {
            ["id"] = token.Id,
            ["accessor"] = token.Accessor,
            ["policies"] = GoValue.Array(token.Policies),
            ["path"] = token.Path,
            ["meta"] = GoValue.Map(token.Meta),
            ["display_name"] = token.DisplayName,
            ["num_uses"] = token.NumUses,
            ["orphan"] = token.Parent.Length == 0,
            ["creation_time"] = token.CreationTime,
            ["creation_ttl"] = (long)token.Ttl.TotalSeconds,
            ["expire_time"] = token.ExpireTime?.ToString(),
            ["ttl"] = token.ExpireTime is { } expiry ? Math.Max(0, (long)(expiry - now).TotalSeconds) : 0,
            ["explicit_max_ttl"] = (long)token.ExplicitMaxTtl.TotalSeconds,
            ["entity_id"] = token.EntityId,
            ["type"] = token.Type == TokenType.Batch ? "batch" : "service",
            ["renewable"] = token.Renewable,
            ["issue_time"] = token.IssueTime.ToString(),
        };
        AddOptional(view, token);
        if (token.EntityId.Length > 0 && identity.PoliciesOf(identity.EntityOfToken(token.EntityId)) is { Count: > 0 } added)
        {
            view["identity_policies"] = GoValue.Array(added);
            view["external_namespace_policies"] = new JsonObject();
        }

        return view;
    }

    private static void AddOptional(JsonObject view, TokenEntry token)
    {
        if (token.Role.Length > 0)
        {
            view["role"] = token.Role;
        }

        if (token.Period != TimeSpan.Zero)
        {
            view["period"] = (long)token.Period.TotalSeconds;
        }

        if (token.BoundCidrs.Count > 0)
        {
            view["bound_cidrs"] = GoValue.Array(token.BoundCidrs);
        }

        if (token.LastRenewal is { } renewed)
        {
            view["last_renewal_time"] = renewed.UnixSeconds;
            view["last_renewal"] = renewed.ToString();
        }
    }
}
