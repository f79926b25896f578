using System.Collections.Concurrent;
using System.Security.Cryptography;
using BackupCodeBroker.Access;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Server;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>
/// One deployment on the tests' Vault: mounts, roles and policies of its own, set up by the product's own bootstrap, with as many brokers as a test
/// starts and people with real tokens under the shipped policies. Nothing here goes around the policies but <see cref="Root"/>, which arranges.
/// </summary>
public sealed class BrokerEnvironment(TestVault vault) : IAsyncLifetime
{
    private readonly ConcurrentBag<RunningBroker> _brokers = [];
    private readonly string _prefix = "t" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
    private readonly string _credentials = Directory.CreateTempSubdirectory("bcb-test-").FullName;
    private Task<Cast>? _cast;
    private Task<RunningBroker>? _shared;

    /// <summary>Administrator.</summary>
    public RootClient Root { get; } = new(vault.Address, vault.RootToken);

    /// <summary>Prefix of this deployment's policies.</summary>
    public string PolicyPrefix => _prefix + "-";

    /// <summary>Folder of the brokers' credentials.</summary>
    public string Credentials => _credentials;

    /// <summary>Where the tests' Vault is.</summary>
    public TestVault Vault => vault;

    internal VaultSettings Names => new()
    {
        Address = vault.Address,
        KvMount = _prefix + "-codes",
        AskMount = _prefix + "-ask",
        TransitMount = _prefix + "-transit",
        AppRoleMount = _prefix + "-approle",
        TokenRole = _prefix + "-identity",
        SweeperRole = _prefix + "-sweeper",
        AppRoleName = _prefix + "-broker",
        RecoveryMount = _prefix + "-recover",
        RecoveryRolePrefix = _prefix + "-recover-",
    };

    /// <summary>Settings of the brokers; without a worker, which would do of itself what a test has not asked for.</summary>
    internal BrokerSettings Settings => new()
    {
        Listen = new Uri("http://127.0.0.1:0"),
        Vault = Names,
        Login = new LoginSettings { CredentialsDirectory = _credentials },
        Worker = new WorkerSettings { Enabled = false },
    };

    public async ValueTask InitializeAsync()
    {
        await BootstrapAsync();
        await Root.PostAsync($"auth/token/roles/{_prefix}-people", new { allowed_entity_aliases = new[] { "*" }, orphan = true, renewable = true });
    }

    /// <summary>Sets this deployment up in Vault, or sets it right again; <paramref name="recoveries"/>: as one whose profiles have some.</summary>
    public async Task BootstrapAsync(bool recoveries = false)
    {
        var documents = new BootstrapDocuments(
            id => DocumentJson.Write(DecoyDocument.Make(id, DateTimeOffset.UtcNow)), () => DocumentJson.Write(BrokerState.Initial(1, DateTimeOffset.UtcNow)));
        var bootstrapper = new Bootstrapper(Names, documents, TimeProvider.System, _ => { });
        var options = new BootstrapOptions { CredentialsDirectory = _credentials, PolicyPrefix = PolicyPrefix, Recoveries = recoveries };
        var report = await bootstrapper.RunAsync(options, new VaultToken(vault.RootToken), CancellationToken.None);
        Assert.False(report.HasFailures, string.Join('\n', report.Steps));
    }

    /// <summary>Starts a broker and waits until it is ready.</summary>
    internal async Task<RunningBroker> StartAsync(
        Func<BrokerSettings, BrokerSettings>? settings = null,
        Action<IServiceCollection>? configure = null,
        VaultTap? tap = null,
        TimeProvider? clock = null,
        bool untilReady = true)
    {
        var wanted = (settings ?? (s => s))(Settings);
        var app = BrokerHost.Build(wanted, services =>
        {
            services.AddLogging(logging => logging.ClearProviders());
            services.AddSingleton(clock ?? TimeProvider.System);
            if (tap is not null)
            {
                services.AddSingleton(new VaultClient(wanted.Vault, clock ?? TimeProvider.System, () => tap));
            }

            configure?.Invoke(services);
        });
        await app.StartAsync();
        var broker = new RunningBroker(app);
        _brokers.Add(broker);
        if (untilReady)
        {
            await broker.UntilReadyAsync();
        }

        return broker;
    }

    /// <summary>A person or service with an entity of its own and a token under these policies (their names without the deployment's prefix).</summary>
    public async Task<Person> PersonAsync(string name, params string[] policies)
    {
        var alias = name + "-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        var created = await Root.PostAsync(
            $"auth/token/create/{_prefix}-people",
            new { entity_alias = alias, policies = policies.Select(p => PolicyPrefix + p).ToArray(), ttl = "1h", no_default_policy = policies.Length > 0 });
        var auth = created.GetProperty("auth");
        return new Person(auth.GetProperty("client_token").GetString()!, auth.GetProperty("entity_id").GetString()!, auth.GetProperty("accessor").GetString()!);
    }

    /// <summary>A person whose policy is written for the test: operations with their targets, such as <c>consume/team-a.*</c>.</summary>
    public async Task<Person> HolderAsync(string name, params string[] grants) => await PersonAsync(name, await PolicyAsync(name, grants));

    /// <summary>Writes such a policy; its name without the deployment's prefix.</summary>
    public async Task<string> PolicyAsync(string name, params string[] grants)
    {
        var policy = name + "-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        var text = string.Join('\n', grants.Select(g => $"path \"{Names.AskMount}/{g}\" {{ capabilities = [\"read\"] }}"))
            + "\npath \"auth/token/lookup-self\" { capabilities = [\"read\"] }\npath \"sys/capabilities-self\" { capabilities = [\"update\"] }"
            + "\npath \"sys/wrapping/unwrap\" { capabilities = [\"update\"] }";
        await Root.PostAsync("sys/policies/acl/" + PolicyPrefix + policy, new { policy = text });
        return policy;
    }

    /// <summary>Somebody who may have codes made for what they own, and receive them.</summary>
    public Task<Person> OwnerAsync() => HolderAsync("owner", "issue/@owned", "retrieve/@owned", "status/@owned", "revoke/@owned");

    /// <summary>The people of most tests.</summary>
    internal Task<Cast> CastAsync() => _cast ??= Cast.OfAsync(this);

    /// <summary>A broker that tests share which neither move its time nor tap its calls.</summary>
    internal Task<RunningBroker> SharedAsync() => _shared ??= StartAsync();

    /// <summary>A name that nothing else uses.</summary>
    public static string NewIdentity(string team = "team-a") => $"{team}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}";

    /// <summary>An identity's document as it lies in Vault, with its version.</summary>
    internal async Task<(IdentityDocument Document, long Version)> DocumentAsync(string identity)
    {
        var read = (await Root.GetAsync($"{Names.KvMount}/data/identities/bcb.{identity}")).GetProperty("data");
        var json = System.Text.Encoding.UTF8.GetBytes(read.GetProperty("data").GetRawText());
        Assert.True(DocumentJson.TryReadIdentity(json, identity, out var document, out var error), error);
        return (document, read.GetProperty("metadata").GetProperty("version").GetInt64());
    }

    /// <summary>Changes a document behind the broker's back, as time or an administrator would; anew where somebody else did so meanwhile.</summary>
    internal Task ChangeDocumentAsync(string identity, Func<IdentityDocument, IdentityDocument> change) => UntilWrittenAsync(async () =>
    {
        var (document, version) = await DocumentAsync(identity);
        return ($"identities/bcb.{identity}", DocumentJson.Write(change(document)), version);
    });

    /// <summary>Changes the state document: what lockdowns will write. A leader's heart beats beside it, and who loses reads again.</summary>
    internal Task ChangeStateAsync(Func<BrokerState, long, BrokerState> change) => UntilWrittenAsync(async () =>
    {
        var (state, version) = await StateAsync();
        return ("broker/state", DocumentJson.Write(change(state, version + 1)), version);
    });

    /// <summary>The state document as it lies in Vault, with its version.</summary>
    internal async Task<(BrokerState State, long Version)> StateAsync()
    {
        var read = (await Root.GetAsync($"{Names.KvMount}/data/broker/state")).GetProperty("data");
        var json = System.Text.Encoding.UTF8.GetBytes(read.GetProperty("data").GetRawText());
        Assert.True(DocumentJson.TryReadState(json, out var state, out var error), error);
        return (state, read.GetProperty("metadata").GetProperty("version").GetInt64());
    }

    /// <summary>Declares a lockdown in the state document, as the incident responders' route will.</summary>
    internal Task LockDownAsync(string mode, string identities) => ChangeStateAsync((state, version) => state with
    {
        Lockdowns =
        [
            .. state.Lockdowns,
            new Lockdown
            {
                Id = Guid.NewGuid().ToString("n"),
                Mode = mode,
                Version = version,
                Scope = new LockdownScope { Identities = identities },
                Reason = "test",
                DeclaredAt = DateTimeOffset.UtcNow,
                DeclaredBy = new Actor("", "", "test"),
            },
        ],
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _brokers)
        {
            await broker.DisposeAsync();
        }

        Root.Dispose();
        Directory.Delete(_credentials, recursive: true);
    }

    private async Task UntilWrittenAsync(Func<Task<(string Path, byte[] Json, long Version)>> next)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (path, json, cas) = await next();
            var data = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(json);
            var (status, answer) = await Root.TryAsync(HttpMethod.Post, $"{Names.KvMount}/data/{path}", new { options = new { cas }, data });
            if (status is >= 200 and < 300)
            {
                return;
            }

            Assert.True(attempt < 20 && answer.ToString().Contains("check-and-set parameter did not match", StringComparison.Ordinal), $"{path}: {status} {answer}");
        }
    }
}

/// <summary>Somebody with a Vault token.</summary>
/// <param name="Token">Their token.</param>
/// <param name="EntityId">Their entity.</param>
/// <param name="Accessor">Their token's accessor.</param>
public sealed record Person(string Token, string EntityId, string Accessor);

/// <summary>A broker in this process.</summary>
internal sealed class RunningBroker(WebApplication app) : IAsyncDisposable
{
    private int _ended;

    public string Address { get; } = app.Urls.Single();

    public IServiceProvider Services => app.Services;

    public ApiClient As(Person person) => new(Address, person.Token);

    /// <summary>Somebody who has no token.</summary>
    public ApiClient AsNobody() => new(Address, null);

    public Task UntilReadyAsync()
    {
        var deployment = app.Services.GetRequiredService<Deployment>();
        return UntilAsync(() => Task.FromResult(deployment.State is DeploymentState.Ready));
    }

    /// <summary>Waits for something that the broker does in the background.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            await beat.WaitForNextTickAsync(patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
