using System.Net;
using System.Text.Json.Nodes;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Bootstrap;

public sealed class BootstrapTests(TestVault vault)
{
    private readonly BootstrapEnvironment _environment = BootstrapEnvironment.On(vault);

    private RawVault Vault => _environment.Vault;

    [Fact]
    public async Task Run_twice_the_second_run_changes_nothing()
    {
        var first = await _environment.RunAsync();
        var second = await _environment.RunAsync();

        Assert.False(first.HasFailures || first.IsIncomplete, string.Join('\n', _environment.Lines));
        Assert.True(first.HasChanges);
        Assert.All(second.Steps, step => Assert.IsType<StepResult.Unchanged>(step.Result));
    }

    [Fact]
    public async Task A_check_of_an_empty_Vault_finds_drift_and_makes_nothing()
    {
        var report = await _environment.CheckAsync();

        Assert.True(report.HasDrift);
        Assert.False(report.HasFailures || report.HasChanges, string.Join('\n', _environment.Lines));
        Assert.DoesNotContain(_environment.Name, (await Vault.MustAsync("GET", "sys/mounts")).ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_environment.Name, (await Vault.MustAsync("GET", "sys/auth")).ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_environment.Name, (await Vault.MustAsync("LIST", "sys/policies/acl")).ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, await Vault.StatusAsync("GET", "auth/token/roles/" + _environment.Settings.TokenRole));
    }

    [Fact]
    public async Task A_check_after_a_run_finds_no_drift()
    {
        await _environment.RunAsync();

        Assert.False((await _environment.CheckAsync()).HasDrift, string.Join('\n', _environment.Lines));
    }

    public static TheoryData<string, string, string, string, string> Drifts => new()
    {
        { "configuration of", "POST", "{env}/codes/config", """{"cas_required":false}""", "cas_required is false, not true" },
        { "configuration of", "POST", "{env}/codes/config", """{"max_versions":5}""", "max_versions is 5, not 1" },
        { "configuration of", "POST", "{env}/codes/config", """{"delete_version_after":"24h"}""", "delete_version_after is \"24h0m0s\", not \"0s\"" },
        { "policy {env}-owner", "PUT", "sys/policies/acl/{env}-owner", """{"policy":"path \"x\" {}"}""", "lacks: auth/token/lookup-self" },
        { "policy {env}-help-desk", "DELETE", "sys/policies/acl/{env}-help-desk", "null", "not there" },
        { "policy {env}-identity", "PUT", "sys/policies/acl/{env}-identity", """{"policy":"path \"x\" {}"}""", "lacks: {env}/codes/data/" },
        { "token role {env}-identity", "POST", "auth/token/roles/{env}-identity", """{"orphan":true}""", "orphan is true, not false" },
        { "token role {env}-sweeper", "DELETE", "auth/token/roles/{env}-sweeper", "null", "not there" },
        { "token role {env}-identity", "POST", "auth/token/roles/{env}-identity", """{"allowed_entity_aliases":["*"]}""", "allowed_entity_aliases" },
        { "role {env}/approle", "POST", "auth/{env}/approle/role/{env}-broker", """{"token_no_default_policy":false}""", "token_no_default_policy" },
        { "role {env}/approle", "POST", "auth/{env}/approle/role/{env}-broker", """{"token_policies":["root-like"]}""", "token_policies" },
        { "key {env}/transit", "POST", "{env}/transit/keys/{env}-pepper/config", """{"deletion_allowed":true}""", "deletion_allowed is true, not false" },
        { "broker/state", "DELETE", "{env}/codes/metadata/broker/state", "null", "not there" },
        { "bcb._decoy", "DELETE", "{env}/codes/metadata/identities/bcb._decoy", "null", "not there" },
    };

    [Theory]
    [MemberData(nameof(Drifts))]
    public async Task Planted_drift_is_found_and_set_right(string what, string method, string path, string body, string how)
    {
        string Here(string text) => text.Replace("{env}", _environment.Name, StringComparison.Ordinal);

        await _environment.RunAsync();
        await Vault.MustAsync(method, Here(path), JsonNode.Parse(body));

        var found = Assert.Single((await _environment.CheckAsync()).Steps, step => step.Result is not StepResult.Unchanged);
        Assert.Contains(Here(what), found.What, StringComparison.Ordinal);
        Assert.Contains(Here(how), Assert.IsType<StepResult.WouldChange>(found.Result).How, StringComparison.Ordinal);
        var repaired = Assert.Single((await _environment.RunAsync()).Steps, step => step.Result is not StepResult.Unchanged);
        Assert.IsType<StepResult.Changed>(repaired.Result);
        Assert.False((await _environment.CheckAsync()).HasDrift);
    }

    [Fact]
    [Trait("Requirement", "R-16")]
    public async Task A_state_that_was_removed_is_left_for_a_person()
    {
        await _environment.RunAsync();
        await Vault.MustAsync("DELETE", _environment.StatePath);

        var report = await _environment.RunAsync();

        var failed = Assert.Single(report.Steps, step => step.Result is not StepResult.Unchanged);
        Assert.Contains("was deleted or destroyed", Assert.IsType<StepResult.Failed>(failed.Result).Why, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, await Vault.StatusAsync("GET", _environment.StatePath));
    }

    [Fact]
    public async Task Documents_that_are_there_are_never_overwritten()
    {
        await _environment.RunAsync();
        await Vault.MustAsync("POST", _environment.StatePath, JsonNode.Parse("""{"options":{"cas":1},"data":{"lockdowns":["all"]}}"""));
        await _environment.RunAsync();

        var state = (await Vault.MustAsync("GET", _environment.StatePath))["data"]!;
        Assert.Equal("""{"lockdowns":["all"]}""", state["data"]!.ToJsonString());
        Assert.Equal(2, state["metadata"]!["version"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_decoy_is_an_identity_as_every_other()
    {
        await _environment.RunAsync();

        var decoy = (await Vault.MustAsync("GET", _environment.DecoyPath))["data"]!["data"]!;
        var entity = (await Vault.MustAsync("GET", $"identity/entity/id/{decoy["entity"]!.GetValue<string>()}"))["data"]!;
        var accessor = (await Vault.MustAsync("GET", "sys/auth"))["data"]!["token/"]!["accessor"]!.GetValue<string>();
        var alias = Assert.Single(entity["aliases"]!.AsArray())!;
        Assert.Equal(("bcb._decoy", accessor), (alias["name"]!.GetValue<string>(), alias["mount_accessor"]!.GetValue<string>()));
    }

    [Theory]
    [Trait("Requirement", "R-15")]
    [InlineData("{env}/codes", "1", "document")]
    [InlineData("{env}/ask", "2", "secrets engine {env}/ask/")]
    public async Task A_mount_of_another_kind_is_refused_and_nothing_is_written_into_it(string mount, string version, string fallen)
    {
        string Here(string text) => text.Replace("{env}", _environment.Name, StringComparison.Ordinal);

        await Vault.MustAsync("POST", Here("sys/mounts/" + mount), new JsonObject
        {
            ["type"] = "kv",
            ["options"] = new JsonObject { ["version"] = version },
        });

        var report = await _environment.RunAsync();

        Assert.Contains(report.Steps, step =>
            step.Result is StepResult.Failed { Why: var why } && why.Contains("another kind", StringComparison.Ordinal));
        Assert.All(
            report.Steps.Where(step => step.What.StartsWith(Here(fallen), StringComparison.Ordinal)),
            step => Assert.IsType<StepResult.Failed>(step.Result));
        Assert.Contains(report.Steps, step => step.What.StartsWith("policy", StringComparison.Ordinal) && step.Result is StepResult.Changed);
        Assert.Equal(HttpStatusCode.NotFound, await Vault.StatusAsync("LIST", Here(mount) + (version == "2" ? "/metadata" : "")));
    }

    [Fact]
    public async Task A_key_that_could_be_exported_is_left_for_a_person()
    {
        var settings = _environment.Settings;
        await Vault.MustAsync("POST", $"sys/mounts/{settings.TransitMount}", JsonNode.Parse("""{"type":"transit"}"""));
        await Vault.MustAsync("POST", $"{settings.TransitMount}/keys/{settings.PepperKey}", JsonNode.Parse("""{"exportable":true}"""));

        var report = await _environment.RunAsync();

        var failed = Assert.Single(report.Steps, step => step.Result is StepResult.Failed);
        Assert.Contains("exportable is true", ((StepResult.Failed)failed.Result).Why, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R-40")]
    public async Task Two_environments_in_one_Vault_leave_each_other_alone()
    {
        var other = BootstrapEnvironment.On(vault);
        await _environment.RunAsync();
        await other.RunAsync();

        Assert.False((await _environment.CheckAsync()).HasDrift);
        Assert.False((await other.CheckAsync()).HasDrift);
    }

    [Fact]
    public async Task A_token_that_Vault_does_not_take_ends_the_run_at_once()
    {
        var report = await _environment.RunAsync(with: "s.AAAAAAAAAAAAAAAAAAAAAAAA");

        Assert.All(report.Steps, step => Assert.IsType<StepResult.Failed>(step.Result));
        Assert.Contains("does not take the token", _environment.Lines[0], StringComparison.Ordinal);
        Assert.Contains("not tried", _environment.Lines[^1], StringComparison.Ordinal);
    }
}
