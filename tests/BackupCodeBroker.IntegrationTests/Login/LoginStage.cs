using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Vault.Login;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Login;

/// <summary>A deployment whose broker can log in by JWT, Kubernetes and user name too: the methods, with the broker's role at each, and who vouches for it.</summary>
internal sealed class LoginStage : IAsyncDisposable
{
    public const string Space = "security";
    public const string Account = "bcb";
    public const string Audience = "vault.example";
    public const string Subject = "workload:bcb";

    private readonly string _name = "l" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bcb-login-");

    private LoginStage(BrokerEnvironment environment, KubernetesApi kubernetes) => (Environment, Kubernetes) = (environment, kubernetes);

    public BrokerEnvironment Environment { get; }

    public KubernetesApi Kubernetes { get; }

    public JwtIssuer Issuer { get; } = JwtIssuer.Curve();

    /// <summary>Mounts, without <c>auth/</c>.</summary>
    public string JwtMount => _name + "/jwt";

    public string KubernetesMount => _name + "-k8s";

    public string PeopleMount => _name + "-people";

    /// <summary>The broker's role at all of them.</summary>
    public string Role => Environment.Names.AppRoleName;

    /// <summary>The file that a JWT, a token or a password is delivered in.</summary>
    public string FilePath => Path.Combine(_folder.FullName, "token");

    public LoginSettings ByJwt => new() { Jwt = new JwtLoginSettings(JwtLoginSettings.JwtSetting) { Mount = JwtMount, Role = Role, File = FilePath } };

    public LoginSettings ByKubernetes => new()
    {
        Kubernetes = new JwtLoginSettings(JwtLoginSettings.KubernetesSetting) { Mount = KubernetesMount, Role = Role, File = FilePath },
    };

    public static async Task<LoginStage> SetAsync(TestVault vault)
    {
        Assert.SkipWhen(TestVault.Kind == "container", "a Vault in a container does not reach this machine's loopback address, where Kubernetes' API is played");
        var stage = new LoginStage(new BrokerEnvironment(vault), await KubernetesApi.StartAsync());
        await stage.Environment.InitializeAsync();
        await stage.EnableAsync();
        return stage;
    }

    /// <summary>Delivers a JWT as its keeper would: the file is there as a whole or not at all.</summary>
    public void Deliver(string content)
    {
        File.WriteAllText(FilePath + ".new", content + "\n");
        File.Move(FilePath + ".new", FilePath, overwrite: true);
    }

    public string Jwt(TimeSpan? life = null) => Issuer.Sign(Subject, Audience, life ?? TimeSpan.FromHours(1), ("team", "security"));

    public string ServiceAccountToken(TimeSpan? life = null) => Kubernetes.TokenOf(Space, Account, life);

    public Task<RunningBroker> StartAsync(LoginSettings login, bool untilReady = true, Action<IServiceCollection>? configure = null) =>
        Environment.StartAsync(settings => settings with { Login = login }, configure, untilReady: untilReady);

    /// <summary>Waits until the broker says that it is not logged in, and why.</summary>
    public static async Task<string> WhyNotAsync(RunningBroker broker, string why)
    {
        var session = broker.Services.GetRequiredService<BrokerSession>();
        await broker.UntilAsync(() => Task.FromResult(session.State is SessionState.LoggedOut(var said) && said.Contains(why, StringComparison.Ordinal)));
        return ((SessionState.LoggedOut)session.State).Why;
    }

    /// <summary>A role's fields as they are in Vault.</summary>
    public async Task ChangeRoleAsync(string mount, object fields) => await Environment.Root.PostAsync($"auth/{mount}/role/{Role}", fields);

    /// <summary>What the role of the JWT method is.</summary>
    public object JwtRole(string subject = Subject, int ttl = 600) => new
    {
        role_type = "jwt",
        user_claim = "sub",
        bound_audiences = new[] { Audience },
        bound_subject = subject,
        bound_claims = new { team = new[] { "security", "platform" } },
        token_policies = new[] { Role },
        token_no_default_policy = true,
        token_type = "service",
        token_ttl = ttl,
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var mount in (string[])[JwtMount, KubernetesMount, PeopleMount])
        {
            await Environment.Root.DeleteAsync("sys/auth/" + mount);
        }

        await Environment.DisposeAsync();
        await Kubernetes.DisposeAsync();
        Issuer.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>For a Vault outside of any pod: from 1.9 on it looks for the pod's own authority and token unless it is told not to, and then wants an authority.</summary>
    private object KubernetesConfig() => new
    {
        kubernetes_host = Kubernetes.Url,
        kubernetes_ca_cert = Authority(),
        pem_keys = new[] { Kubernetes.PublicPem },
        disable_iss_validation = true,
        disable_local_ca_jwt = true,
    };

    private static string Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kubernetes", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
        return authority.ExportCertificatePem();
    }

    private async Task EnableAsync()
    {
        var root = Environment.Root;
        await root.PostAsync("sys/auth/" + JwtMount, new { type = "jwt" });
        await root.PostAsync($"auth/{JwtMount}/config", new { jwt_validation_pubkeys = new[] { Issuer.PublicPem } });
        await ChangeRoleAsync(JwtMount, JwtRole());
        await root.PostAsync("sys/auth/" + KubernetesMount, new { type = "kubernetes" });
        await root.PostAsync($"auth/{KubernetesMount}/config", KubernetesConfig());
        await ChangeRoleAsync(KubernetesMount, new
        {
            bound_service_account_names = new[] { Account },
            bound_service_account_namespaces = new[] { Space },
            token_policies = new[] { Role },
            token_no_default_policy = true,
            token_type = "service",
            token_ttl = 600,
        });
        await root.PostAsync("sys/auth/" + PeopleMount, new { type = "userpass" });
        await root.PostAsync($"auth/{PeopleMount}/users/{Account}", new
        {
            password = "correct horse battery staple",
            token_policies = new[] { Role },
            token_no_default_policy = true,
            token_type = "service",
            token_ttl = 600,
        });
    }
}
