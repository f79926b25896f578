using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Vault.Login;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Login;

/// <summary>
/// The broker logs in with nothing that lives long: a JWT that somebody signs (RS256 and ES256), a service account that Kubernetes vouches for, a secret-id that
/// came wrapped, a token that an agent keeps. Each serves an operation, and each that fails says why and is tried again.
/// </summary>
public sealed class LoginWithoutSecretTests(TestVault vault)
{
    [Theory]
    [InlineData("jwt")]
    [InlineData("kubernetes")]
    [InlineData("wrapped-secret-id")]
    [InlineData("token-file")]
    [Trait("Requirement", "R-41")]
    public async Task A_broker_that_logged_in_without_a_static_secret_serves(string method)
    {
        await using var stage = await LoginStage.SetAsync(vault);
        var broker = await stage.StartAsync(await PreparedAsync(stage, method));
        var cast = await stage.Environment.CastAsync();

        using var team = broker.As(cast.Team);
        Assert.Equal(201, (await team.RegisterAsync(BrokerEnvironment.NewIdentity(), cast.Owner.EntityId)).Status);
    }

    [Theory]
    [InlineData("jwt")]
    [InlineData("kubernetes")]
    [InlineData("wrapped-secret-id")]
    [Trait("Requirement", "R-41")]
    public async Task After_its_token_was_revoked_the_broker_logs_in_anew_and_serves_on(string method)
    {
        await using var stage = await LoginStage.SetAsync(vault);
        var broker = await stage.StartAsync(await PreparedAsync(stage, method));
        var session = broker.Services.GetRequiredService<BrokerSession>();
        // What was good at the first log-in is not kept: the JWT that is in the file now is.
        if (method != "wrapped-secret-id")
        {
            stage.Deliver(method == "jwt" ? stage.Jwt() : stage.ServiceAccountToken());
        }

        await stage.Environment.Root.PostAsync("auth/token/revoke-accessor", new { accessor = session.Accessor });
        session.Doubt(session.Generation);
        await broker.UntilAsync(() => Task.FromResult(session.Generation == 2));

        var cast = await stage.Environment.CastAsync();
        using var team = broker.As(cast.Team);
        await broker.UntilAsync(async () => (await team.RegisterAsync(BrokerEnvironment.NewIdentity(), cast.Owner.EntityId)).Status == 201);
    }

    [Fact]
    [Trait("Requirement", "R-41")]
    public async Task A_token_that_the_agent_replaced_is_taken_up_and_the_old_one_left_alone()
    {
        await using var stage = await LoginStage.SetAsync(vault);
        var broker = await stage.StartAsync(await PreparedAsync(stage, "token-file"));
        var session = broker.Services.GetRequiredService<BrokerSession>();
        var first = session.Accessor;

        stage.Deliver(await BrokerTokenAsync(stage));
        await broker.UntilAsync(() => Task.FromResult(session.Generation == 2));

        Assert.NotEqual(first, session.Accessor);
        await broker.DisposeAsync();
        Assert.Equal(200, (await stage.Environment.Root.TryAsync(HttpMethod.Post, "auth/token/lookup-accessor", new { accessor = first })).Status);
    }

    [Fact]
    [Trait("Requirement", "R-41")]
    public async Task A_token_of_a_log_in_by_JWT_is_revoked_when_the_broker_stops()
    {
        await using var stage = await LoginStage.SetAsync(vault);
        var broker = await stage.StartAsync(await PreparedAsync(stage, "jwt"));
        var accessor = broker.Services.GetRequiredService<BrokerSession>().Accessor;

        await broker.DisposeAsync();

        Assert.NotEqual(200, (await stage.Environment.Root.TryAsync(HttpMethod.Post, "auth/token/lookup-accessor", new { accessor })).Status);
    }

    [Theory]
    [InlineData("expired", "Vault says that the JWT has expired")]
    [InlineData("other key", "knows no key that has signed the JWT")]
    [InlineData("other audience", "is bound to other JWTs")]
    [InlineData("other subject", "is bound to other JWTs")]
    [InlineData("other team", "is bound to other JWTs")]
    [InlineData("no role", "has no role")]
    [InlineData("no file", "does not exist")]
    [Trait("Requirement", "R-41")]
    public async Task A_JWT_that_is_not_taken_leaves_the_broker_unready_saying_why_until_it_is_set_right(string wrong, string why)
    {
        await using var stage = await LoginStage.SetAsync(vault);
        using var stranger = JwtIssuer.Curve();
        switch (wrong)
        {
            case "expired":
                stage.Deliver(stage.Jwt(TimeSpan.FromMinutes(-10)));
                break;
            case "other key":
                stage.Deliver(stranger.Sign(LoginStage.Subject, LoginStage.Audience, TimeSpan.FromHours(1), ("team", "security")));
                break;
            case "other audience":
                stage.Deliver(stage.Issuer.Sign(LoginStage.Subject, "elsewhere.example", TimeSpan.FromHours(1), ("team", "security")));
                break;
            case "other subject":
                stage.Deliver(stage.Issuer.Sign("workload:other", LoginStage.Audience, TimeSpan.FromHours(1), ("team", "security")));
                break;
            case "other team":
                stage.Deliver(stage.Issuer.Sign(LoginStage.Subject, LoginStage.Audience, TimeSpan.FromHours(1), ("team", "sales")));
                break;
            case "no role":
                stage.Deliver(stage.Jwt());
                await stage.Environment.Root.DeleteAsync($"auth/{stage.JwtMount}/role/{stage.Role}");
                break;
        }

        var broker = await stage.StartAsync(stage.ByJwt, untilReady: false);
        await UnreadyAsync(stage, broker, why);

        await stage.ChangeRoleAsync(stage.JwtMount, stage.JwtRole());
        stage.Deliver(stage.Jwt());
        await broker.UntilReadyAsync();
    }

    [Theory]
    [InlineData("expired", "ended at")]
    [InlineData("other account", "is bound to other JWTs")]
    [InlineData("deleted account", "does not let the JWT in")]
    [InlineData("Kubernetes down", "does not let the JWT in")]
    [Trait("Requirement", "R-41")]
    public async Task A_service_account_that_is_not_taken_leaves_the_broker_unready_saying_why_until_it_is_set_right(string wrong, string why)
    {
        await using var stage = await LoginStage.SetAsync(vault);
        stage.Deliver(wrong switch
        {
            "expired" => stage.ServiceAccountToken(TimeSpan.FromMinutes(-10)),
            "other account" => stage.Kubernetes.TokenOf(LoginStage.Space, "other"),
            _ => stage.ServiceAccountToken(),
        });
        if (wrong == "deleted account")
        {
            stage.Kubernetes.Delete(LoginStage.Space, LoginStage.Account);
        }

        stage.Kubernetes.IsDown = wrong == "Kubernetes down";
        var broker = await stage.StartAsync(stage.ByKubernetes, untilReady: false);
        await UnreadyAsync(stage, broker, why);

        stage.Kubernetes.IsDown = false;
        stage.Deliver(stage.ServiceAccountToken());
        await broker.UntilReadyAsync();
        Assert.True(stage.Kubernetes.Reviews > 0);
    }

    [Fact]
    [Trait("Requirement", "R-41")]
    public async Task Where_no_method_is_mounted_the_broker_says_so_and_logs_in_once_it_is()
    {
        await using var stage = await LoginStage.SetAsync(vault);
        await stage.Environment.Root.DeleteAsync("sys/auth/" + stage.JwtMount);
        stage.Deliver(stage.Jwt());
        var broker = await stage.StartAsync(stage.ByJwt, untilReady: false);
        await UnreadyAsync(stage, broker, $"auth/{stage.JwtMount}'");

        await stage.Environment.Root.PostAsync("sys/auth/" + stage.JwtMount, new { type = "jwt" });
        await stage.Environment.Root.PostAsync($"auth/{stage.JwtMount}/config", new { jwt_validation_pubkeys = new[] { stage.Issuer.PublicPem } });
        await stage.ChangeRoleAsync(stage.JwtMount, stage.JwtRole());
        await broker.UntilReadyAsync();
    }

    [Theory]
    [InlineData("jwt")]
    [InlineData("kubernetes")]
    [Trait("Requirement", "R-02")]
    public async Task Neither_JWT_nor_token_reaches_a_log_or_an_answer(string method)
    {
        await using var stage = await LoginStage.SetAsync(vault);
        using var logs = new CapturingLogs();
        var bad = method == "jwt" ? stage.Jwt(TimeSpan.FromMinutes(-10)) : stage.ServiceAccountToken(TimeSpan.FromMinutes(-10));
        stage.Deliver(bad);
        var broker = await stage.StartAsync(
            method == "jwt" ? stage.ByJwt : stage.ByKubernetes, untilReady: false, services => services.AddLogging(logging => logging.AddProvider(logs)));
        await LoginStage.WhyNotAsync(broker, "JWT");
        using var anyone = broker.As((await stage.Environment.CastAsync()).Team);
        var answers = (await anyone.SendAsync(HttpMethod.Get, "/readyz")).Text + (await anyone.SendAsync(HttpMethod.Get, "/healthz")).Text;
        var good = method == "jwt" ? stage.Jwt() : stage.ServiceAccountToken();
        stage.Deliver(good);
        await broker.UntilReadyAsync();
        await broker.DisposeAsync();

        Assert.Contains(logs.Lines, line => line.Contains("logged in at Vault", StringComparison.Ordinal));
        Assert.All((string[])[bad, good], jwt => Assert.All(logs.Lines.Append(answers), text => Assert.All(
            jwt.Split('.').Where(part => part.Length > 40), part => Assert.DoesNotContain(part, text, StringComparison.Ordinal))));
    }

    private static async Task UnreadyAsync(LoginStage stage, RunningBroker broker, string why)
    {
        await LoginStage.WhyNotAsync(broker, why);
        using var anyone = broker.As((await stage.Environment.CastAsync()).Team);
        var ready = await anyone.SendAsync(HttpMethod.Get, "/readyz");
        Assert.Equal(503, ready.Status);
        Assert.Contains("log-in", ready.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await anyone.SendAsync(HttpMethod.Get, "/healthz")).Status);
    }

    private static async Task<LoginSettings> PreparedAsync(LoginStage stage, string method)
    {
        switch (method)
        {
            case "jwt":
                stage.Deliver(stage.Jwt());
                return stage.ByJwt;
            case "kubernetes":
                stage.Deliver(stage.ServiceAccountToken());
                return stage.ByKubernetes;
            case "token-file":
                stage.Deliver(await BrokerTokenAsync(stage));
                return new LoginSettings { TokenFile = stage.FilePath };
            default:
                return new LoginSettings { CredentialsDirectory = await WrappedAsync(stage) };
        }
    }

    /// <summary>What Vault Agent leaves in its sink.</summary>
    private static async Task<string> BrokerTokenAsync(LoginStage stage)
    {
        var login = await stage.Environment.Root.PostAsync($"auth/{stage.JwtMount}/login", new { role = stage.Role, jwt = stage.Jwt() });
        return login.GetProperty("auth").GetProperty("client_token").GetString()!;
    }

    /// <summary>A folder as whoever delivers the secret-id leaves it: the role-id, and a wrap that was made where secret-ids are made.</summary>
    private static async Task<string> WrappedAsync(LoginStage stage)
    {
        var environment = stage.Environment;
        var folder = Path.Combine(Path.GetDirectoryName(stage.FilePath)!, "credentials");
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(environment.Credentials, "role-id"), Path.Combine(folder, "role-id"));
        var (_, wrapped) = await environment.Root.TryAsync(
            HttpMethod.Post, $"auth/{environment.Names.AppRoleMount}/role/{environment.Names.AppRoleName}/secret-id", new { }, wrapTtl: "120s");
        await File.WriteAllTextAsync(Path.Combine(folder, "wrapped-secret-id"), wrapped.GetProperty("wrap_info").GetProperty("token").GetString() + "\n");
        return folder;
    }
}
