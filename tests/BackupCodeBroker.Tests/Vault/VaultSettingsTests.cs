using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;
using Xunit;

namespace BackupCodeBroker.Tests.Vault;

public sealed class VaultSettingsTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8200", true)]
    [InlineData("http://localhost:8200", true)]
    [InlineData("http://[::1]:8200", true)]
    [InlineData("https://vault.example:8200", true)]
    [InlineData("https://vault.example/", true)]
    [InlineData("http://vault.example:8200", false)]
    [InlineData("http://10.0.0.1:8200", false)]
    [InlineData("https://vault.example/prefix", false)]
    [InlineData("https://user:pw@vault.example", false)]
    [InlineData("unix:///run/vault.sock", false)]
    [InlineData("vault.example:8200", false)]
    [InlineData("", false)]
    public void Tokens_travel_in_clear_on_this_machine_only(string address, bool good)
    {
        var settings = new VaultSettings { Address = address };

        Assert.Equal(good, settings.Validate().Count == 0);
        if (!good)
        {
            Assert.Throws<ArgumentException>(() => new VaultClient(settings, TimeProvider.System));
        }
    }

    [Fact]
    public void Every_error_is_listed_at_once()
    {
        var errors = new VaultSettings
        {
            Address = "nowhere",
            Namespace = "a b",
            KvMount = "../x",
            CaCertificate = "/does/not/exist.pem",
            CallTimeout = TimeSpan.Zero,
            MaxConcurrency = 0,
            MaxQueue = -1,
            AllowedRedirectHosts = ["a/b", "good:8200"],
        }.Validate();

        string[] about = ["address", "namespace", "kv_mount", "ca_certificate", "call_timeout", "max_concurrency", "max_queue", "redirect_hosts"];
        Assert.Equal(about.Length, errors.Count);
        Assert.All(about, name => Assert.Contains(errors, error => error.StartsWith("vault." + name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Vaults_own_variables_are_honoured()
    {
        var settings = VaultSettings.FromEnvironment(name => name switch
        {
            "VAULT_ADDR" => " https://vault.example:8200 ",
            "VAULT_NAMESPACE" => "team/",
            _ => "",
        });

        Assert.Equal(("https://vault.example:8200", "team/", null), (settings.Address, settings.Namespace, settings.CaCertificate));
        Assert.Empty(settings.Validate());
    }

    [Theory]
    [InlineData(null, null, true, true)]
    [InlineData("d", "f", false, false)]
    [InlineData("d", null, true, false)]
    [InlineData(null, "f", true, false)]
    public void There_is_one_way_to_log_in(string? directory, string? file, bool good, bool none)
    {
        var settings = new LoginSettings { CredentialsDirectory = directory, TokenFile = file };
        Assert.Equal((good, none), (!settings.Errors().Any(), settings.IsEmpty));
    }
}
