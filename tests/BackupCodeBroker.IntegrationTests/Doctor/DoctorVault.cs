using System.Text.Json.Nodes;
using BackupCodeBroker.IntegrationTests.Bootstrap;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Doctor;

/// <summary>
/// A Vault for the doctor's tests alone: they disable what all deployments share, such as the decoy's entity and the audit devices. Where the tests run
/// on a Vault that is given by its address there is none to spare, and they are left out.
/// </summary>
public sealed class DoctorVault : IAsyncLifetime
{
    private readonly VaultBackend _backend = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-doctor-").FullName;

    /// <summary>Where a device may write.</summary>
    public string Folder => _folder;

    internal RawVault Raw { get; private set; } = new("http://127.0.0.1:1", "none");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(VaultBackend.Kind is "address", "the doctor's tests need a Vault of their own");
        await _backend.StartAsync();
        Raw = new RawVault(_backend.Address, _backend.RootToken);
    }

    /// <summary>One audit device, a file: what a healthy deployment has.</summary>
    internal async Task EnsureDeviceAsync()
    {
        foreach (var device in (await Raw.MustAsync("GET", "sys/audit"))["data"]!.AsObject().Select(device => device.Key).ToList())
        {
            await Raw.MustAsync("DELETE", "sys/audit/" + device.TrimEnd('/'));
        }

        await Raw.MustAsync("PUT", "sys/audit/file", new JsonObject { ["type"] = "file", ["options"] = new JsonObject { ["file_path"] = Path.Combine(_folder, "audit.log") } });
    }

    /// <summary>Takes away what earlier patients left: the doctor reads a bounded number of policies.</summary>
    internal async Task ForgetPoliciesAsync()
    {
        foreach (var name in (await Raw.MustAsync("GET", "sys/policies/acl?list=true"))["data"]!["keys"]!.AsArray().Select(key => key!.GetValue<string>()).Except(["root", "default"]).ToList())
        {
            await Raw.MustAsync("DELETE", "sys/policies/acl/" + name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Raw.Dispose();
        await _backend.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
