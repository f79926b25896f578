using System.Text.Json.Nodes;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Bootstrap;

public sealed class RestrictedAdministratorTests(TestVault vault) : IDisposable
{
    private readonly BootstrapEnvironment _environment = BootstrapEnvironment.On(vault);
    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-bootstrap-").FullName;

    private RawVault Vault => _environment.Vault;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_bootstrap_policy_alone_is_enough()
    {
        var token = await TokenUnderAsync(_environment.PolicyText("bcb-bootstrap"), "bootstrap");

        var first = await _environment.RunAsync(with: token, credentials: _folder);
        var second = await _environment.CheckAsync(with: token, credentials: _folder);

        Assert.False(first.HasFailures || first.IsIncomplete, string.Join('\n', _environment.Lines));
        Assert.All(second.Steps, step => Assert.IsType<StepResult.Unchanged>(step.Result));
    }

    [Fact]
    public async Task It_repairs_what_drifted_and_cannot_write_itself()
    {
        var token = await TokenUnderAsync(_environment.PolicyText("bcb-bootstrap") + "\npath \"more\" { capabilities = [\"read\"] }\n", "bootstrap");

        var report = await _environment.RunAsync(with: token);

        var denied = Assert.Single(report.Steps, step => step.Result is not (StepResult.Changed or StepResult.Unchanged));
        Assert.Equal($"policy {_environment.Prefix}bootstrap", denied.What);
        Assert.Equal($"sys/policies/acl/{_environment.Prefix}bootstrap", Assert.IsType<StepResult.NotPermitted>(denied.Result).Path);
    }

    [Fact]
    public async Task Without_one_rule_what_is_lost_is_said_and_the_rest_is_done()
    {
        var rule = _environment.PolicyText("bcb-bootstrap");
        var audited = rule.IndexOf("path \"sys/config/auditing", StringComparison.Ordinal);
        var token = await TokenUnderAsync(rule[..audited], "less");

        var report = await _environment.RunAsync(with: token);

        // The policy for bootstrap is the other one: it is not there under its name, and bootstrap does not write it.
        Assert.Equal(
            ["audited header traceparent (in clear)", $"policy {_environment.Prefix}bootstrap"],
            report.Steps.Where(step => step.Result is StepResult.NotPermitted).Select(step => step.What));
        var header = (StepResult.NotPermitted)report.Steps.First(step => step.Result is StepResult.NotPermitted).Result;
        Assert.Equal("sys/config/auditing/request-headers/traceparent", header.Path);
        Assert.Contains("cannot be joined", header.Lost, StringComparison.Ordinal);
        Assert.Contains(_environment.Lines, line => line.StartsWith("not permitted  audited header", StringComparison.Ordinal));
        Assert.True(report.IsIncomplete);
        Assert.False(report.HasFailures, string.Join('\n', _environment.Lines));
        Assert.Equal(System.Net.HttpStatusCode.OK, await Vault.StatusAsync("GET", _environment.StatePath));
    }

    [Fact]
    public async Task Who_may_do_nothing_is_told_so_step_by_step()
    {
        var token = await TokenUnderAsync("path \"nothing\" {}", "nothing");

        var report = await _environment.RunAsync(with: token);

        Assert.True(report.IsIncomplete);
        Assert.False(report.HasChanges);
        Assert.DoesNotContain(_environment.Settings.KvMount, (await Vault.MustAsync("GET", "sys/mounts")).ToJsonString(), StringComparison.Ordinal);
    }

    private async Task<string> TokenUnderAsync(string policy, string name)
    {
        await Vault.MustAsync("PUT", $"sys/policies/acl/{_environment.Prefix}{name}", new JsonObject { ["policy"] = policy });
        return await Vault.TokenWithAsync(_environment.Prefix + name);
    }
}
