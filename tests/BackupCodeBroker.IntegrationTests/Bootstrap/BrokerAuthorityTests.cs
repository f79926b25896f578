using System.Net;
using System.Text.Json.Nodes;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Bootstrap;

/// <summary>What the broker's token and its children can and cannot do, asked of Vault after bootstrap.</summary>
public sealed class BrokerAuthorityTests(TestVault vault) : IAsyncLifetime
{
    private readonly BootstrapEnvironment _environment = BootstrapEnvironment.On(vault);
    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-bootstrap-").FullName;
    private string _broker = "";

    private RawVault Vault => _environment.Vault;

    private string Codes => _environment.Settings.KvMount;

    public async ValueTask InitializeAsync()
    {
        await _environment.RunAsync(credentials: _folder);
        _broker = await _environment.LogInAsync(_folder);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    [Trait("Requirement", "R-31")]
    public async Task The_brokers_token_can_do_what_is_listed_and_nothing_beyond()
    {
        var settings = _environment.Settings;
        var granted = new Dictionary<string, string>
        {
            [$"auth/token/create/{settings.TokenRole}"] = "update",
            [$"auth/token/create/{settings.SweeperRole}"] = "update",
            ["sys/wrapping/wrap"] = "update",
            ["auth/token/lookup-accessor"] = "update",
            ["identity/lookup/entity"] = "update",
            ["identity/entity/id/e-1"] = "read",
            ["identity/group/id/g-1"] = "read",
            [$"{settings.TransitMount}/hmac/{settings.PepperKey}"] = "update",
            [$"{Codes}/config"] = "read",
            [$"{settings.AskMount}/@ready"] = "read",
            ["auth/token/lookup-self"] = "read",
            ["auth/token/renew-self"] = "update",
            ["auth/token/revoke-self"] = "update",
        };
        string[] refused =
        [
            .. new[] { "data", "metadata", "delete", "undelete", "destroy", "subkeys" }.SelectMany(kind => new[]
            {
                $"{Codes}/{kind}", $"{Codes}/{kind}/", $"{Codes}/{kind}/identities", $"{Codes}/{kind}/identities/",
                $"{Codes}/{kind}/identities/bcb.svc-a", $"{Codes}/{kind}/identities/bcb._decoy", $"{Codes}/{kind}/broker/state",
                $"{Codes}/{kind}/broker/lockdowns/1", $"{Codes}/{kind}/broker/lease",
            }),
            $"{settings.AskMount}/consume/svc-a", $"{settings.AskMount}/@probe/@probe", $"{settings.AskMount}/list",
            $"{settings.AskMount}/@ready/x", $"{settings.AskMount}/@ready2", $"{settings.AskMount}/",
            "sys/policies/acl", "sys/policies/acl/x", $"sys/policies/acl/{settings.TokenRole}", "sys/policy/x", "sys/mounts", "sys/mounts/x",
            $"sys/mounts/{Codes}/tune", "sys/remount", "sys/auth", "sys/auth/x", "sys/audit", "sys/raw/x", "sys/seal", "sys/rotate",
            "sys/config/auditing/request-headers/traceparent", "sys/capabilities", "sys/capabilities-self", "sys/leases/revoke",
            "sys/wrapping/unwrap", "sys/wrapping/rewrap", "sys/wrapping/lookup", "auth/token/create", "auth/token/create-orphan",
            "auth/token/create/other", "auth/token/lookup", "auth/token/revoke", "auth/token/revoke-accessor", "auth/token/revoke-orphan",
            "auth/token/renew", "auth/token/accessors", $"auth/token/roles/{settings.TokenRole}", "auth/token/roles",
            $"auth/{settings.AppRoleMount}/role/{settings.AppRoleName}", $"auth/{settings.AppRoleMount}/role/{settings.AppRoleName}/secret-id",
            "identity/entity", "identity/entity-alias", "identity/entity/id", "identity/entity/name/x", "identity/entity/id/e-1/more",
            "identity/entity/merge", "identity/group", "identity/group/id", "identity/group/name/x", "identity/group/id/g-1/more", "identity/lookup/group",
            $"{settings.TransitMount}/keys/{settings.PepperKey}", $"{settings.TransitMount}/keys/{settings.PepperKey}/config",
            $"{settings.TransitMount}/export/hmac-key/{settings.PepperKey}", $"{settings.TransitMount}/backup/{settings.PepperKey}",
            $"{settings.TransitMount}/decrypt/{settings.PepperKey}", $"{settings.TransitMount}/hmac/other", "cubbyhole/x", "secret/x",
        ];

        var capabilities = await Vault.CapabilitiesAsync(_broker, granted.Keys.Concat(refused));

        Assert.All(granted, grant => Assert.Equal((grant.Key, grant.Value), (grant.Key, capabilities[grant.Key])));
        Assert.All(refused, path => Assert.Equal((path, "deny"), (path, capabilities[path])));
    }

    public static TheoryData<string, string?> OtherForms => new()
    {
        { "type", "\"service\"" }, { "type", null }, { "ttl", "\"768h\"" }, { "ttl", "60" }, { "ttl", null },
        { "no_default_policy", "false" }, { "no_default_policy", null }, { "entity_alias", "\"admin\"" }, { "entity_alias", null },
        { "policies", "[\"default\"]" }, { "policies", "[\"root\"]" }, { "explicit_max_ttl", "\"768h\"" }, { "period", "\"1h\"" },
        { "renewable", "true" }, { "num_uses", "1" }, { "no_parent", "true" }, { "id", "\"known\"" }, { "display_name", "\"x\"" },
    };

    [Theory]
    [Trait("Requirement", "R-33")]
    [MemberData(nameof(OtherForms))]
    public async Task The_broker_can_mint_no_other_form(string field, string? value)
    {
        var form = Form("bcb.svc-a");
        form.Remove(field);
        if (value is not null)
        {
            form[field] = JsonNode.Parse(value);
        }

        var status = await Vault.StatusAsync("POST", $"auth/token/create/{_environment.Settings.TokenRole}", form, _broker);

        Assert.True(status is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest, status.ToString());
    }

    [Fact]
    [Trait("Requirement", "R-33")]
    public async Task The_sweepers_policy_is_for_its_alias_alone_and_changes_no_identity()
    {
        var role = _environment.Settings.SweeperRole;
        var path = $"auth/token/create/{role}";
        Assert.Equal(HttpStatusCode.Forbidden, await Vault.StatusAsync("POST", path, Form("bcb.svc-a", role), _broker));
        var sweeper = (await Vault.MustAsync("POST", path, Form("bcb._sweeper", role), _broker))["auth"]!["client_token"]!.GetValue<string>();

        Assert.Equal(HttpStatusCode.OK, await Vault.StatusAsync("LIST", $"{Codes}/metadata/identities", with: sweeper));
        Assert.Equal(HttpStatusCode.OK, await Vault.StatusAsync("GET", $"{Codes}/data/identities/bcb._decoy", with: sweeper));
        Assert.Equal(HttpStatusCode.Forbidden, await Vault.StatusAsync("POST", $"{Codes}/data/identities/bcb._decoy", Write(1), sweeper));
        Assert.Equal(HttpStatusCode.OK, await Vault.StatusAsync("POST", $"{Codes}/data/broker/state", Write(1), sweeper));
        Assert.Equal(HttpStatusCode.Forbidden, await Vault.StatusAsync("DELETE", $"{Codes}/data/broker/state", with: sweeper));
        Assert.Equal(HttpStatusCode.Forbidden, await Vault.StatusAsync("DELETE", $"{Codes}/metadata/broker/state", with: sweeper));
    }

    [Fact]
    [Trait("Requirement", "R-32")]
    public async Task A_child_gets_403_on_another_identity_with_every_verb()
    {
        var child = await MintAsync("bcb.svc-a");
        await Vault.MustAsync("POST", $"{Codes}/data/identities/bcb.svc-b", Write(0));
        Assert.Equal(HttpStatusCode.OK, await Vault.StatusAsync("POST", $"{Codes}/data/identities/bcb.svc-a", Write(0), child));
        Assert.Equal(HttpStatusCode.OK, await Vault.StatusAsync("POST", $"{Codes}/data/identities/bcb.svc-a", Write(1), child));
        Assert.Equal(HttpStatusCode.OK, await Vault.StatusAsync("GET", $"{Codes}/data/broker/state", with: child));

        foreach (var identity in new[] { "bcb.svc-b", "bcb.svc-c", "bcb.svc-a.x" })
        {
            foreach (var kind in new[] { "data", "metadata", "delete", "undelete", "destroy" })
            {
                foreach (var verb in new[] { "GET", "POST", "PUT", "DELETE", "LIST" })
                {
                    var status = await Vault.StatusAsync(verb, $"{Codes}/{kind}/identities/{identity}", verb is "POST" or "PUT" ? Write(0) : null, child);
                    Assert.True(status == HttpStatusCode.Forbidden, $"{verb} {kind} {identity}: {(int)status}");
                }
            }
        }

        Assert.Equal(HttpStatusCode.Forbidden, await Vault.StatusAsync("DELETE", $"{Codes}/data/identities/bcb.svc-a", with: child));
        Assert.Equal(HttpStatusCode.Forbidden, await Vault.StatusAsync("POST", $"{Codes}/data/broker/state", Write(1), child));
        Assert.Equal(HttpStatusCode.Forbidden, await Vault.StatusAsync("LIST", $"{Codes}/metadata/identities", with: child));
    }

    [Fact]
    [Trait("Requirement", "R-33")]
    public async Task Children_live_a_minute_carry_one_policy_and_end_with_the_brokers_token()
    {
        var answer = (await Vault.MustAsync("POST", $"auth/token/create/{_environment.Settings.TokenRole}", Form("bcb.svc-d"), _broker))["auth"]!;
        var child = answer["client_token"]!.GetValue<string>();

        Assert.Equal(60, answer["lease_duration"]!.GetValue<int>());
        Assert.False(answer["renewable"]!.GetValue<bool>());
        Assert.Equal([_environment.Settings.TokenRole], answer["policies"]!.AsArray().Select(policy => policy!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.Forbidden, await Vault.StatusAsync("POST", "auth/token/renew-self", new JsonObject(), child));
        Assert.Equal(HttpStatusCode.OK, await Vault.StatusAsync("GET", $"{Codes}/data/broker/state", with: child));
        Assert.Equal(HttpStatusCode.NoContent, await Vault.StatusAsync("POST", "auth/token/revoke-self", new JsonObject(), _broker));
        Assert.Equal(HttpStatusCode.Forbidden, await Vault.StatusAsync("GET", $"{Codes}/data/broker/state", with: child));
    }

    [Theory]
    [Trait("Requirement", "R-30")]
    [InlineData("verifier", "consume/team-b.ci", "issue/team-b.ci", "status/team-b.ci")]
    [InlineData("owner", "issue/@owned", "issue/team-a.ci", "consume/@owned")]
    [InlineData("platform-team", "register/team-a.ci", "register/team-b.ci", "issue/team-a.ci")]
    [InlineData("incident-responder", "lockdown/team-a.", "issue/team-a.ci", "retrieve/team-a.ci")]
    [InlineData("help-desk", "approve/team-a.ci", "consume/team-a.ci", "list")]
    [InlineData("auditor", "report", "revoke/team-a.ci", "leaks")]
    public async Task A_persons_policy_is_asked_by_a_read_and_works_without_default(string policy, string granted, string refused, string refusedToo)
    {
        var ask = _environment.Settings.AskMount;
        var token = await Vault.TokenWithAsync(_environment.Prefix + policy);

        Assert.Equal(HttpStatusCode.NotFound, await Vault.StatusAsync("GET", $"{ask}/{granted}", with: token));
        Assert.Equal(HttpStatusCode.Forbidden, await Vault.StatusAsync("GET", $"{ask}/{refused}", with: token));
        Assert.Equal(HttpStatusCode.Forbidden, await Vault.StatusAsync("GET", $"{ask}/{refusedToo}", with: token));
        Assert.Equal(HttpStatusCode.OK, await Vault.StatusAsync("GET", "auth/token/lookup-self", with: token));
        var probe = await Vault.MustAsync("POST", "sys/capabilities-self", new JsonObject { ["paths"] = new JsonArray($"{ask}/@probe/@probe") }, token);
        Assert.Equal("deny", probe["data"]![$"{ask}/@probe/@probe"]![0]!.GetValue<string>());
    }

    private async Task<string> MintAsync(string alias) => (await Vault.MustAsync(
        "POST", $"auth/token/create/{_environment.Settings.TokenRole}", Form(alias), _broker))["auth"]!["client_token"]!.GetValue<string>();

    private JsonObject Form(string alias, string? role = null) => new()
    {
        ["policies"] = new JsonArray(role ?? _environment.Settings.TokenRole),
        ["entity_alias"] = alias,
        ["ttl"] = "60s",
        ["type"] = "batch",
        ["no_default_policy"] = true,
        ["meta"] = new JsonObject { ["replica"] = "r1" },
    };

    private static JsonNode Write(int cas) => new JsonObject
    {
        ["options"] = new JsonObject { ["cas"] = cas },
        ["data"] = new JsonObject { ["k"] = "v" },
    };
}
