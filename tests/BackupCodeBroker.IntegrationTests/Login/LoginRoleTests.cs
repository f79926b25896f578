using System.Text.Json;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Doctor;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Login;

/// <summary>Bootstrap makes the role of a log-in by JWT for the one who is named and for nobody else; doctor finds what is otherwise.</summary>
public sealed class LoginRoleTests(TestVault vault)
{
    [Theory]
    [InlineData("jwt")]
    [InlineData("kubernetes")]
    [Trait("Requirement", "R-41")]
    public async Task Bootstrap_makes_a_role_by_which_the_broker_logs_in_and_no_AppRole(string method)
    {
        await using var stage = await LoginStage.SetAsync(vault);
        var login = Login(stage, method);
        await stage.Environment.Root.DeleteAsync($"auth/{Mount(stage, method)}/role/{stage.Role}");
        await stage.Environment.Root.DeleteAsync("sys/auth/" + stage.Environment.Names.AppRoleMount);

        var unnamed = await RunAsync(stage, login, LoginBounds.None);
        var made = await RunAsync(stage, login, Bounds(method));
        var again = await RunAsync(stage, login, Bounds(method));

        Assert.Contains("whom it is to let in nobody has said", Failure(unnamed), StringComparison.Ordinal);
        Assert.False(made.HasFailures, string.Join('\n', made.Steps));
        Assert.False(again.HasChanges, string.Join('\n', again.Steps));
        Assert.Equal(404, (await stage.Environment.Root.TryAsync(HttpMethod.Get, $"auth/{stage.Environment.Names.AppRoleMount}/role/{stage.Role}")).Status);
        stage.Deliver(method == "jwt" ? stage.Jwt() : stage.ServiceAccountToken());
        await stage.StartAsync(login);
    }

    [Fact]
    public async Task What_drifted_is_set_right_and_what_is_the_operators_is_left()
    {
        await using var stage = await LoginStage.SetAsync(vault);
        await RunAsync(stage, stage.ByJwt, Bounds("jwt"));
        await stage.ChangeRoleAsync(stage.JwtMount, new
        {
            role_type = "jwt",
            bound_claims_type = "glob",
            bound_claims = new { team = "sec*" },
            token_no_default_policy = false,
            token_policies = new[] { stage.Role, "default" },
            token_bound_cidrs = "127.0.0.0/8",
        });

        var report = await RunAsync(stage, stage.ByJwt, LoginBounds.None);

        Assert.Contains(report.Steps, step => step.Result is StepResult.Changed && step.What.StartsWith("role ", StringComparison.Ordinal));
        var role = (await stage.Environment.Root.GetAsync($"auth/{stage.JwtMount}/role/{stage.Role}")).GetProperty("data");
        Assert.True(role.GetProperty("token_no_default_policy").GetBoolean());
        Assert.Equal([stage.Role], role.GetProperty("token_policies").EnumerateArray().Select(p => p.GetString()));
        Assert.Equal(("glob", "sec*", LoginStage.Subject), (role.GetProperty("bound_claims_type").GetString(), role.GetProperty("bound_claims").GetProperty("team").GetString(), role.GetProperty("bound_subject").GetString()));
        Assert.Single(role.GetProperty("token_bound_cidrs").EnumerateArray());
    }

    [Theory]
    [InlineData("jwt", "everybody")]
    [InlineData("jwt", "any claim")]
    [InlineData("kubernetes", "everybody")]
    [InlineData("kubernetes", "any namespace")]
    public async Task A_role_that_lets_anybody_in_gets_none_of_the_brokers_policies_before_somebody_says_whom_it_is_for(string method, string wrong)
    {
        await using var stage = await LoginStage.SetAsync(vault);
        await RunAsync(stage, Login(stage, method), Bounds(method));
        await stage.ChangeRoleAsync(Mount(stage, method), method == "jwt" ? new { role_type = "jwt", token_policies = new[] { "default" } } : new { token_policies = new[] { "default" } });
        await BreakAsync(stage, method, wrong);

        var report = await RunAsync(stage, Login(stage, method), LoginBounds.None);

        Assert.Contains("lets in whoever", Failure(report), StringComparison.Ordinal);
        var role = (await stage.Environment.Root.GetAsync($"auth/{Mount(stage, method)}/role/{stage.Role}")).GetProperty("data");
        Assert.Equal(["default"], role.GetProperty("token_policies").EnumerateArray().Select(p => p.GetString()));
    }

    [Fact]
    public async Task A_method_that_is_not_there_is_a_persons_to_enable()
    {
        await using var stage = await LoginStage.SetAsync(vault);
        await stage.Environment.Root.DeleteAsync("sys/auth/" + stage.KubernetesMount);

        var report = await RunAsync(stage, stage.ByKubernetes, Bounds("kubernetes"));

        Assert.Contains($"vault auth enable -path={stage.KubernetesMount} kubernetes", Failure(report), StringComparison.Ordinal);
        Assert.Equal(404, (await stage.Environment.Root.TryAsync(HttpMethod.Get, $"auth/{stage.KubernetesMount}/role/{stage.Role}")).Status);
    }

    [Theory]
    [InlineData("jwt", "nothing", null, null)]
    [InlineData("kubernetes", "nothing", null, null)]
    [InlineData("jwt", "default policy", "broker-role", "token_no_default_policy")]
    [InlineData("kubernetes", "everybody", "broker-role", "lets in whoever")]
    [InlineData("jwt", "everybody", "broker-role", "lets in whoever")]
    [InlineData("jwt", "no role", "broker-role", "not there")]
    [InlineData("kubernetes", "no method", "login-mount", "not there")]
    [InlineData("jwt", "ended", "login-jwt", "it ended at")]
    [InlineData("jwt", "no JWT", "login-jwt", "is empty")]
    [Trait("Requirement", "R-47")]
    public async Task Doctor_finds_what_is_wrong_with_the_log_in(string method, string wrong, string? id, string? what)
    {
        await using var stage = await LoginStage.SetAsync(vault);
        var login = Login(stage, method);
        await RunAsync(stage, login, Bounds(method));
        stage.Deliver(wrong switch
        {
            "ended" => stage.Jwt(TimeSpan.FromMinutes(-10)),
            "no JWT" => "",
            _ => method == "jwt" ? stage.Jwt() : stage.ServiceAccountToken(),
        });
        await BreakAsync(stage, method, wrong);

        var report = await ExamineAsync(stage, login);

        var findings = report.Checks.Where(check => check.Id is "login-mount" or "login-jwt" or "broker-role" && check.Result is CheckResult.Finding).ToList();
        Assert.DoesNotContain(report.Checks, check => check.Id is "approle-mount" or "credentials");
        if (id is null)
        {
            Assert.Empty(findings);
            Assert.Equal(3, report.Checks.Count(check => check.Id is "login-mount" or "login-jwt" or "broker-role" && check.Result is CheckResult.Ok));
            return;
        }

        var finding = Assert.IsType<CheckResult.Finding>(Assert.Single(findings, check => check.Id == id).Result);
        Assert.Equal(Severity.Error, finding.Severity);
        Assert.Contains(what!, finding.What, StringComparison.Ordinal);
        Assert.NotEmpty(finding.Fix.Words);
    }

    [Theory]
    [InlineData(null, "team/bcb", null, null, "for a broker that logs in by login.kubernetes or login.jwt")]
    [InlineData("kubernetes", null, "x", null, "--subject is for login.jwt")]
    [InlineData("jwt", "team/bcb", null, null, "--service-account is for login.kubernetes")]
    [InlineData("kubernetes", "bcb", null, null, "--service-account is NAMESPACE/NAME")]
    [InlineData("kubernetes", "team/*", null, null, "names one account")]
    [InlineData("kubernetes", "team/bcb", null, "vault", null)]
    [InlineData("jwt", null, "x", "vault", null)]
    [InlineData(null, null, null, null, null)]
    public void Whom_a_role_lets_in_goes_with_the_log_in(string? method, string? account, string? subject, string? audience, string? fault)
    {
        var login = method is null ? null : new JwtLoginSettings("login." + method) { Mount = method, Role = "r", File = "f" };
        var said = new LoginBounds(account, subject, audience).Fault(login);
        Assert.True(fault is null ? said is null : said?.Contains(fault, StringComparison.Ordinal) is true, said);
    }

    private static LoginSettings Login(LoginStage stage, string method) => method == "jwt" ? stage.ByJwt : stage.ByKubernetes;

    private static string Mount(LoginStage stage, string method) => method == "jwt" ? stage.JwtMount : stage.KubernetesMount;

    private static LoginBounds Bounds(string method) =>
        method == "jwt" ? new LoginBounds(null, LoginStage.Subject, LoginStage.Audience) : new LoginBounds($"{LoginStage.Space}/{LoginStage.Account}", null, null);

    private static string Failure(BootstrapReport report) => string.Join('\n', report.Steps.Select(step => step.Result).OfType<StepResult.Failed>().Select(failed => failed.Why));

    private async Task<BootstrapReport> RunAsync(LoginStage stage, LoginSettings login, LoginBounds bounds)
    {
        var documents = new BootstrapDocuments(
            id => DocumentJson.Write(DecoyDocument.Make(id, DateTimeOffset.UtcNow)), () => DocumentJson.Write(BrokerState.Initial(1, DateTimeOffset.UtcNow)));
        return await new Bootstrapper(stage.Environment.Names, documents, TimeProvider.System, _ => { }).RunAsync(
            new BootstrapOptions { PolicyPrefix = stage.Environment.PolicyPrefix, Login = login, Bounds = bounds }, new VaultToken(vault.RootToken), TestContext.Current.CancellationToken);
    }

    private async Task<DoctorReport> ExamineAsync(LoginStage stage, LoginSettings login) =>
        await new BackupCodeBroker.Doctor.Doctor(
            new DoctorOptions { Vault = stage.Environment.Names, Login = login, PolicyPrefix = stage.Environment.PolicyPrefix, Version = "test" },
            TimeProvider.System).RunAsync(new VaultToken(vault.RootToken), TestContext.Current.CancellationToken);

    private static async Task BreakAsync(LoginStage stage, string method, string wrong)
    {
        switch (wrong)
        {
            case "default policy":
                await stage.ChangeRoleAsync(stage.JwtMount, new { role_type = "jwt", token_no_default_policy = false });
                break;
            case "everybody" when method == "jwt":
                await stage.ChangeRoleAsync(stage.JwtMount, new { role_type = "jwt", bound_subject = "", bound_claims = JsonSerializer.SerializeToElement(new { }) });
                break;
            case "any claim":
                await stage.ChangeRoleAsync(stage.JwtMount, new { role_type = "jwt", bound_subject = "", bound_claims_type = "glob", bound_claims = new { sub = "*" } });
                break;
            case "any namespace":
                await stage.ChangeRoleAsync(stage.KubernetesMount, new { bound_service_account_namespaces = "*" });
                break;
            case "everybody":
                await stage.ChangeRoleAsync(stage.KubernetesMount, new { bound_service_account_names = "*" });
                break;
            case "no role":
                await stage.Environment.Root.DeleteAsync($"auth/{stage.JwtMount}/role/{stage.Role}");
                break;
            case "no method":
                await stage.Environment.Root.DeleteAsync("sys/auth/" + stage.KubernetesMount);
                break;
        }
    }
}
