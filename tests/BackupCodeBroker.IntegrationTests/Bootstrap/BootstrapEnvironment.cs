using System.Text;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Vault;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Bootstrap;

/// <summary>
/// One environment in a Vault that others use too: mounts, roles, key and policies of its own, so that every test starts from a Vault
/// in which nothing of its environment exists. The decoy's alias and the audited header are Vault's own and shared.
/// </summary>
internal sealed class BootstrapEnvironment
{
    private static int _count;

    public BootstrapEnvironment(RawVault vault)
    {
        Vault = vault;
        Name = $"t{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        Settings = new VaultSettings
        {
            Address = vault.Address,
            KvMount = Name + "/codes",
            AskMount = Name + "/ask",
            TransitMount = Name + "/transit",
            PepperKey = Name + "-pepper",
            TokenRole = Name + "-identity",
            SweeperRole = Name + "-sweeper",
            AppRoleMount = Name + "/approle",
            AppRoleName = Name + "-broker",
        };
    }

    /// <summary>An environment on the Vault that all tests share.</summary>
    public static BootstrapEnvironment On(TestVault vault) => new(new RawVault(vault.Address, vault.RootToken));

    public RawVault Vault { get; }

    public string Name { get; }

    public VaultSettings Settings { get; }

    public List<string> Lines { get; } = [];

    /// <summary>What is written at first. Most tests ask whether it was, and not what stands in it.</summary>
    public BootstrapDocuments Documents { get; init; } = new(
        entityId => Encoding.UTF8.GetBytes($$"""{"schema":1,"entity":"{{entityId}}"}"""),
        () => "{\"schema\":1}"u8.ToArray());

    public string Prefix => Name + "-";

    public string StatePath => $"{Settings.KvMount}/data/broker/state";

    public string DecoyPath => $"{Settings.KvMount}/data/identities/bcb._decoy";

    public Task<BootstrapReport> RunAsync(string? with = null, string? credentials = null) => RunAsync(check: false, with, credentials);

    public Task<BootstrapReport> CheckAsync(string? with = null, string? credentials = null) => RunAsync(check: true, with, credentials);

    /// <summary>A shipped policy as this environment has it.</summary>
    public string PolicyText(string shippedName) =>
        ShippedPolicies.In(Settings, Prefix).Single(policy => policy.ShippedName == shippedName).Text;

    /// <summary>Logs the broker in with what bootstrap left in a folder.</summary>
    public async Task<string> LogInAsync(string folder)
    {
        var answer = await Vault.SendAsync(
            "POST",
            $"auth/{Settings.AppRoleMount}/login",
            new System.Text.Json.Nodes.JsonObject
            {
                ["role_id"] = (await File.ReadAllTextAsync(Path.Combine(folder, "role-id"))).Trim(),
                ["secret_id"] = (await File.ReadAllTextAsync(Path.Combine(folder, "secret-id"))).Trim(),
            },
            bare: true);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.Status);
        return answer.Body!["auth"]!["client_token"]!.GetValue<string>();
    }

    private async Task<BootstrapReport> RunAsync(bool check, string? with, string? credentials)
    {
        var bootstrapper = new Bootstrapper(Settings, Documents, TimeProvider.System, report => Lines.Add(report.ToString()));
        return await bootstrapper.RunAsync(
            new BootstrapOptions { Check = check, CredentialsDirectory = credentials, PolicyPrefix = Prefix },
            new VaultToken(with ?? Vault.Token),
            TestContext.Current.CancellationToken);
    }
}
