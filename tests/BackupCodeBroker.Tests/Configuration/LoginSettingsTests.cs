using System.Text;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;
using Xunit;

namespace BackupCodeBroker.Tests.Configuration;

/// <summary>How the broker logs in, as <c>bcb.json</c> and its twins in the environment say it.</summary>
public sealed class LoginSettingsTests
{
    [Fact]
    [Trait("Requirement", "R-41")]
    public void Kubernetes_needs_a_role_and_no_more()
    {
        var (login, errors) = Read("""{"login":{"kubernetes":{"role":"bcb-broker"}}}""");
        Assert.Empty(errors);
        Assert.Equal(("kubernetes", "bcb-broker", "/var/run/secrets/kubernetes.io/serviceaccount/token"), (login.Kubernetes!.Mount, login.Kubernetes.Role, login.Kubernetes.File));
        Assert.Equal((false, false, "kubernetes"), (login.IsEmpty, login.IsAppRole, login.MountIn(new VaultSettings())));
    }

    [Fact]
    [Trait("Requirement", "R-41")]
    public void Everything_has_its_twin_in_the_environment()
    {
        var (login, errors) = Read("{}", ("BCB_LOGIN__JWT__ROLE", "broker"), ("BCB_LOGIN__JWT__FILE", "/run/jwt"), ("BCB_LOGIN__JWT__MOUNT", "auth/corp/jwt/"));
        Assert.Empty(errors);
        Assert.Equal(("corp/jwt", "broker", "/run/jwt", "jwt"), (login.Jwt!.Mount, login.Jwt.Role, login.Jwt.File, login.Jwt.Kind));
    }

    [Fact]
    public void Every_error_is_told_at_once()
    {
        var (_, errors) = Read("""{"login":{"credentials":"d","token_file":"t","kubernetes":{"role":"a b","mount":"..","file":"f","jwt":"x"},"jwt":{"mount":"m"}}}""");
        Assert.Equal(
            [
                "login.credentials and login.token_file and login.kubernetes and login.jwt exclude each other: one log-in is the broker's",
                "login.kubernetes.role consists of letters, digits, '.', '_' and '-'",
                "login.kubernetes.mount consists of letters, digits, '.', '_', '-' and inner slashes",
                "login.jwt.role is needed: the role that the broker logs in to",
                "login.jwt.file is needed: where the JWT is",
                "login.kubernetes.jwt is unknown",
            ],
            errors);
    }

    [Fact]
    public void A_file_that_is_not_there_yet_is_no_error() =>
        Assert.Empty(Read("""{"login":{"jwt":{"role":"r","file":"/no/such/file"}}}""").Errors);

    [Fact]
    public void The_optional_library_is_asked_for_where_the_build_has_none()
    {
        Assert.SkipWhen(LoginLibrary.Load() is not null, "this build has VaultSharp");
        var (_, errors) = Read("""{"login":{"vaultsharp":{"method":"ldap","username":"bcb"}}}""");
        Assert.Equal([LoginLibrary.Missing], errors);
    }

    private static (LoginSettings Login, IReadOnlyList<string> Errors) Read(string json, params (string Name, string Value)[] environment)
    {
        var file = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        var twins = environment.ToDictionary(e => e.Name["BCB_".Length..].Replace("__", ":", StringComparison.Ordinal), e => (string?)e.Value);
        var all = new ConfigurationBuilder().AddConfiguration(file).AddInMemoryCollection(twins).Build();
        var (settings, errors) = SettingsReader.Read(file, all, _ => null);
        return (settings.Login, errors);
    }
}
