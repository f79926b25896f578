using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Policies;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.Wrapping;

/// <summary>
/// <c>sys/wrapping</c>. The pipeline has already found out that the wrapping token is one, so here it only is spent: unwrapping
/// counts the use before the value is read, which makes it at most once.
/// </summary>
internal sealed class WrappingPaths(TokenStore tokens, Clock clock)
{
    private static readonly Result SpentTwice = Result.Fault(
        "error decrementing wrapping token's use-count: invalid token entry provided for use count decrementing");

    public static Route[] Routes(TokenStore tokens, Clock clock)
    {
        var paths = new WrappingPaths(tokens, clock);
        return
        [
            Route.At("wrapping/wrap").On(Operation.Update, (request, _) => Wrap(request)),
            Route.At("wrapping/unwrap").With(FieldType.String, "token").On(Operation.Update, paths.Unwrap),
            Route.At("wrapping/lookup").With(FieldType.String, "token").On(Operation.Update, paths.Lookup).On(Operation.Read, paths.Lookup),
            Route.At("wrapping/rewrap").With(FieldType.String, "token").On(Operation.Update, paths.Rewrap),
        ];
    }

    /// <summary>Whether a token is one of response wrapping.</summary>
    public static bool IsWrapping(TokenEntry? token) => token is { Policies: [BuiltInPolicies.ResponseWrapping] };

    /// <summary>The token to be unwrapped: the one in the body, or else the caller's own.</summary>
    public static string TokenToValidate(VaultRequest request, out string? malformed)
    {
        malformed = null;
        if (request.Data?["token"] is not { } inBody)
        {
            malformed = request.ClientToken.Length == 0 ? "token is empty" : null;
            return request.ClientToken;
        }

        if (inBody is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
        {
            malformed = "could not decode token in request body";
            return "";
        }

        string token = value.GetValue<string>();
        malformed = token.Length == 0 ? "empty token in request body" : null;
        return token;
    }

    private static Result Wrap(VaultRequest request) => request.WrapTtl is { } ttl && ttl > TimeSpan.Zero
        ? Result.Data(request.Data ?? [])
        : Result.Invalid("endpoint requires response wrapping to be used");

    private Result Unwrap(VaultRequest request, FieldData fields)
    {
        if (IsSpentTwice(request, fields))
        {
            return SpentTwice;
        }

        WrappedResponse? wrapped = Take(request, fields);
        return wrapped is null ? Result.None : new VaultResponse { Status = wrapped.Status, RawBody = wrapped.Body };
    }

    private Result Lookup(VaultRequest request, FieldData fields)
    {
        string id = TokenId(request, fields);
        if (tokens.LookupSpent(id, clock.Now())?.Wrapped is not { } wrapped)
        {
            return Result.None;
        }

        return Result.Data(new JsonObject
        {
            ["creation_ttl"] = (long)wrapped.Ttl.TotalSeconds,
            ["creation_time"] = wrapped.CreationTime.ToString(),
            ["creation_path"] = wrapped.CreationPath,
        });
    }

    private Result Rewrap(VaultRequest request, FieldData fields)
    {
        if (IsSpentTwice(request, fields))
        {
            return SpentTwice;
        }

        WrappedResponse? wrapped = Take(request, fields);
        return wrapped is null
            ? Result.None
            : new VaultResponse { Status = wrapped.Status, RawBody = wrapped.Body, AskedWrapTtl = wrapped.Ttl, AskedCreationPath = wrapped.CreationPath };
    }

    /// <summary>The token in the body has been counted already where the caller used it as its own as well: the value is lost.</summary>
    private bool IsSpentTwice(VaultRequest request, FieldData fields) =>
        fields.Text("token") is { Length: > 0 } id && tokens.Lookup(id, clock.Now()) is null && id == request.ClientToken;

    /// <summary>Spends the wrapping token. One that came as the caller's own has been counted, and is revoked by the pipeline.</summary>
    private WrappedResponse? Take(VaultRequest request, FieldData fields)
    {
        string id = TokenId(request, fields);
        if (tokens.LookupSpent(id, clock.Now()) is not { } token)
        {
            return null;
        }

        WrappedResponse? wrapped = token.Wrapped;
        if (fields.Text("token").Length > 0)
        {
            tokens.RevokeOrphaning(token);
        }

        return wrapped;
    }

    private static string TokenId(VaultRequest request, FieldData fields) =>
        fields.Text("token") is { Length: > 0 } id ? id : request.ClientToken;
}
