using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <content>Tokens: whose they are, and the broker's children.</content>
internal sealed partial class VaultClient
{
    /// <summary>Who a token is; a use of the token.</summary>
    public Task<VaultAnswer<TokenFacts>> LookupSelfAsync(VaultToken token, VaultCall call) =>
        AskVaultAsync(Get(CallClass.Caller, VaultPath.Of("auth/token/lookup-self"), token, call), TokenOf);

    /// <summary>Whether the token of an accessor lives; a spent wrap's does not.</summary>
    public Task<VaultAnswer<TokenFacts>> LookupAccessorAsync(VaultToken token, string accessor, VaultCall call)
    {
        var body = RequestBody.Of(writer => writer.WriteString("accessor", accessor));
        var request = Post(CallClass.Read, VaultPath.Of("auth/token/lookup-accessor"), token, body, call);
        return AskVaultAsync(request, TokenOf, static reply => reply.Status is 400 or 403 or 404 && reply.Says("invalid accessor"));
    }

    /// <summary>Mints a child in the one form that the broker's policy allows. Sent once.</summary>
    public Task<Minting> MintChildAsync(VaultToken broker, ChildForm form, VaultCall call)
    {
        var body = RequestBody.Of(writer => WriteChild(writer, form));
        var path = VaultPath.Of("auth/token/create/", form.Role, form.Role);
        return _transport.CallAsync<Minting>(Post(CallClass.Write, path, broker, body, call), reply =>
        {
            if (Verdict.Denial(reply) is { } why)
            {
                return new Minting.Denied(why);
            }

            return ChildOf(reply) as Minting ?? new Minting.Faulted(reply.Status == 400
                ? new VaultFault.WronglySetUp(reply.Detail)
                : Verdict.Fault(reply));
        });
    }

    private static void WriteChild(Utf8JsonWriter writer, ChildForm form)
    {
        writer.WriteStartArray("policies");
        writer.WriteStringValue(form.Policy);
        writer.WriteEndArray();
        writer.WriteString("entity_alias", form.Alias);
        writer.WriteString("ttl", form.Ttl);
        writer.WriteString("type", "batch");
        writer.WriteBoolean("no_default_policy", true);
        writer.WriteStartObject("meta");
        foreach (var (name, value) in form.Meta)
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
    }

    private static Minting.Minted? ChildOf(VaultReply reply) =>
        reply is { Status: 200, Root: { } root }
        && root.Object("auth") is { } auth
        && VaultToken.TryParse(auth.Text("client_token"), out _) is { } child
        && auth.Text("token_type") == "batch"
        && auth.Text("entity_id") is { Length: > 0 } entity
            ? new Minting.Minted(child, auth.Texts("policies"), entity, (int)auth.Seconds("lease_duration").TotalSeconds)
            : null;

    private static TokenFacts? TokenOf(JsonElement root) =>
        root.Object("data") is { } data && data.Member("policies") is { ValueKind: JsonValueKind.Array }
            ? new TokenFacts(
                data.Text("accessor"),
                data.Text("entity_id"),
                data.Text("display_name"),
                data.Texts("policies"),
                data.Seconds("ttl"),
                data.Flag("renewable") ?? false,
                data.Flag("orphan") ?? false,
                (int)(data.Number("num_uses") ?? 0),
                data.Text("type"),
                data.Text("path"),
                data.Seconds("explicit_max_ttl"))
            {
                IdentityPolicies = data.Texts("identity_policies"),
            }
            : null;
}
