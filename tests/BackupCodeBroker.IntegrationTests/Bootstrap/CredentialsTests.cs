using System.Net;
using System.Text.Json.Nodes;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Bootstrap;

public sealed class CredentialsTests(TestVault vault) : IDisposable
{
    private readonly BootstrapEnvironment _environment = BootstrapEnvironment.On(vault);
    private readonly string _parent = Directory.CreateTempSubdirectory("bcb-bootstrap-").FullName;

    private RawVault Vault => _environment.Vault;

    private string Folder => Path.Combine(_parent, "credentials");

    private string SecretFile => Path.Combine(Folder, "secret-id");

    private string RoleFile => Path.Combine(Folder, "role-id");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public async Task What_is_left_logs_the_broker_in_and_is_kept()
    {
        await _environment.RunAsync(credentials: Folder);
        var secret = await File.ReadAllTextAsync(SecretFile, TestContext.Current.CancellationToken);
        var again = await _environment.RunAsync(credentials: Folder);

        Assert.All(again.Steps, step => Assert.IsType<StepResult.Unchanged>(step.Result));
        Assert.Equal(secret, await File.ReadAllTextAsync(SecretFile, TestContext.Current.CancellationToken));
        Assert.NotEmpty(await _environment.LogInAsync(Folder));
        Assert.NotEmpty(await _environment.LogInAsync(Folder));
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public async Task They_are_for_their_owner_alone_and_never_printed()
    {
        await _environment.RunAsync(credentials: Folder);

        var secret = (await File.ReadAllTextAsync(SecretFile, TestContext.Current.CancellationToken)).Trim();
        Assert.DoesNotContain(_environment.Lines, line => line.Contains(secret, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SecretFile));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(RoleFile));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        }
    }

    [Fact]
    public async Task One_that_Vault_does_not_take_is_replaced()
    {
        await _environment.RunAsync(credentials: Folder);
        var old = (await File.ReadAllTextAsync(SecretFile, TestContext.Current.CancellationToken)).Trim();
        await Vault.MustAsync(
            "POST",
            $"auth/{_environment.Settings.AppRoleMount}/role/{_environment.Settings.AppRoleName}/secret-id/destroy",
            new JsonObject { ["secret_id"] = old });

        var check = await _environment.CheckAsync(credentials: Folder);
        Assert.Equal(old, (await File.ReadAllTextAsync(SecretFile, TestContext.Current.CancellationToken)).Trim());
        await _environment.RunAsync(credentials: Folder);

        Assert.Equal("Vault does not take it", Assert.IsType<StepResult.WouldChange>(check.Steps[^1].Result).How);
        Assert.NotEqual(old, (await File.ReadAllTextAsync(SecretFile, TestContext.Current.CancellationToken)).Trim());
        Assert.NotEmpty(await _environment.LogInAsync(Folder));
    }

    [Fact]
    public async Task A_role_made_anew_gets_both_files_anew()
    {
        await _environment.RunAsync(credentials: Folder);
        await Vault.MustAsync("DELETE", $"auth/{_environment.Settings.AppRoleMount}/role/{_environment.Settings.AppRoleName}");

        var report = await _environment.RunAsync(credentials: Folder);

        Assert.All(report.Steps.TakeLast(2), step => Assert.IsType<StepResult.Changed>(step.Result));
        Assert.NotEmpty(await _environment.LogInAsync(Folder));
    }

    [Fact]
    public async Task A_good_one_that_others_may_read_is_kept_and_closed()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await _environment.RunAsync(credentials: Folder);
        var secret = await File.ReadAllTextAsync(SecretFile, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(SecretFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var report = await _environment.RunAsync(credentials: Folder);

        Assert.Equal(new StepResult.Changed("others may read it"), report.Steps[^1].Result);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SecretFile));
        Assert.Equal(secret, await File.ReadAllTextAsync(SecretFile, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_check_writes_no_file()
    {
        var report = await _environment.CheckAsync(credentials: Folder);

        Assert.All(report.Steps.TakeLast(2), step => Assert.IsType<StepResult.WouldChange>(step.Result));
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task The_broker_logs_in_without_a_default_policy()
    {
        await _environment.RunAsync(credentials: Folder);

        var token = await _environment.LogInAsync(Folder);

        var self = (await Vault.MustAsync("GET", "auth/token/lookup-self", with: token))["data"]!;
        Assert.Equal([_environment.Settings.AppRoleName], self["policies"]!.AsArray().Select(policy => policy!.GetValue<string>()));
        Assert.Equal("service", self["type"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Forbidden, await Vault.StatusAsync("GET", "cubbyhole/x", with: token));
    }
}
