using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Approvals;

/// <summary>A help desk of two, a verifier and a front desk that is told reasons, around identities whose codes need a second person.</summary>
internal sealed record HelpDesk(BrokerEnvironment Environment, RunningBroker Broker, Cast Cast, Person Ann, Person Bob)
{
    public const string Guarded = "guarded", Emergency = "emergency", Returning = "returning";

    /// <summary>Settings with profiles that ask for approval.</summary>
    public static BrokerSettings Settings(BrokerSettings settings) => settings with
    {
        Profiles = new Dictionary<string, Profile>(settings.Profiles)
        {
            [Guarded] = Profile.Machine with { Name = Guarded, Approvals = ["consume"] },
            ["strict"] = Profile.Machine with { Name = "strict", Approvals = ["consume", "issue"] },
            ["paper"] = Profile.Printable with { Name = "paper", Approvals = ["consume"] },
            [Emergency] = Profile.Machine with { Name = Emergency, BreakGlass = true },
            [Returning] = Profile.Machine with { Name = Returning, Recovery = RecoveryForm.Token },
        },
    };

    /// <summary>The same as the environment of a process says it.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>
    {
        ["BCB_PROFILES__GUARDED__APPROVALS"] = "consume",
        ["BCB_PROFILES__RETURNING__RECOVERY"] = "token",
        ["BCB_PROFILES__STRICT__APPROVALS"] = "consume,issue",
        ["BCB_PROFILES__PAPER__KIND"] = "printable",
        ["BCB_PROFILES__PAPER__APPROVALS"] = "consume",
        ["BCB_PROFILES__EMERGENCY__BREAK_GLASS"] = "true",
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
        return await api.RequestApprovalAsync(identity, operation);
    }

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
        return await api.ApproveAsync(identity, approval, body);
    }

    public async Task<ApiReply> DenyAsync(string identity, string approval, Person? by = null)
    {
        using var api = Broker.As(by ?? Bob);
        return await api.DenyAsync(identity, approval);
    }

    public async Task<ApiReply> ReviewAsync(string identity, string operation, Person? by = null)
    {
        using var api = Broker.As(by ?? Bob);
        return await api.ReviewAsync(identity, operation);
    }

    public async Task<ApiReply> ListAsync(string identity, Person? by = null)
    {
        using var api = Broker.As(by ?? Bob);
        return await api.ApprovalsAsync(identity);
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

/// <summary>The routes of approvals and reviews, as calls.</summary>
internal static class ApprovalCalls
{
    public static Task<ApiReply> RequestApprovalAsync(this ApiClient api, string identity, string operation = "consume") => api.SendAsync(
        HttpMethod.Post, $"/v1/identities/{identity}/approvals", new { operation, reason = "phone lost", ticket = "HD-4711", verification = "video call, badge seen" });

    public static Task<ApiReply> ApprovalsAsync(this ApiClient api, string identity) => api.SendAsync(HttpMethod.Get, $"/v1/identities/{identity}/approvals");

    public static Task<ApiReply> ApproveAsync(this ApiClient api, string identity, string approval, object? body = null) =>
        api.SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/approvals/{approval}/approve", body);

    public static Task<ApiReply> DenyAsync(this ApiClient api, string identity, string approval) =>
        api.SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/approvals/{approval}/deny", new { reason = "no badge" });

    public static Task<ApiReply> ReviewAsync(this ApiClient api, string identity, string operation) =>
        api.SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/reviews/{operation}", new { note = "talked to them" });
}
