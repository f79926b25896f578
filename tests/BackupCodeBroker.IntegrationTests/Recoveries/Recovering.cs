using System.Text.Json;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Hashing;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Recoveries;

/// <summary>A deployment whose profiles have recoveries, and identities each with a role and a secret of its own.</summary>
internal sealed record Recovering(BrokerEnvironment Environment, RunningBroker Broker, Cast Cast)
{
    public const string ByRole = "by-role", ByToken = "by-token", Guarded = "guarded-recovery", Emergency = "emergency-recovery";

    public static Profile Paper { get; } = Profile.Printable with { Scheme = HashScheme.PrintableDefault with { Iterations = HashScheme.MinIterations } };

    public static TheoryData<string> Forms => [ByRole, ByToken];

    private string Private => Environment.PolicyPrefix + "private";

    public static BrokerSettings Settings(BrokerSettings settings) => settings with
    {
        Recover = new RecoverSettings { PerAddress = 1000, PerName = 1000 },
        // Stretching ten codes on a busy machine takes longer than a call may.
        Vault = settings.Vault with { CallTimeout = TimeSpan.FromSeconds(30) },
        Profiles = new Dictionary<string, Profile>(settings.Profiles)
        {
            [ByRole] = Profile.Machine with { Name = ByRole, Recovery = RecoveryForm.AppRole },
            [ByToken] = Profile.Machine with { Name = ByToken, Recovery = RecoveryForm.Token, Assurance = "recovery" },
            ["by-paper"] = Paper with { Name = "by-paper", Recovery = RecoveryForm.Token },
            [Guarded] = Paper with { Name = Guarded, Recovery = RecoveryForm.AppRole, Approvals = ["consume", "recover"] },
            [Emergency] = Profile.Machine with { Name = Emergency, Recovery = RecoveryForm.Token, BreakGlass = true },
        },
    };

    public static async Task<Recovering> OpenAsync(
        BrokerEnvironment environment, VaultTap? tap = null, TimeProvider? clock = null, Func<BrokerSettings, BrokerSettings>? settings = null, Action<IServiceCollection>? configure = null)
    {
        await environment.BootstrapAsync(recoveries: true);
        var broker = await environment.StartAsync(s => (settings ?? (x => x))(Settings(s)), configure, tap, clock);
        var recovering = new Recovering(environment, broker, await environment.CastAsync());
        return recovering;
    }

    /// <summary>An identity with codes, and with a role by which it recovers to read one secret that nobody else may read.</summary>
    public async Task<Holding> HoldingAsync(string profile, string? entity = null)
    {
        var identity = BrokerEnvironment.NewIdentity();
        await RegisterAsync(identity, profile, entity);
        await MakeRoleAsync(identity);
        return new Holding(identity, await Environment.ClaimAsync(Broker, Cast.Owner, identity));
    }

    public async Task MakeRoleAsync(string identity)
    {
        await Environment.Root.TryAsync(HttpMethod.Post, "sys/mounts/" + Private, new { type = "kv" });
        var policy = $"{Environment.PolicyPrefix}own-{identity}";
        await Environment.Root.PostAsync($"{Private}/{identity}", new { answer = "the secret of " + identity });
        await Environment.Root.PostAsync("sys/policies/acl/" + policy, new { policy = $"path \"{Private}/{identity}\" {{ capabilities = [\"read\"] }}" });
        await Environment.Root.PostAsync(
            $"auth/{Environment.Names.RecoveryMount}/role/{identity}",
            new { token_policies = new[] { policy }, secret_id_num_uses = 1, secret_id_ttl = "10m", token_ttl = "15m", token_max_ttl = "15m" });
        await Environment.Root.PostAsync(
            $"auth/token/roles/{Environment.Names.RecoveryRolePrefix}{identity}",
            new { allowed_policies = new[] { policy }, orphan = true, renewable = false, token_type = "service", token_explicit_max_ttl = "15m" });
    }

    /// <summary>Opens a recovery's wrap and logs in with what is inside; the token.</summary>
    public async Task<string> LogInAsync(ApiReply recovered)
    {
        Assert.True(recovered.Status == 200, recovered.Text);
        var wrapping = recovered.Json.GetProperty("wrapping").GetProperty("token").GetString();
        var (status, opened) = await Environment.Root.TryAsync(HttpMethod.Post, "sys/wrapping/unwrap", new { }, wrapping);
        Assert.True(status == 200, opened.ToString());
        if (recovered.Member("form") == "token")
        {
            return opened.GetProperty("auth").GetProperty("client_token").GetString()!;
        }

        var (logged, body) = await TryLogInAsync(opened.GetProperty("data"));
        Assert.True(logged == 200, body.ToString());
        return body.GetProperty("auth").GetProperty("client_token").GetString()!;
    }

    /// <summary>What is in the wrap of an AppRole's recovery.</summary>
    public async Task<JsonElement> OpenAsync(ApiReply recovered)
    {
        var wrapping = recovered.Json.GetProperty("wrapping").GetProperty("token").GetString();
        return (await Environment.Root.SendAsync(HttpMethod.Post, "sys/wrapping/unwrap", new { }, wrapping)).GetProperty("data");
    }

    /// <summary>Logs in with an AppRole's two halves.</summary>
    public Task<(int Status, JsonElement Body)> TryLogInAsync(JsonElement inside) => Environment.Root.TryAsync(
        HttpMethod.Post,
        $"auth/{inside.GetProperty("mount").GetString()}/login",
        new { role_id = inside.GetProperty("role_id").GetString(), secret_id = inside.GetProperty("secret_id").GetString() });

    /// <summary>Whether a token reads an identity's secret: the status.</summary>
    public async Task<int> ReadsAsync(string token, string identity) => (await Environment.Root.TryAsync(HttpMethod.Get, $"{Private}/{identity}", otherToken: token)).Status;

    /// <summary>How many secret-ids an identity's role has.</summary>
    public async Task<int> SecretIdsAsync(string identity)
    {
        var (status, body) = await Environment.Root.TryAsync(new HttpMethod("LIST"), $"auth/{Environment.Names.RecoveryMount}/role/{identity}/secret-id");
        return status == 404 ? 0 : body.GetProperty("data").GetProperty("keys").GetArrayLength();
    }

    private async Task RegisterAsync(string identity, string profile, string? entity)
    {
        using var team = Broker.As(Cast.Team);
        var owner = Cast.Owner.EntityId;
        var registered = await team.RegisterAsync(identity, owner, profile, entity is null ? null : new { owner, profile, entity });
        Assert.True(registered.Status == 201, registered.Text);
    }
}
