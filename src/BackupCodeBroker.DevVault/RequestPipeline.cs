using BackupCodeBroker.DevVault.Audit;
using BackupCodeBroker.DevVault.Http;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;
using BackupCodeBroker.DevVault.Policies;
using BackupCodeBroker.DevVault.Tokens;
using BackupCodeBroker.DevVault.Wrapping;

namespace BackupCodeBroker.DevVault;

/// <summary>
/// What happens to every request, in Vault's order: find the token, classify the write, check the policies, count the use, write the
/// request to the audit log, let the engine answer, make the token of a log-in, wrap, write the response to the audit log. A token
/// whose last use this was is revoked at the end, whatever came of it.
/// </summary>
internal sealed class RequestPipeline(VaultCore core)
{
    private readonly LoginTokens _logins = new(core);

    public async Task<Result> HandleAsync(VaultRequest request, CancellationToken cancellation)
    {
        if (request.Path.StartsWith("auth/", StringComparison.Ordinal) && Errand(request) is { } errand)
        {
            await errand(cancellation);
        }

        return Handle(request);
    }

    private Func<CancellationToken, Task>? Errand(VaultRequest request)
    {
        lock (core.Gate)
        {
            return core.Seal.IsSealed ? null : core.Mounts.Find(request.Path, out string relative)?.Backend.Errand(request, relative);
        }
    }

    private Result Handle(VaultRequest request)
    {
        lock (core.Gate)
        {
            if (core.Seal.IsSealed)
            {
                return new Failure(FailureKind.Internal, "Vault is sealed");
            }

            Instant now = core.Clock.Now();
            core.Tokens.RevokeExpired(now);
            if (request.Path.EndsWith('/') && request.Operation is (Operation.Update or Operation.Create))
            {
                return Result.Error("cannot write to a path ending in '/'");
            }

            if (request.ClientToken.Length > 0 && TokenStore.FormError(request.ClientToken) is { } malformed)
            {
                return new Failure(FailureKind.Internal, $"error performing token check: {malformed}");
            }

            request.Token = request.ClientToken.Length > 0 ? core.Tokens.Lookup(request.ClientToken, now) : null;
            request.ClientTokenAccessor = request.Token?.Accessor ?? "";
            request.RemainingUses = request.Token?.NumUses ?? 0;
            if (IsWrappingUse(request.Path) && ValidateWrapping(request, now) is { } refused)
            {
                return refused;
            }

            return Route(request);
        }
    }

    private static bool IsWrappingUse(string path) => path is "sys/wrapping/lookup" or "sys/wrapping/rewrap" or "sys/wrapping/unwrap";

    /// <summary>Before anything else the wrapping token, from the body or the caller's own, must be one that lives.</summary>
    private Result? ValidateWrapping(VaultRequest request, Instant now)
    {
        string token = WrappingPaths.TokenToValidate(request, out string? malformed);
        if (malformed is null && WrappingPaths.IsWrapping(core.Tokens.Lookup(token, now)))
        {
            return null;
        }

        const string Text = "wrapping token is not valid or does not exist";
        request.Mount = core.Mounts.Find(request.Path, out _);
        var auth = new AuthBlock { ClientToken = request.ClientToken, Accessor = request.ClientTokenAccessor };
        core.Audit.LogRequest(new AuditEvent(request, auth) { Error = Text });
        return malformed is null
            ? new Failure(FailureKind.InvalidWrappingToken, Text)
            : new Failure(FailureKind.Internal, "error validating wrapping token: " + malformed);
    }

    private Result Route(VaultRequest request)
    {
        string path = request.Path;
        request.Mount = core.Mounts.Find(path, out string relative);
        request.RelativePath = relative;
        bool login = request.Mount?.Backend.IsLoginPath(relative) == true;
        var exchange = new Exchange(request);
        Result result = login ? Login(exchange) : Authenticated(exchange);
        if (exchange.UsedUp is { } spent)
        {
            core.Tokens.RevokeTree(spent);
        }

        if (result.Failure is null && result.Response is { Error: null } response && exchange.WrapTtl(response) is { } ttl)
        {
            // An empty list is not worth a token: its recipient would unwrap nothing.
            bool empty = request.Operation == Operation.List && response is { Warnings: null, Data: not { Count: > 0 } };
            result = empty ? Failure.UnsupportedPath : Wrap(exchange, response, ttl);
        }

        return core.Audit.LogResponse(exchange.Event(result)) ? result : Failure.Internal;
    }

    private Result Authenticated(Exchange exchange)
    {
        VaultRequest request = exchange.Request;
        TokenEntry? token = core.Access.Admit(request, out Failure? refusal);
        string? text = refusal?.Message;
        if (token is not null)
        {
            Mount? mount = request.Mount;
            if (request.Operation is (Operation.Update or Operation.Create) && mount?.Path.Length == request.Path.Length + 1)
            {
                // A write to a mount without its slash has got it by the time that its policies are asked.
                request.Path = mount.Path;
            }

            if (request.Operation is (Operation.Update or Operation.Create) && mount is not null && mount.Backend.Classify(request) is { } unclassified)
            {
                (text, refusal) = (unclassified, Failure.InvalidRequest);
            }
            else
            {
                exchange.Describe(token, core.Access.IdentityPolicies(token.EntityId));
                if (!core.Access.Allows(request, token, mount?.Backend.IsRootPath(request.RelativePath) == true))
                {
                    refusal = Failure.PermissionDenied.Listed();
                    text = refusal.Message;
                }
            }
        }

        if (request.Token is { } used)
        {
            TokenStore.Use(used);
            exchange.UsedUp = used.NumUses == TokenEntry.RevocationPending ? used : null;
        }

        if (refusal is not null)
        {
            core.Audit.LogRequest(exchange.Event(default) with { Error = text });
            return Result.Error(text!, refusal);
        }

        return Serve(exchange, authenticated: true);
    }

    private Result Login(Exchange exchange)
    {
        VaultRequest request = exchange.Request;
        if (request.Token is { } token)
        {
            if (core.Access.EntityRefuses(token))
            {
                core.Audit.LogRequest(exchange.Event(default) with { Error = Failure.PermissionDenied.Message });
                return Result.Error(Failure.PermissionDenied.Message, Failure.PermissionDenied);
            }

            exchange.Describe(token, core.Access.IdentityPolicies(token.EntityId));
        }

        if (request.Operation is Operation.Update or Operation.Create)
        {
            request.Mount!.Backend.Classify(request);
        }

        return Serve(exchange, authenticated: false);
    }

    private Result Serve(Exchange exchange, bool authenticated)
    {
        VaultRequest request = exchange.Request;
        if (!core.Audit.LogRequest(exchange.Event(default)))
        {
            return authenticated ? Failure.Internal.Listed() : Failure.Internal;
        }

        if (request.Mount is not { } mount)
        {
            return Result.Error($"no handler for route '{request.Path}'", Failure.UnsupportedPath);
        }

        if (mount.Type == "cubbyhole" && request.Token is { Type: TokenType.Batch })
        {
            return Result.Error("cubbyhole operations are only supported by \"service\" type tokens");
        }

        Result result = mount.Backend.Handle(request);
        if (result.Response?.Auth is { } auth)
        {
            if (auth.Login is not null)
            {
                result = _logins.Make(request, result.Response, auth);
            }
            else
            {
                auth.IdentityPolicies = PolicyNames.Sanitize(core.Access.IdentityPolicies(auth.EntityId), addDefault: false);
                auth.Policies = PolicyNames.Sanitize(auth.TokenPolicies.Concat(auth.IdentityPolicies), addDefault: false);
            }
        }

        if (request.Path == "cubbyhole/response" && WrappingPaths.IsWrapping(request.Token))
        {
            result.Response?.Warn("Reading from 'cubbyhole/response' is deprecated. Please use sys/wrapping/unwrap to unwrap responses, as it provides additional security checks and other benefits.");
        }

        exchange.LoggedIn = authenticated ? null : result.Response?.Auth;
        return result is { Response: null, Failure: { } failure } && authenticated ? failure.Listed() : result;
    }

    private VaultResponse Wrap(Exchange exchange, VaultResponse response, TimeSpan ttl)
    {
        VaultRequest request = exchange.Request;
        Instant now = core.Clock.Now();
        string path = response.AskedCreationPath ?? request.Path;
        var token = new TokenEntry
        {
            Path = request.Path,
            Policies = [BuiltInPolicies.ResponseWrapping],
            CreationTime = now.UnixSeconds,
            Ttl = ttl,
            NumUses = 1,
            ExplicitMaxTtl = ttl,
        };
        core.Tokens.Create(token, now);
        byte[] body = response.AskedCreationPath is null ? Envelope.Bytes(response, request.Id) : response.RawBody!;
        token.Wrapped = new WrappedResponse(response.Status, body, ttl, now, path);
        var wrapped = new VaultResponse { Wrap = new WrapInfo(token.Id, token.Accessor, ttl, now, path, response.Auth?.Accessor ?? "") };
        response.Warnings?.ForEach(wrapped.Warn);
        return wrapped;
    }
}
