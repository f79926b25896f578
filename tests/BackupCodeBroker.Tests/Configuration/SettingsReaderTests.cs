using System.Text;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Hashing;
using Xunit;

namespace BackupCodeBroker.Tests.Configuration;

/// <summary>Settings are sound and complete, or every error is told at once.</summary>
public sealed class SettingsReaderTests
{
    [Fact]
    public void Without_configuration_everything_is_sound()
    {
        var (settings, errors) = Read("{}");
        Assert.Empty(errors);
        Assert.Equal(("http://127.0.0.1:8400/", 1, false), (settings.Listen.ToString(), settings.Epoch, settings.AllowBroadTokens));
        Assert.Equal(["machine", "printable"], settings.Profiles.Keys.Order());
        Assert.Equal((10, 100), (settings.Failures.PerCode, settings.Failures.PerSet));
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var (settings, errors) = Read(
            """
            {
              "listen": "http://127.0.0.1:9999", "epoch": 3, "allow_broad_tokens": true,
              "login": { "credentials": "/etc/bcb" },
              "vault": { "address": "https://vault.example:8200", "namespace": "team", "kv_mount": "codes", "ask_mount": "ask",
                "approle_mount": "services", "approle_name": "broker",
                "call_timeout": "3s", "max_concurrency": 9, "max_queue": 0, "redirect_hosts": ["vault-2.example"] },
              "ownership": { "facets": ["groups", "metadata.team"] },
              "failures": { "per_code": 3, "per_set": 20 },
              "limits": { "operations": 7, "connections": 8 },
              "people_logins": ["auth/corp-ldap/", "token"], "machine_logins": ["bots"],
              "telemetry": { "access_file": "/var/log/bcb/access.jsonl" },
              "profiles": { "break-glass": { "kind": "printable", "count": 4, "lifetime": "24h", "wrap_ttl": "60s", "iterations": 20000, "assurance": "aal2", "warn_below": 1, "identities": "team-a.*" } }
            }
            """);
        Assert.Empty(errors);
        Assert.Equal(("http://127.0.0.1:9999/", 3, true, "/etc/bcb"), (settings.Listen.ToString(), settings.Epoch, settings.AllowBroadTokens, settings.Login.CredentialsDirectory));
        Assert.Equal(
            ("https://vault.example:8200", "team", "codes", "ask", 9),
            (settings.Vault.Address, settings.Vault.Namespace, settings.Vault.KvMount, settings.Vault.AskMount, settings.Vault.MaxConcurrency));
        Assert.Equal(
            ("services", "broker", TimeSpan.FromSeconds(3), 0),
            (settings.Vault.AppRoleMount, settings.Vault.AppRoleName, settings.Vault.CallTimeout, settings.Vault.MaxQueue));
        Assert.Equal(["vault-2.example"], settings.Vault.AllowedRedirectHosts);
        Assert.Equal((3, 20, 7, 8), (settings.Failures.PerCode, settings.Failures.PerSet, settings.MaxOperations, settings.MaxConnections));
        Assert.Equal(["groups", "metadata.team"], settings.OwnershipFacets);
        Assert.Equal(["corp-ldap", "token"], settings.PeopleLogins);
        Assert.Equal(["bots"], settings.MachineLogins);
        Assert.Equal("/var/log/bcb/access.jsonl", settings.Telemetry.AccessFile);
        var profile = settings.Profiles["break-glass"];
        Assert.Equal((CodeKind.Printable, 4, TimeSpan.FromDays(1), TimeSpan.FromMinutes(1)), (profile.Kind, profile.Count, profile.Lifetime, profile.WrapTtl));
        Assert.Equal((new HashScheme(HashScheme.Pbkdf2Sha256, 20_000, true), "aal2", 1, "team-a.*"), (profile.Scheme, profile.Assurance, profile.WarnBelow, profile.Identities.Text));
    }

    [Theory]
    [InlineData("""{"telemetry":{"pseudonym_key_file":"/nowhere"}}""", "telemetry.pseudonym_key_file: /nowhere cannot be read")]
    [InlineData("""{"telemetry":{"access":"x"}}""", "telemetry.access is unknown")]
    [InlineData("""{"people_logins":["auth/"]}""", "people_logins: a mount's path is empty")]
    [InlineData("""{"listen":"8400"}""", "listen is not a URL")]
    [InlineData("""{"listen":"ftp://127.0.0.1"}""", "listen is not a URL")]
    [InlineData("""{"listen":"http://127.0.0.1/path"}""", "listen is not a URL")]
    [InlineData("""{"listen":"http://0.0.0.0:8400"}""", "listen is plain http")]
    [InlineData("""{"listen":"http://broker.example:8400"}""", "listen: the host must be an IP address or localhost")]
    [InlineData("""{"listen":"https://127.0.0.1:8400"}""", "listen is https: tls.certificate and tls.key are needed")]
    [InlineData("""{"tls":{"certificate":"/no/such/file.pem"}}""", "tls.certificate: there is no file")]
    [InlineData("""{"login":{"credentials":"a","token_file":"b"}}""", "login.credentials and login.token_file exclude each other")]
    [InlineData("""{"login":{"credentials":"a","kubernetes":{"role":"r"}}}""", "login.credentials and login.kubernetes exclude each other")]
    [InlineData("""{"login":{"kubernetes":{"role":"r"},"jwt":{"role":"r","file":"f"}}}""", "login.kubernetes and login.jwt exclude each other")]
    [InlineData("""{"login":{"kubernetes":{"mount":"k8s"}}}""", "login.kubernetes.role is needed")]
    [InlineData("""{"login":{"kubernetes":{"role":"../sys"}}}""", "login.kubernetes.role consists of")]
    [InlineData("""{"login":{"kubernetes":{"role":"r","mount":"a b"}}}""", "login.kubernetes.mount consists of")]
    [InlineData("""{"login":{"kubernetes":{"role":"r","token":"canary"}}}""", "login.kubernetes.token is unknown")]
    [InlineData("""{"login":{"jwt":{"role":"r"}}}""", "login.jwt.file is needed")]
    [InlineData("""{"login":{"jwt":{"file":"/run/jwt"}}}""", "login.jwt.role is needed")]
    [InlineData("""{"login":{"jwt":{"role":"r","file":"f","jwt":"canary"}}}""", "login.jwt.jwt is unknown")]
    [InlineData("""{"epoch":0}""", "epoch must be a number from 1")]
    [InlineData("""{"epoch":"one"}""", "epoch must be a number")]
    [InlineData("""{"epoch":99999999999}""", "epoch must be a number")]
    [InlineData("""{"allow_broad_tokens":"yes"}""", "allow_broad_tokens must be true or false")]
    [InlineData("""{"ownership":{"facets":["groups","nickname"]}}""", "ownership.facets: nickname is not")]
    [InlineData("""{"failures":{"per_set":101}}""", "failures.per_set must be a number from 1 to 100")]
    [InlineData("""{"limits":{"operations":0}}""", "limits.operations must be a number")]
    [InlineData("""{"vault":{"address":"http://vault.example:8200"}}""", "vault.address (VAULT_ADDR) is plain http to another machine")]
    [InlineData("""{"vault":{"kv_mount":"a","ask_mount":"a"}}""", "vault.kv_mount and vault.ask_mount are two mounts")]
    [InlineData("""{"vault":{"kv_mount":"../sys"}}""", "vault.kv_mount consists of")]
    [InlineData("""{"vault":{"approle_name":"a b"}}""", "vault.approle_name consists of")]
    [InlineData("""{"vault":{"call_timeout":"2"}}""", "vault.call_timeout must be a duration")]
    [InlineData("""{"vault":{"call_timeout":"0s"}}""", "vault.call_timeout lies between")]
    [InlineData("""{"vault":{"call_timeout":"61s"}}""", "vault.call_timeout lies between")]
    [InlineData("""{"vault":{"max_queue":-1}}""", "vault.max_queue must be a number from 0 to 65536")]
    [InlineData("""{"vault":{"redirect_hosts":["a/b"]}}""", "vault.redirect_hosts: 'a/b' is not a host or host:port")]
    [InlineData("""{"vault":{"token":"canary"}}""", "vault.token is unknown")]
    [InlineData("""{"vualt":{"address":"canary"}}""", "vualt.address is unknown")]
    [InlineData("""{"profiles":{"x":{"kid":"machine"}}}""", "profiles.x.kid is unknown")]
    [InlineData("""{"profiles":{"x":{"kind":"paper"}}}""", "profiles.x: kind is not machine or printable")]
    [InlineData("""{"profiles":{"x":{"count":65}}}""", "profiles.x: count is 65")]
    [InlineData("""{"profiles":{"x":{"lifetime":"90"}}}""", "profiles.x.lifetime must be a duration")]
    [InlineData("""{"profiles":{"x":{"lifetime":"2000000000d"}}}""", "profiles.x.lifetime must be a duration")]
    [InlineData("""{"profiles":{"x":{"lifetime":"401d"}}}""", "profiles.x: lifetime is")]
    [InlineData("""{"profiles":{"x":{"wrap_ttl":"25h"}}}""", "profiles.x: wrap_ttl is")]
    [InlineData("""{"profiles":{"x":{"scheme":"md5"}}}""", "profiles.x: scheme is not")]
    [InlineData("""{"profiles":{"x":{"iterations":20000}}}""", "profiles.x.iterations is for pbkdf2-sha256 only")]
    [InlineData("""{"profiles":{"x":{"scheme":"pbkdf2-sha256","iterations":1}}}""", "profiles.x: iterations is 1")]
    [InlineData("""{"profiles":{"x":{"identities":"a*b"}}}""", "profiles.x: identities is neither")]
    [InlineData("""{"profiles":{"x":{"kind":"printable","pepper":false}}}""", "profiles.x: printable codes need pbkdf2-sha256 with pepper")]
    [InlineData("""{"profiles":{"printable":{"pepper":"false"}}}""", "profiles.printable: printable codes need")]
    [InlineData("""{"profiles":{"x":{"kind":"printable","scheme":"hmac-sha256"}}}""", "profiles.x: printable codes need")]
    [InlineData("""{"profiles":{"x":{"pepper":"perhaps"}}}""", "profiles.x.pepper must be true or false")]
    public void Is_told(string json, string error)
    {
        var told = Assert.Single(Read(json).Errors);
        Assert.StartsWith(error, told, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8400", "127.0.0.1")]
    [InlineData("http://localhost:8400", "127.0.0.1")]
    [InlineData("http://[::1]:8400", "::1")]
    public void A_host_is_an_address(string listen, string address) =>
        Assert.Equal(address, Read($$"""{"listen":"{{listen}}"}""").Settings.ListenAddress?.ToString());

    [Fact]
    public void Every_error_is_told_at_once() =>
        Assert.Equal(
            6,
            Read("""{"listen":"x","epoch":0,"unknown":1,"vault":{"address":"y"},"failures":{"per_code":0},"profiles":{"p":{"count":0}}}""").Errors.Count);

    [Fact]
    public void A_profiles_name_is_one_that_a_registration_can_give() =>
        Assert.Contains(Read("""{"profiles":{"x..y":{"count":1}}}""").Errors, e => e.StartsWith("profiles: a name must be", StringComparison.Ordinal));

    [Fact]
    public void The_environment_says_the_same_and_wins()
    {
        var (settings, errors) = Read(
            """{"epoch":2,"profiles":{"break-glass":{"count":4}}}""",
            new()
            {
                ["EPOCH"] = "5",
                ["VAULT__KV_MOUNT"] = "codes",
                ["OWNERSHIP__FACETS"] = "groups, policies",
                ["PROFILES__BREAK-GLASS__COUNT"] = "6",
                ["PROFILES__NIGHT__KIND"] = "printable",
            });
        Assert.Empty(errors);
        Assert.Equal((5, "codes", 6, CodeKind.Printable), (settings.Epoch, settings.Vault.KvMount, settings.Profiles["break-glass"].Count, settings.Profiles["night"].Kind));
        Assert.Equal(["groups", "policies"], settings.OwnershipFacets);
    }

    [Fact]
    public void Approvals_are_a_list_in_the_file_and_words_in_the_environment()
    {
        var (settings, errors) = Read(
            """{"profiles":{"admin":{"approvals":["consume","issue"],"approval_ttl":"30m","break_glass":true},"plain":{}}}""",
            new() { ["PROFILES__NIGHT__APPROVALS"] = "consume, recover", ["PROFILES__NIGHT__BREAK_GLASS"] = "true" });
        Assert.Empty(errors);
        var (admin, plain, night) = (settings.Profiles["admin"], settings.Profiles["plain"], settings.Profiles["night"]);
        Assert.Equal(["consume", "issue"], admin.Approvals);
        Assert.Equal((TimeSpan.FromMinutes(30), true), (admin.ApprovalTtl, admin.BreakGlass));
        Assert.Equal((0, TimeSpan.FromMinutes(15), false), (plain.Approvals.Count, plain.ApprovalTtl, plain.BreakGlass));
        Assert.Equal(["consume", "recover"], night.Approvals);
        Assert.Equal(
            ["profiles.p.break_glass must be true or false", "profiles.p: approval_ttl is 02:00:00, must be 00:01:00 to 01:00:00", "profiles.p: approvals may list issue, consume, recover, each once"],
            Read("""{"profiles":{"p":{"approvals":["everything"],"approval_ttl":"2h","break_glass":"often"}}}""").Errors.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Vaults_own_variables_are_honoured_and_the_file_wins()
    {
        Dictionary<string, string> variables = new() { ["VAULT_ADDR"] = "https://one.example:8200", ["VAULT_NAMESPACE"] = "team" };
        Assert.Equal(("https://one.example:8200", "team"), (Read("{}", variables: variables).Settings.Vault.Address, Read("{}", variables: variables).Settings.Vault.Namespace));
        Assert.Equal("https://two.example:8200", Read("""{"vault":{"address":"https://two.example:8200"}}""", variables: variables).Settings.Vault.Address);
    }

    [Theory]
    [InlineData("90d", 90 * 86_400)]
    [InlineData("24h", 86_400)]
    [InlineData("5m", 300)]
    [InlineData("60s", 60)]
    [InlineData("0s", 0)]
    [InlineData("", null)]
    [InlineData("d", null)]
    [InlineData("5", null)]
    [InlineData("-5m", null)]
    [InlineData("5 m", null)]
    [InlineData("1.5h", null)]
    [InlineData("5M", null)]
    [InlineData("1h30m", null)]
    [InlineData("99999999999s", null)]
    [InlineData("2147483647d", null)]
    public void A_duration_has_one_form(string text, int? seconds) =>
        Assert.Equal(seconds is { } number ? TimeSpan.FromSeconds(number) : null, SettingsReader.Duration(text));

    private static (BrokerSettings Settings, IReadOnlyList<string> Errors) Read(
        string json, Dictionary<string, string>? environment = null, Dictionary<string, string>? variables = null)
    {
        var file = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        var twins = (environment ?? []).Select(e => KeyValuePair.Create(e.Key.Replace("__", ":", StringComparison.Ordinal), (string?)e.Value));
        var all = new ConfigurationBuilder().AddConfiguration(file).AddInMemoryCollection(twins).Build();
        return SettingsReader.Read(file, all, name => variables?.GetValueOrDefault(name));
    }
}
