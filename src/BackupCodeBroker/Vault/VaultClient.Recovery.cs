using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <content>
/// What recoveries hand out: secret-ids of AppRoles at a mount of their own, and tokens of token roles behind a prefix of their own. The role is called like
/// the identity, and names of identities are segments of paths: nobody's recovery reaches another's role.
/// </content>
internal sealed partial class VaultClient
{
    /// <summary>Path of an identity's recovery AppRole, for people.</summary>
    public string RecoveryAppRole(string identity) => $"auth/{_settings.RecoveryMount}/role/{identity}";

    /// <summary>Path of an identity's recovery token role, for people.</summary>
    public string RecoveryTokenRole(string identity) => $"auth/token/roles/{_settings.RecoveryRolePrefix}{identity}";

    /// <summary>The public half of an identity's recovery AppRole; absent where there is no such role.</summary>
    public Task<VaultAnswer<string>> ReadRecoveryRoleIdAsync(VaultToken broker, string identity, VaultCall call) =>
        AskVaultAsync(Get(CallClass.Read, Recovery(identity, "/role-id"), broker, call), static root => root.Object("data")?.Text("role_id") is { Length: > 0 } id ? id : null);

    /// <summary>Makes a secret-id of an identity's recovery AppRole. Sent once; <paramref name="operationId"/> stands in the audit log at each use of it.</summary>
    public Task<VaultAnswer<SecretIdFacts>> MakeRecoverySecretIdAsync(VaultToken broker, string identity, string operationId, VaultCall call)
    {
        var body = RequestBody.Of(writer => writer.WriteString("metadata", $$"""{"identity":"{{identity}}","recovery":"{{operationId}}"}"""));
        return AskVaultAsync(Post(CallClass.Write, Recovery(identity, "/secret-id"), broker, body, call), SecretIdOf, IsNoRole);
    }

    /// <summary>Makes a token of an identity's recovery token role, wrapped by Vault itself: nobody but who opens it sees it. Sent once.</summary>
    public Task<VaultAnswer<WrappedToken>> MakeRecoveryTokenAsync(VaultToken broker, string identity, string operationId, TimeSpan wrapTtl, VaultCall call)
    {
        var path = VaultPath.Of("auth/token/create/", _settings.RecoveryRolePrefix + identity, "{recovery}");
        var request = new VaultRequest(CallClass.Write, HttpMethod.Post, path, broker, call)
        {
            Body = RequestBody.Of(writer =>
            {
                writer.WriteString("type", "service");
                writer.WriteString("display_name", "recovery");
                writer.WriteStartObject("meta");
                writer.WriteString("identity", identity);
                writer.WriteString("recovery", operationId);
                writer.WriteEndObject();
            }),
            WrapTtl = wrapTtl,
        };
        return _transport.CallAsync<VaultAnswer<WrappedToken>>(request, reply =>
        {
            if (IsNoRole(reply))
            {
                return new VaultAnswer<WrappedToken>.Absent();
            }

            if (Verdict.Denial(reply) is { } why)
            {
                return new VaultAnswer<WrappedToken>.Denied(why, path.Text);
            }

            // A batch token has no accessor and could not be ended: the role is not as it has to be.
            return WrappedOf(reply) is not { } wrapped ? new VaultAnswer<WrappedToken>.Faulted(reply.Status == 400 ? new VaultFault.WronglySetUp(reply.Detail) : Verdict.Fault(reply))
                : reply.Root?.Object("wrap_info")?.Text("wrapped_accessor") is { Length: > 0 } accessor ? new VaultAnswer<WrappedToken>.Ok(new WrappedToken(wrapped, accessor), "")
                : new VaultAnswer<WrappedToken>.Faulted(new VaultFault.WronglySetUp($"{RecoveryTokenRole(identity)} makes tokens without an accessor: its token_type has to be service"));
        });
    }

    /// <summary>Ends a secret-id of an identity's recovery AppRole. True when it is certainly gone.</summary>
    public Task<bool> EndRecoverySecretIdAsync(VaultToken broker, string identity, string accessor, VaultCall call) =>
        EndAsync(Recovery(identity, "/secret-id-accessor/destroy"), "secret_id_accessor", broker, accessor, call);

    /// <summary>Ends a token by its accessor, with all its children. True when it is certainly gone.</summary>
    public Task<bool> EndTokenAsync(VaultToken broker, string accessor, VaultCall call) =>
        EndAsync(VaultPath.Of("auth/token/revoke-accessor"), "accessor", broker, accessor, call);

    /// <summary>Opens a wrap that holds a log-in, where there is no token of one's own. Absent where it does not open.</summary>
    public Task<VaultAnswer<LoginFacts>> UnwrapLoginAsync(VaultToken wrapping, VaultCall call) =>
        AskVaultAsync(Post(CallClass.Upkeep, Unwrap, wrapping, RequestBody.Of("{}"u8), call), LoginOf, IsNotValid);

    private Task<bool> EndAsync(VaultPath path, string field, VaultToken broker, string accessor, VaultCall call) =>
        _transport.CallAsync(
            Post(CallClass.Write, path, broker, RequestBody.Of(writer => writer.WriteString(field, accessor)), call),
            static reply => reply.Status is 200 or 204 || reply.Status is 400 or 403 or 404 or 500 && IsGone(reply));

    // An accessor that is not there any more, or the whole role: either way nothing can be logged in with. A secret-id's that Vault lost halfway is "invalid"
    // and 403, as a refusal is; an answer by status alone has its words among the data.
    private static bool IsGone(VaultReply reply) =>
        Tells(reply, "invalid accessor") || Tells(reply, "invalid secret id accessor") || Tells(reply, "failed to find accessor entry") || Tells(reply, "does not exist")
        || Verdict.IsAbsent(reply);

    private static bool Tells(VaultReply reply, string text) =>
        reply.Says(text) || reply.Root?.Object("data")?.Text("error").Contains(text, StringComparison.Ordinal) == true;

    private static bool IsNoRole(VaultReply reply) => reply.Status is 400 or 404 && (reply.Says("does not exist") || reply.Says("unknown role"));

    private VaultPath Recovery(string identity, string rest) => VaultPath.Of($"auth/{_settings.RecoveryMount}/role/", identity, "{recovery}", rest);

    private static SecretIdFacts? SecretIdOf(JsonElement root) =>
        root.Object("data") is { } data
        && VaultSecretId.TryParse(data.Text("secret_id"), out _) is { } secret
        && data.Text("secret_id_accessor") is { Length: > 0 } accessor
            ? new SecretIdFacts(secret, accessor)
            : null;
}

/// <summary>A secret-id that was just made.</summary>
internal sealed record SecretIdFacts(VaultSecretId SecretId, string Accessor);

/// <summary>A token that was just made, and the wrap that it is in. <paramref name="Accessor"/> is the token's, not the wrap's.</summary>
internal sealed record WrappedToken(Wrapping.Wrapped Wrap, string Accessor);
