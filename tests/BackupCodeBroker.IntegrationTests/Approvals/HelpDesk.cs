using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Approvals;

/// <summary>A help desk of two, a verifier and a front desk that is told reasons, around identities whose codes need a second person.</summary>
internal sealed record HelpDesk(BrokerEnvironment Environment, RunningBroker Broker, Cast Cast, Person Ann, Person Bob)
{
    public const string Guarded = "guarded", Emergency = "emergency";

    /// <summary>Settings with profiles that ask for approval.</summary>
    public static BrokerSettings Settings(BrokerSettings settings) => settings with
    {
        Profiles = new Dictionary<string, Profile>(settings.Profiles)
        {
            [Guarded] = Profile.Machine with { Name = Guarded, Approvals = ["consume"] },
            ["strict"] = Profile.Machine with { Name = "strict", Approvals = ["consume", "issue"] },
            ["paper"] = Profile.Printable with { Name = "paper", Approvals = ["consume"] },
            [Emergency] = Profile.Machine with { Name = Emergency, BreakGlass = true },
        },
    };

    public static async Task<HelpDesk> OpenAsync(BrokerEnvironment environment, VaultTap? tap = null, TimeProvider? clock = null) => new(
        environment,
        await environment.StartAsync(Settings, tap: tap, clock: clock),
        await environment.CastAsync(),
        await environment.PersonAsync("ann", "help-desk"),
        await environment.PersonAsync("bob", "help-desk"));

    public Task<Holding> HoldingAsync(string profile = Guarded) => Environment.HoldingAsync(Broker, Cast, profile);

    public async Task<ApiReply> AskAsync(string identity, Person? by = null, string operation = "consume")
    {
        using var api = Broker.As(by ?? Ann);
        return await api.SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/approvals", Request(operation));
    }

    public static object Request(string operation = "consume") => new { operation, reason = "phone lost", ticket = "HD-4711", verification = "video call, badge seen" };

    /// <summary>Asks as Ann; the request's id.</summary>
    public async Task<string> AskedAsync(string identity, string operation = "consume")
    {
        var reply = await AskAsync(identity, operation: operation);
        Assert.True(reply.Status == 201, reply.Text);
        return reply.Member("approval")!;
    }

    public async Task<ApiReply> GiveAsync(string identity, string approval, Person? by = null, object? body = null)
    {
        using var api = Broker.As(by ?? Bob);
        return await api.SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/approvals/{approval}/approve", body);
    }

    public async Task<ApiReply> DenyAsync(string identity, string approval, Person? by = null)
    {
        using var api = Broker.As(by ?? Bob);
        return await api.SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/approvals/{approval}/deny", new { reason = "no badge" });
    }

    public async Task<ApiReply> ReviewAsync(string identity, string operation, Person? by = null)
    {
        using var api = Broker.As(by ?? Bob);
        return await api.SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/reviews/{operation}", new { note = "talked to them" });
    }

    public async Task<ApiReply> ListAsync(string identity, Person? by = null)
    {
        using var api = Broker.As(by ?? Bob);
        return await api.SendAsync(HttpMethod.Get, $"/v1/identities/{identity}/approvals");
    }

    /// <summary>Consumes as somebody who is told why not.</summary>
    public async Task<ApiReply> ConsumeAsync(Holding holding, int code = 0, Person? by = null, string? key = null)
    {
        using var api = Broker.As(by ?? Cast.Desk);
        return await api.ConsumeAsync(holding.Identity, holding.Code(code), key);
    }

    /// <summary>Asked by Ann and given by Bob.</summary>
    public async Task<string> ApprovedAsync(string identity, string operation = "consume")
    {
        var approval = await AskedAsync(identity, operation);
        Assert.Equal(204, (await GiveAsync(identity, approval)).Status);
        return approval;
    }
}
