using BackupCodeBroker.DevVault.Audit;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault;

/// <summary>What the pipeline learns about a request while it is served, for the audit log and for wrapping.</summary>
internal sealed class Exchange(VaultRequest request)
{
    private AuthBlock? _caller;

    public VaultRequest Request => request;

    /// <summary>The token whose last use this request was.</summary>
    public TokenEntry? UsedUp { get; set; }

    /// <summary>What a log-in gave out: it stands in the response's audit line as the one who asked.</summary>
    public AuthBlock? LoggedIn { get; set; }

    public void Describe(TokenEntry token, List<string> identityPolicies) => _caller = new AuthBlock
    {
        ClientToken = request.ClientToken,
        Accessor = request.ClientTokenAccessor,
        TokenPolicies = token.Policies,
        IdentityPolicies = identityPolicies,
        Policies = [.. token.Policies, .. identityPolicies],
        Metadata = token.Meta,
        DisplayName = token.DisplayName,
        EntityId = token.EntityId,
        Type = token.Type,
    };

    /// <summary>The shorter of what the caller and the engine ask; null where the answer is not to be wrapped.</summary>
    public TimeSpan? WrapTtl(VaultResponse response)
    {
        TimeSpan? asked = request.WrapTtl is { } ttl && ttl > TimeSpan.Zero ? ttl : null;
        return response.AskedWrapTtl is { } own && !(asked < own) ? own : asked;
    }

    public AuditEvent Event(Result result)
    {
        TokenEntry? token = _caller is null ? null : request.Token;
        AuthBlock? auth = LoggedIn ?? _caller;
        return new AuditEvent(request, auth)
        {
            Response = result.Response,
            Error = result.Failure?.Message,
            TokenType = auth is null ? "default" : auth.Type == TokenType.Batch ? "batch" : "service",
            TokenTtl = LoggedIn is { } made ? TimeSpan.FromSeconds(made.LeaseSeconds) : token?.Ttl ?? TimeSpan.Zero,
            TokenCreation = LoggedIn is null ? token?.CreationTime ?? 0 : 0,
        };
    }
}
