using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <content>Response wrapping: how plaintext leaves. A wrap opens once; whoever opens it second finds out.</content>
internal sealed partial class VaultClient
{
    private const string NotValid = "wrapping token is not valid or does not exist";

    /// <summary>Wraps a payload. Sent once: a wrap whose answer was lost cannot be opened by anybody.</summary>
    public Task<Wrapping> WrapAsync(VaultToken broker, ReadOnlyMemory<byte> json, TimeSpan ttl, VaultCall call)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ttl, TimeSpan.FromSeconds(1));
        var request = new VaultRequest(CallClass.Write, HttpMethod.Post, VaultPath.Of("sys/wrapping/wrap"), broker, call)
        {
            Body = RequestBody.Of(json.Span),
            WrapTtl = ttl,
        };
        return _transport.CallAsync<Wrapping>(request, reply =>
        {
            if (Verdict.Denial(reply) is { } why)
            {
                return new Wrapping.Denied(why);
            }

            return WrappedOf(reply) as Wrapping ?? new Wrapping.Faulted(Verdict.Fault(reply));
        });
    }

    /// <summary>Where a wrap comes from; needs no token of one's own and spends nothing.</summary>
    public Task<VaultAnswer<WrapFacts>> LookupWrapAsync(VaultToken wrapping, VaultCall call)
    {
        var request = Post(CallClass.Read, VaultPath.Of("sys/wrapping/lookup"), null, TokenBody(wrapping), call);
        return AskVaultAsync(request, WrapOf, IsNotValid);
    }

    /// <summary>
    /// Opens a wrap as oneself, so that the audit log names who did: one's own token in the header and the wrapping token in the body
    /// (in both places it would be spent and its content lost). Sent once. The caller zeroes the bytes.
    /// </summary>
    public Task<VaultAnswer<byte[]>> UnwrapAsync(VaultToken own, VaultToken wrapping, VaultCall call)
    {
        if (own.SameAs(wrapping))
        {
            throw new ArgumentException("a wrap opened with its own token as header and body is lost", nameof(own));
        }

        return AskVaultAsync(Post(CallClass.Caller, Unwrap, own, TokenBody(wrapping), call), DataOf, IsNotValid);
    }

    /// <summary>Opens a wrap where there is no token of one's own yet: the broker's wrapped secret-id.</summary>
    public Task<VaultAnswer<byte[]>> UnwrapAloneAsync(VaultToken wrapping, VaultCall call) =>
        AskVaultAsync(Post(CallClass.Upkeep, Unwrap, wrapping, RequestBody.Of("{}"u8), call), DataOf, IsNotValid);

    /// <summary>
    /// Destroys a wrap without opening it: its token is good for one use, and whatever it is used for is the last. True when it is
    /// certainly gone.
    /// </summary>
    public Task<bool> SpendWrapAsync(VaultToken wrapping, VaultCall call) =>
        _transport.CallAsync(
            Post(CallClass.Write, VaultPath.Of("auth/token/revoke-self"), wrapping, RequestBody.Of("{}"u8), call),
            static reply => reply.Status is 200 or 204 || Verdict.Denial(reply) is not null);

    private static VaultPath Unwrap => VaultPath.Of("sys/wrapping/unwrap");

    private static bool IsNotValid(VaultReply reply) => reply.Status == 400 && reply.Says(NotValid);

    private static RequestBody TokenBody(VaultToken wrapping) =>
        RequestBody.Of(writer => writer.WriteString("token", wrapping.Reveal()), VaultToken.MaxLength + 32);

    private static Wrapping.Wrapped? WrappedOf(VaultReply reply) =>
        reply is { Status: 200, Root: { } root }
        && root.Object("wrap_info") is { } info
        && VaultToken.TryParse(info.Text("token"), out _) is { } token
        && info.Text("accessor") is { Length: > 0 } accessor
        && info.Text("creation_time") is { Length: > 0 } created
            ? new Wrapping.Wrapped(token, accessor, info.Seconds("ttl"), created, info.Text("creation_path"))
            : null;

    private static WrapFacts? WrapOf(JsonElement root) =>
        root.Object("data") is { } data && data.Text("creation_time") is { Length: > 0 } created
            ? new WrapFacts(data.Text("creation_path"), created, data.Seconds("creation_ttl"))
            : null;

    private static byte[]? DataOf(JsonElement root) => root.Object("data")?.Bytes();
}
