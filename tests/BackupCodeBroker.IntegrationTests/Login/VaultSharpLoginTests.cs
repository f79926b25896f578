using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Vault.Login;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Login;

/// <summary>
/// The log-in tests through VaultSharp, for each method that the tests' Vault serves. Without the optional build (<c>make test VAULTSHARP=1</c>) they say so and are skipped.
/// </summary>
public sealed class VaultSharpLoginTests(TestVault vault)
{
    [Theory]
    [InlineData("approle")]
    [InlineData("jwt")]
    [InlineData("kubernetes")]
    [InlineData("userpass")]
    [InlineData("token")]
    [Trait("Requirement", "R-41")]
    public async Task A_broker_that_logged_in_by_the_library_serves_and_logs_in_anew_after_a_revocation(string method)
    {
        await using var stage = await SetAsync();
        var broker = await stage.StartAsync(await PreparedAsync(stage, method));
        var session = broker.Services.GetRequiredService<BrokerSession>();
        var first = session.Accessor;
        Assert.NotEqual("", first);
        await RegisterAsync(stage, broker);

        // A token that was given is not the broker's to get anew: somebody has to deliver another.
        await PreparedAsync(stage, method);
        await stage.Environment.Root.PostAsync("auth/token/revoke-accessor", new { accessor = first });
        session.Doubt(session.Generation);
        await broker.UntilAsync(() => Task.FromResult(session.Generation == 2));

        Assert.NotEqual(first, session.Accessor);
        await RegisterAsync(stage, broker);
    }

    [Theory]
    [InlineData("approle", false)]
    [InlineData("token", true)]
    public async Task What_it_logged_in_for_is_revoked_at_the_end_and_what_it_was_given_is_not(string method, bool lives)
    {
        await using var stage = await SetAsync();
        var broker = await stage.StartAsync(await PreparedAsync(stage, method));
        var accessor = broker.Services.GetRequiredService<BrokerSession>().Accessor;

        await broker.DisposeAsync();

        Assert.Equal(lives, (await stage.Environment.Root.TryAsync(HttpMethod.Post, "auth/token/lookup-accessor", new { accessor })).Status == 200);
    }

    [Theory]
    [InlineData("approle", "invalid secret id")]
    [InlineData("jwt", "token is expired")]
    [InlineData("kubernetes", "refuses the log-in")]
    [InlineData("userpass", "invalid username or password")]
    [InlineData("token", "refuses the log-in")]
    [Trait("Requirement", "R-02")]
    public async Task What_Vault_does_not_take_is_said_without_what_was_shown_and_tried_again(string method, string why)
    {
        await using var stage = await SetAsync();
        using var logs = new CapturingLogs();
        var login = await PreparedAsync(stage, method);
        var shown = method switch
        {
            "approle" => "11111111-2222-3333-4444-555555555555",
            "jwt" => stage.Jwt(TimeSpan.FromMinutes(-10)),
            "kubernetes" => stage.ServiceAccountToken(TimeSpan.FromMinutes(-10)),
            "userpass" => "wrong horse battery staple",
            _ => "hvs." + new string('A', 90),
        };
        stage.Deliver(shown);
        var broker = await stage.StartAsync(login, untilReady: false, services => services.AddLogging(logging => logging.AddProvider(logs)));

        var said = await LoginStage.WhyNotAsync(broker, why);
        await PreparedAsync(stage, method);
        await broker.UntilReadyAsync();

        Assert.All(logs.Lines.Append(said), line => Assert.DoesNotContain(shown, line, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public async Task Words_of_Vault_that_repeat_what_was_shown_are_not_told()
    {
        const string Shown = "wrong horse battery staple";
        await using var stage = await SetAsync();
        await using var proxy = await VaultProxy.StartAsync(vault.Address);
        proxy.Answer = async http =>
        {
            var isLogin = http.Request.Path.Value!.Contains("/login/", StringComparison.Ordinal);
            if (isLogin)
            {
                http.Response.StatusCode = 400;
                await http.Response.WriteAsJsonAsync(new { errors = new[] { "no such password: " + Shown } });
            }

            return isLogin;
        };
        var login = await PreparedAsync(stage, "userpass");
        stage.Deliver(Shown);
        var broker = await stage.Environment.StartAsync(settings => settings with { Login = login, Vault = settings.Vault with { Address = proxy.Address } }, untilReady: false);

        Assert.EndsWith("by userpass (400)", await LoginStage.WhyNotAsync(broker, "refuses the log-in"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_missing_is_named()
    {
        await using var stage = await SetAsync();
        var broker = await stage.StartAsync(new LoginSettings { Library = Of("userpass", ("mount", stage.PeopleMount), ("username", "bcb"), ("password_file", "/no/such/file")) }, untilReady: false);
        await LoginStage.WhyNotAsync(broker, "'/no/such/file' does not exist");
    }

    [Fact]
    public async Task A_Vault_that_does_not_answer_is_said_to_be_just_that()
    {
        await using var stage = await SetAsync();
        stage.Deliver("password");
        var broker = await stage.Environment.StartAsync(
            settings => settings with
            {
                Login = new LoginSettings { Library = Of("userpass", ("username", "bcb"), ("password_file", stage.FilePath)) },
                Vault = settings.Vault with { Address = "http://127.0.0.1:9" },
            },
            untilReady: false);
        await LoginStage.WhyNotAsync(broker, "Vault cannot be reached");
    }

    [Theory]
    [InlineData("", "login.vaultsharp.method must be one of alicloud, approle, aws-ec2, aws-iam, azure, cert, gcp, github, jwt, kerberos, kubernetes, ldap, okta, radius, token, userpass")]
    [InlineData("ldap", "login.vaultsharp.username is needed for ldap;login.vaultsharp.password_file is needed for ldap")]
    [InlineData("ldap username password password_file", "login.vaultsharp.password is unknown to ldap")]
    [InlineData("kerberos", "")]
    [InlineData("cert certificate key role mount", "")]
    public void Every_error_of_its_settings_is_told(string given, string errors)
    {
        SkipWithout();
        var words = given.Split(' ');
        var settings = new LoginSettings { Library = Of(words[0], [.. words[1..].Select(word => (word, "x"))]) };
        Assert.Equal(errors, string.Join(';', settings.Errors()));
    }

    private static void SkipWithout() => Assert.SkipWhen(LoginLibrary.Load() is null, "the optional VaultSharp build is not here: make test VAULTSHARP=1");

    private static LibraryLoginSettings Of(string method, params (string Name, string Value)[] parameters) =>
        new(method, parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal));

    private static async Task RegisterAsync(LoginStage stage, RunningBroker broker)
    {
        var cast = await stage.Environment.CastAsync();
        using var team = broker.As(cast.Team);
        await broker.UntilAsync(async () => (await team.RegisterAsync(BrokerEnvironment.NewIdentity(), cast.Owner.EntityId)).Status == 201);
    }

    private async Task<LoginStage> SetAsync()
    {
        SkipWithout();
        return await LoginStage.SetAsync(vault);
    }

    private static async Task<LoginSettings> PreparedAsync(LoginStage stage, string method)
    {
        stage.Deliver(method switch
        {
            "approle" => (await File.ReadAllTextAsync(Path.Combine(stage.Environment.Credentials, "secret-id"))).Trim(),
            "jwt" => stage.Jwt(),
            "kubernetes" => stage.ServiceAccountToken(),
            "userpass" => "correct horse battery staple",
            _ => (await stage.Environment.Root.PostAsync($"auth/{stage.JwtMount}/login", new { role = stage.Role, jwt = stage.Jwt() })).GetProperty("auth").GetProperty("client_token").GetString()!,
        });
        var roleId = Path.Combine(stage.Environment.Credentials, "role-id");
        return new LoginSettings
        {
            Library = method switch
            {
                "approle" => Of(method, ("mount", stage.Environment.Names.AppRoleMount), ("role_id_file", roleId), ("secret_id_file", stage.FilePath)),
                "jwt" => Of(method, ("mount", stage.JwtMount), ("role", stage.Role), ("jwt_file", stage.FilePath)),
                "kubernetes" => Of(method, ("mount", stage.KubernetesMount), ("role", stage.Role), ("jwt_file", stage.FilePath)),
                "userpass" => Of(method, ("mount", stage.PeopleMount), ("username", LoginStage.Account), ("password_file", stage.FilePath)),
                _ => Of(method, ("token_file", stage.FilePath)),
            },
        };
    }
}
