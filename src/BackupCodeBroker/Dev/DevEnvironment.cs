using System.Security.Cryptography;
using BackupCodeBroker.Access;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.DevVault;
using BackupCodeBroker.Server;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Dev;

/// <summary>
/// Everything that somebody needs who wants to try the broker: a Vault (the one that <c>VAULT_ADDR</c> and <c>VAULT_TOKEN</c> name, else the embedded one),
/// set up by the same bootstrap as a real deployment, the broker beside it, and people under the shipped policies. The administrator's token is used for
/// bootstrap, for making the people and, on a Vault that goes on, for ending their tokens; the broker logs in by itself and never sees it.
/// </summary>
internal sealed class DevEnvironment : IAsyncDisposable
{
    private readonly DevVaultServer? _vault;
    private readonly WebApplication _broker;
    private readonly VaultSettings _names;
    private readonly VaultToken _admin;

    private DevEnvironment(
        DevVaultServer? vault, WebApplication broker, VaultSettings names, VaultToken admin, string folder, IReadOnlyDictionary<string, SamplePerson> people)
    {
        (_vault, _broker, _names, _admin, Folder, People) = (vault, broker, names, admin, folder, people);
    }

    /// <summary>Roles of the sample team and the shipped policy of each.</summary>
    public static IReadOnlyList<(string Name, string Policy)> Cast { get; } =
    [
        ("platform", "bcb-platform-team"), ("owner", "bcb-owner"), ("verifier", "bcb-verifier"), ("auditor", "bcb-auditor"), ("stranger", "bcb-owner"),
        ("ann", "bcb-help-desk"), ("bob", "bcb-help-desk"), ("successor", "bcb-owner"), ("responder", "bcb-incident-responder"),
    ];

    /// <summary>A sample profile: printed codes of administrators, which a second person must consent to.</summary>
    public const string AdminProfile = "admin";

    /// <summary>A sample profile: a few printed codes for emergencies, each use of which somebody has to look at.</summary>
    public const string BreakGlassProfile = "break-glass";

    /// <summary>What the names begin with that it is for.</summary>
    public const string BreakGlassPrefix = "team-a.break-glass-";

    /// <summary>Address of the broker.</summary>
    public string BrokerAddress => _broker.Urls.Single();

    /// <summary>Address of Vault.</summary>
    public string VaultAddress => _names.Address;

    /// <summary>Whether the Vault is the embedded one.</summary>
    public bool IsEmbedded => _vault is not null;

    /// <summary>Folder, for this user alone, with credentials and the people's tokens.</summary>
    public string Folder { get; }

    /// <summary>The people by role.</summary>
    public IReadOnlyDictionary<string, SamplePerson> People { get; }

    /// <summary>File that holds a person's token.</summary>
    public string TokenFile(string name) => Path.Combine(Folder, name + ".token");

    /// <summary>Starts everything.</summary>
    /// <param name="listen">Where the broker listens.</param>
    /// <param name="vaultPort">Port of the embedded Vault; a free one where it is taken.</param>
    /// <param name="step">Told of each step of bootstrap.</param>
    /// <param name="settings">Changes to the broker's settings.</param>
    /// <param name="variable">The environment, which may name another Vault than the embedded one.</param>
    /// <param name="quiet">Whether the broker logs nothing.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<DevEnvironment> StartAsync(
        Uri listen,
        int vaultPort,
        Action<string> step,
        Func<BrokerSettings, BrokerSettings> settings,
        Func<string, string?> variable,
        bool quiet,
        CancellationToken cancellation)
    {
        var (vault, names, admin) = await FindVaultAsync(vaultPort, variable, cancellation);
        var folder = Directory.CreateTempSubdirectory("bcb-dev-").FullName;
        try
        {
            var configured = settings(new BrokerSettings { Listen = listen, Vault = names, Login = new LoginSettings { CredentialsDirectory = folder }, Telemetry = Telemetry(variable), Profiles = Profiles() });
            await BootstrapAsync(names, admin, folder, configured.Telemetry.AccessFile, step, cancellation);
            var people = await PeopleAsync(names, admin, folder, cancellation);
            var broker = BrokerHost.Build(configured, quiet ? services => services.AddLogging(logging => logging.ClearProviders()) : null);
            await broker.StartAsync(cancellation);
            await UntilReadyAsync(broker, cancellation);
            return new DevEnvironment(vault, broker, names, admin, folder, people);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            await (vault?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    private static Dictionary<string, Profile> Profiles() => new(new BrokerSettings().Profiles)
    {
        [AdminProfile] = Profile.Printable with { Name = AdminProfile, Approvals = ["consume", "recover"], Recovery = RecoveryForm.AppRole },
        [BreakGlassProfile] = Profile.Printable with
        {
            Name = BreakGlassProfile,
            Count = 4,
            BreakGlass = true,
            Identities = NamePattern.TryParse(BreakGlassPrefix + "*")!,
        },
    };

    /// <summary>Makes the role by which an identity recovers, as a person who owns identities.</summary>
    public async Task MakeRecoveryRoleAsync(string identity, string entityId)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var wire = new AdminWire(_names, _admin, VaultCall.Fresh(patience.Token), TimeProvider.System);
        if (!await new SampleRecovery(wire, _names).MakeAsync(identity, entityId, "bcb-owner", patience.Token))
        {
            throw new DevStartException("VAULT_TOKEN may not make a recovery role: it must be an administrator's");
        }
    }

    /// <summary>Waits until the process is told to stop; the exit code.</summary>
    public Task<int> UntilShutdownAsync(CancellationToken cancellation) => Breakdown.UntilShutdownAsync(_broker, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _broker.StopAsync();
        await _broker.DisposeAsync();
        if (!IsEmbedded)
        {
            await LeaveNoSecretAsync();
        }

        await (_vault?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(Folder, recursive: true);
    }

    // Somebody's own Vault goes on after this process: nothing that opens anything stays in it. What was set up and registered does.
    private async Task LeaveNoSecretAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        using var wire = new AdminWire(_names, _admin, VaultCall.Fresh(patience.Token), TimeProvider.System);
        var people = new SamplePeople(wire);
        foreach (var person in People.Values)
        {
            await people.EndAsync(person, patience.Token);
        }

        if (VaultSecretId.TryParse((await File.ReadAllTextAsync(Path.Combine(Folder, "secret-id"), patience.Token)).Trim(), out _) is { } secretId)
        {
            await people.EndAsync(_names, secretId, patience.Token);
        }
    }

    private static async Task<(DevVaultServer? Vault, VaultSettings Names, VaultToken Admin)> FindVaultAsync(int port, Func<string, string?> variable, CancellationToken cancellation)
    {
        var names = VaultSettings.FromEnvironment(variable);
        var (address, token) = (variable("VAULT_ADDR"), variable("VAULT_TOKEN"));
        if (!string.IsNullOrEmpty(address) && !string.IsNullOrEmpty(token))
        {
            return (null, names, VaultToken.TryParse(token, out var error) ?? throw new DevStartException("VAULT_TOKEN: " + error));
        }

        // The administrator's token is made up anew each time: nothing outside this process knows it.
        var root = "s." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        var vault = await StartVaultAsync(port, root, cancellation);
        return (vault, new VaultSettings { Address = vault.Address.ToString().TrimEnd('/') }, new VaultToken(root));
    }

    private static async Task<DevVaultServer> StartVaultAsync(int port, string root, CancellationToken cancellation)
    {
        try
        {
            return await DevVaultServer.StartAsync(new DevVaultOptions { Listen = $"127.0.0.1:{port}", RootToken = root }, cancellation);
        }
        catch (IOException) when (port != 0)
        {
            return await StartVaultAsync(0, root, cancellation);
        }
    }

    // The same variables as a server's, so that somebody who tries the broker sees what it records.
    private static TelemetrySettings Telemetry(Func<string, string?> variable)
    {
        var (telemetry, errors) = SettingsReader.ReadTelemetry(variable);
        return errors.Count == 0 ? telemetry : throw new DevStartException(string.Join("; ", errors));
    }

    private static async Task BootstrapAsync(
        VaultSettings names, VaultToken admin, string folder, string? accessFile, Action<string> step, CancellationToken cancellation)
    {
        // Let go of again before the broker opens it.
        await using var file = accessFile is null ? null : AccessFile.Open(accessFile, loss: null);
        var bootstrapper = new Bootstrapper(names, FirstDocuments.For(TimeProvider.System, epoch: 1), TimeProvider.System, report => step(report.ToString()));
        var report = await bootstrapper.RunAsync(new BootstrapOptions { CredentialsDirectory = folder, AccessFile = file, Recoveries = true }, admin, cancellation);
        if (report.HasFailures)
        {
            throw new DevStartException("Vault could not be set up: " + string.Join("; ", report.Steps.Where(s => s.Result is StepResult.Failed)));
        }
    }

    private static async Task<IReadOnlyDictionary<string, SamplePerson>> PeopleAsync(
        VaultSettings names, VaultToken admin, string folder, CancellationToken cancellation)
    {
        using var wire = new AdminWire(names, admin, VaultCall.Fresh(cancellation), TimeProvider.System);
        var making = new SamplePeople(wire);
        await making.PrepareAsync(cancellation);
        var people = new Dictionary<string, SamplePerson>();
        foreach (var (name, policy) in Cast)
        {
            if (await making.MakeAsync(name, policy, "8h", cancellation) is not VaultAnswer<SamplePerson>.Ok { Value: var person })
            {
                throw new DevStartException("VAULT_TOKEN may not make the sample people: it must be an administrator's");
            }

            people[name] = person;
            await WritePrivateAsync(Path.Combine(folder, name + ".token"), person.HandOver(), cancellation);
        }

        return people;
    }

    private static async Task WritePrivateAsync(string path, string text, CancellationToken cancellation)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(text.AsMemory(), cancellation);
    }

    private static async Task UntilReadyAsync(WebApplication broker, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var deployment = broker.Services.GetRequiredService<Deployment>();
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (deployment.State is DeploymentState.NotReady)
        {
            await beat.WaitForNextTickAsync(patience.Token);
        }
    }
}

/// <summary>The development environment could not be started; the message is for people.</summary>
internal sealed class DevStartException(string message) : Exception(message);
