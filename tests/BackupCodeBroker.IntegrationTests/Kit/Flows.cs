using System.Text.Json;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>The steps that most tests begin with.</summary>
internal static class Flows
{
    /// <summary>Unwraps at Vault as the recipient does: own token in the header, wrapping token in the body.</summary>
    public static async Task<Payload> UnwrapAsync(this BrokerEnvironment environment, Person recipient, ApiReply issued)
    {
        Assert.Equal(201, issued.Status);
        var token = issued.Json.GetProperty("wrapping").GetProperty("token").GetString();
        var answer = await environment.Root.SendAsync(HttpMethod.Post, "sys/wrapping/unwrap", new { token }, recipient.Token);
        return Payload.Of(answer.GetProperty("data"));
    }

    /// <summary>Issues, unwraps and activates.</summary>
    public static async Task<Payload> ClaimAsync(this BrokerEnvironment environment, RunningBroker broker, Person owner, string identity)
    {
        using var api = broker.As(owner);
        var payload = await environment.UnwrapAsync(owner, await api.IssueAsync(identity));
        var activated = await api.ActivateAsync(identity, payload.Generation, payload.Activation);
        Assert.True(activated.Status == 204, activated.Text);
        return payload;
    }

    /// <summary>A new identity of the owner's with codes received.</summary>
    public static async Task<Holding> HoldingAsync(this BrokerEnvironment environment, RunningBroker broker, Cast cast, string profile = "machine", string? name = null)
    {
        var identity = name ?? BrokerEnvironment.NewIdentity();
        await broker.RegisterAsync(cast.Team, identity, cast.Owner, profile);
        return new Holding(identity, await environment.ClaimAsync(broker, cast.Owner, identity));
    }

    /// <summary>Registers an identity for an owner.</summary>
    public static async Task RegisterAsync(this RunningBroker broker, Person team, string identity, Person owner, string profile = "machine")
    {
        using var api = broker.As(team);
        var registered = await api.RegisterAsync(identity, owner.EntityId, profile);
        Assert.True(registered.Status == 201, registered.Text);
    }
}

/// <summary>What was inside a wrap.</summary>
internal sealed record Payload(string Identity, int Generation, string Activation, IReadOnlyList<string> Codes)
{
    public static Payload Of(JsonElement data) => new(
        data.GetProperty("identity").GetString()!,
        data.GetProperty("generation").GetInt32(),
        data.GetProperty("activation").GetString()!,
        [.. data.GetProperty("codes").EnumerateArray().Select(c => c.GetString()!)]);
}
