using BackupCodeBroker.DevVault.Identity;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;
using BackupCodeBroker.DevVault.Policies;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault;

/// <summary>Makes the token of a successful log-in, with the entity behind the alias that the auth method names.</summary>
internal sealed class LoginTokens(VaultCore core)
{
    public Result Make(VaultRequest request, VaultResponse response, AuthBlock auth)
    {
        LoginGrant grant = auth.Login!;
        Mount mount = request.Mount!;
        if (!mount.Local)
        {
            Entity entity = core.Identity.FetchOrCreate(mount.Accessor, grant.AliasName, grant.AliasMetadata);
            if (entity.Disabled)
            {
                return Failure.PermissionDenied;
            }

            auth.EntityId = entity.Id;
        }

        Instant now = core.Clock.Now();
        auth.DisplayName = (mount.Path["auth/".Length..].Replace('/', '-') + grant.DisplayName).TrimEnd('-');
        auth.TokenPolicies = PolicyNames.Sanitize(auth.Policies, addDefault: !grant.NoDefaultPolicy);
        auth.IdentityPolicies = PolicyNames.Sanitize(core.Access.IdentityPolicies(auth.EntityId), addDefault: false);
        auth.Policies = PolicyNames.Sanitize(auth.TokenPolicies.Concat(auth.IdentityPolicies), addDefault: false);
        if (auth.Policies.Contains(BuiltInPolicies.Root))
        {
            return Result.Invalid("auth methods cannot create root tokens");
        }

        if (auth.Policies.Find(BuiltInPolicies.IsUnassignable) is { } reserved)
        {
            return Result.Invalid($"cannot assign policy {GoValue.Quote(reserved)}");
        }

        TokenType type = TypeOf(grant.Type, mount.Config.TokenType);
        if (type == TokenType.Batch && (grant.Period != TimeSpan.Zero || grant.NumUses != 0))
        {
            return Result.Invalid("batch tokens cannot be periodic or limited in uses");
        }

        TokenEntry token = Create(request, response, auth, grant, type, now);
        auth.ClientToken = token.Id;
        auth.Accessor = token.Accessor;
        auth.LeaseSeconds = (long)token.Ttl.TotalSeconds;
        auth.Renewable = token.Renewable;
        auth.Type = type;
        auth.Orphan = true;
        auth.NumUses = grant.NumUses;
        return response;
    }

    private TokenEntry Create(VaultRequest request, VaultResponse response, AuthBlock auth, LoginGrant grant, TokenType type, Instant now)
    {
        var warnings = new List<string>();
        var bounds = new Ttl.Bounds
        {
            Default = request.Mount!.Config.EffectiveDefault,
            Max = request.Mount.Config.EffectiveMax,
            Asked = grant.Ttl,
            Period = grant.Period,
            BackendMax = grant.MaxTtl,
            ExplicitMax = grant.ExplicitMaxTtl,
        };
        TimeSpan ttl = Ttl.Calculate(bounds, now, now, warnings) ?? Ttl.SystemDefault;
        warnings.ForEach(response.Warn);
        var token = new TokenEntry
        {
            Path = request.Path,
            Meta = auth.Metadata,
            DisplayName = auth.DisplayName,
            CreationTime = now.UnixSeconds,
            Ttl = ttl,
            NumUses = grant.NumUses,
            EntityId = auth.EntityId,
            BoundCidrs = grant.BoundCidrs,
            Policies = auth.TokenPolicies,
            ExplicitMaxTtl = grant.ExplicitMaxTtl,
            Period = grant.Period,
            Type = type,
            Renewable = type == TokenType.Service && grant.Renewable,
            RenewalTerms = grant.AtRenewal,
        };
        core.Tokens.Create(token, now);
        return token;
    }

    /// <summary>The role's word counts, unless the mount insists.</summary>
    private static TokenType TypeOf(string ofRole, string ofMount)
    {
        bool batch = ofMount switch
        {
            "service" => false,
            "batch" => true,
            "default-batch" => ofRole is "default" or "batch",
            _ => ofRole == "batch",
        };
        return batch ? TokenType.Batch : TokenType.Service;
    }
}
