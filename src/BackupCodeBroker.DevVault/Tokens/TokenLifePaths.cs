using BackupCodeBroker.DevVault.Identity;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>Looking tokens up, renewing and revoking them: by id, by accessor, or one's own.</summary>
internal sealed class TokenLifePaths(TokenStore tokens, IdentityStore identity, Clock clock, Func<VaultRequest, bool> hasSudo)
{
    private static readonly Result InvalidAccessor = new Failure(FailureKind.BadRequest, "invalid accessor");

    public Route[] Routes() =>
    [
        Route.At("lookup").With(FieldType.String, "token").On(Operation.Read, LookupById).On(Operation.Update, LookupById),
        Route.At("lookup-accessor").With(FieldType.String, "accessor").On(Operation.Update, LookupByAccessor),
        Route.At("lookup-self").With(FieldType.String, "token")
            .On(Operation.Read, (request, _) => Lookup(request.ClientToken))
            .On(Operation.Update, (request, _) => Lookup(request.ClientToken)),
        Route.At("revoke-accessor").With(FieldType.String, "accessor").On(Operation.Update, RevokeByAccessor),
        Route.At("revoke-self").On(Operation.Update, (request, _) => Revoke(request.ClientToken)),
        Route.At("revoke").With(FieldType.String, "token").On(Operation.Update, RevokeById),
        Route.At("revoke-orphan").With(FieldType.String, "token").On(Operation.Update, RevokeOrphan),
        Route.At("renew-accessor").With(FieldType.String, "accessor").With(FieldType.Duration, "increment").On(Operation.Update, RenewByAccessor),
        Route.At("renew-self").With(FieldType.String, "token").With(FieldType.Duration, "increment")
            .On(Operation.Update, (request, fields) => Renew(request, request.ClientToken, fields.Seconds("increment"))),
        Route.At("renew").With(FieldType.String, "token").With(FieldType.Duration, "increment")
            .On(Operation.Update, (request, fields) => Renew(request, fields.Text("token"), fields.Seconds("increment"))),
        Route.At("tidy").On(Operation.Update, (_, _) => Tidy()),
    ];

    /// <summary>Nothing is ever left over here that needed tidying; the answer is the one for an operation that was started.</summary>
    private Result Tidy()
    {
        tokens.RevokeExpired(clock.Now());
        return new VaultResponse { Status = 202 }.Warned(
            "Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.");
    }

    private Result LookupById(VaultRequest request, FieldData fields) =>
        Lookup(fields.Text("token") is { Length: > 0 } id ? id : request.ClientToken);

    private Result Lookup(string id)
    {
        Instant now = clock.Now();
        return tokens.LookupSpent(id, now) is { } token
            ? Result.Data(TokenViews.Lookup(token, identity, now))
            : Result.Error("bad token", Failure.PermissionDenied);
    }

    private Result LookupByAccessor(VaultRequest request, FieldData fields)
    {
        if (ByAccessor(fields, out Result refusal) is not { } token)
        {
            return refusal;
        }

        Result found = Lookup(token.Id);
        found.Response?.Data?["id"] = "";
        return found;
    }

    private Result RevokeById(VaultRequest request, FieldData fields) =>
        fields.Text("token") is { Length: > 0 } id ? Revoke(id) : Result.Invalid("missing token ID");

    private Result Revoke(string id)
    {
        TokenEntry? token = tokens.LookupSpent(id, clock.Now());
        if (token is { Type: TokenType.Batch })
        {
            return Result.Error("batch tokens cannot be revoked");
        }

        if (token is not null)
        {
            tokens.RevokeTree(token);
        }

        return Result.None;
    }

    private Result RevokeByAccessor(VaultRequest request, FieldData fields)
    {
        if (ByAccessor(fields, out Result refusal) is not { } token)
        {
            return refusal;
        }

        tokens.RevokeTree(token);
        return Result.None;
    }

    private Result RevokeOrphan(VaultRequest request, FieldData fields)
    {
        string id = fields.Text("token");
        if (id.Length == 0)
        {
            return Result.Invalid("missing token ID");
        }

        if (!hasSudo(request))
        {
            return Result.Invalid("root or sudo privileges required to revoke and orphan");
        }

        if (tokens.Lookup(id, clock.Now()) is not { } token)
        {
            return Result.Invalid("token to revoke not found");
        }

        if (token.Type == TokenType.Batch)
        {
            return Result.Error("batch tokens cannot be revoked");
        }

        tokens.RevokeOrphaning(token);
        return Result.None;
    }

    private Result RenewByAccessor(VaultRequest request, FieldData fields)
    {
        if (ByAccessor(fields, out Result refusal) is not { } token)
        {
            return refusal;
        }

        Result renewed = Renew(request, token.Id, fields.Seconds("increment"));
        renewed.Response?.Auth?.ClientToken = "";
        return renewed;
    }

    private Result Renew(VaultRequest request, string id, TimeSpan increment)
    {
        if (id.Length == 0)
        {
            return Result.Invalid("missing token ID");
        }

        Instant now = clock.Now();
        if (tokens.Lookup(id, now) is not { } token)
        {
            return Result.Invalid("token not found");
        }

        if (token.Type == TokenType.Batch)
        {
            return Result.Error("batch tokens cannot be renewed");
        }

        return token.ExpireTime is null || !token.Renewable ? Result.Invalid("lease is not renewable") : Extend(request, token, increment, now);
    }

    private Result Extend(VaultRequest request, TokenEntry token, TimeSpan increment, Instant now)
    {
        if (Terms(request, token, out string? gone) is not { } terms)
        {
            return gone is null ? Result.None : Result.Fault("failed to renew entry: " + gone);
        }

        var warnings = new List<string>();
        if (Ttl.Calculate(terms with { Increment = increment }, now, token.IssueTime, warnings) is not { } ttl)
        {
            return Result.Fault("past the max TTL, cannot renew");
        }

        token.LastRenewal = now;
        token.LeaseTtl = ttl;
        tokens.SetExpiry(token, now + ttl);
        AuthBlock auth = TokenViews.Auth(token);
        auth.LeaseSeconds = (long)ttl.TotalSeconds;
        var response = new VaultResponse { Auth = auth };
        warnings.ForEach(response.Warn);
        return response;
    }

    /// <summary>What bounds a renewal: for a log-in's token its role as it is now, for others the token's role or what it was created with.</summary>
    private Ttl.Bounds? Terms(VaultRequest request, TokenEntry token, out string? gone)
    {
        gone = null;
        if (token.RenewalTerms is { } terms)
        {
            (LoginGrant? grant, gone) = terms(token);
            return grant is not null
                ? new Ttl.Bounds { Asked = grant.Ttl, Period = grant.Period, BackendMax = grant.MaxTtl, ExplicitMax = token.ExplicitMaxTtl }
                : null;
        }

        if (token.Role.Length == 0)
        {
            return new Ttl.Bounds { Asked = token.LeaseTtl, Period = token.Period, ExplicitMax = token.ExplicitMaxTtl };
        }

        if (!tokens.Roles.TryGetValue(token.Role, out TokenRole? role))
        {
            gone = $"original token role {GoValue.Quote(token.Role)} could not be found, not renewing";
            return null;
        }

        Mounts.MountConfig config = request.Mount!.Config;
        return new Ttl.Bounds
        {
            Default = config.EffectiveDefault,
            Max = config.EffectiveMax,
            Asked = token.LeaseTtl,
            Period = role.TokenPeriod,
            ExplicitMax = role.TokenExplicitMaxTtl,
        };
    }

    private TokenEntry? ByAccessor(FieldData fields, out Result refusal)
    {
        string accessor = fields.Text("accessor");
        refusal = accessor.Length == 0 ? new Failure(FailureKind.BadRequest, "missing accessor") : InvalidAccessor;
        return accessor.Length == 0 ? null : tokens.ByAccessor(accessor);
    }
}
