using System.Text.Json.Nodes;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Doctor;
using BackupCodeBroker.IntegrationTests.Bootstrap;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Doctor;

/// <summary>One deployment that the doctor looks at, and whoever does what the doctor prints.</summary>
internal sealed class DoctorPatient(DoctorVault vault)
{
    private readonly Dictionary<string, string> _files = [];

    public BootstrapEnvironment Deployment { get; } = new(vault.Raw) { Documents = FirstDocuments.For(TimeProvider.System, 1) };

    public RawVault Vault => vault.Raw;

    public int Epoch { get; private set; } = 1;

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>A healthy deployment.</summary>
    public static async Task<DoctorPatient> HealthyAsync(DoctorVault vault)
    {
        await vault.ForgetPoliciesAsync();
        var patient = new DoctorPatient(vault);
        var report = await patient.Deployment.RunAsync();
        Assert.False(report.HasFailures || report.IsIncomplete, string.Join('\n', patient.Deployment.Lines));
        return patient;
    }

    /// <summary>A text with the deployment's own names.</summary>
    public string Here(string text) => text.Replace("{env}", Deployment.Name, StringComparison.Ordinal).Replace("{folder}", vault.Folder, StringComparison.Ordinal);

    public async Task<DoctorReport> ExamineAsync(string? with = null, Func<DoctorOptions, DoctorOptions>? more = null, Func<HttpMessageHandler>? handler = null)
    {
        var options = new DoctorOptions { Vault = Deployment.Settings, PolicyPrefix = Deployment.Prefix, Epoch = Epoch, Version = "1.2.3" };
        var doctor = new BackupCodeBroker.Doctor.Doctor(more?.Invoke(options) ?? options, Time, handler);
        return await doctor.RunAsync(new VaultToken(with ?? Vault.Token), TestContext.Current.CancellationToken);
    }

    /// <summary>The entity that an alias of the token mount leads to.</summary>
    public async Task<string> EntityAsync(string alias)
    {
        var accessor = (await Vault.MustAsync("GET", "sys/auth"))["data"]!["token/"]!["accessor"]!.GetValue<string>();
        var found = await Vault.MustAsync("POST", "identity/lookup/entity", new JsonObject { ["alias_name"] = alias, ["alias_mount_accessor"] = accessor });
        return found["data"]!["id"]!.GetValue<string>();
    }

    /// <summary>Carries out a printed command as a person's shell and <c>vault</c> would: by Vault's API.</summary>
    public async Task PasteAsync(string command)
    {
        var words = command.Replace("\"", "", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["bcb", "bootstrap"]:
                await Deployment.RunAsync();
                break;
            case ["bcb", "bootstrap", "--credentials", var folder]:
                await Deployment.RunAsync(credentials: folder);
                break;
            case ["export", var setting] when setting.StartsWith("BCB_EPOCH=", StringComparison.Ordinal):
                Epoch = int.Parse(setting["BCB_EPOCH=".Length..]);
                break;
            case ["timedatectl", ..]:
                Time = TimeProvider.System;
                break;
            case ["echo", .., ">", var file]:
                _files[file] = command[(command.IndexOf('\'') + 1)..command.LastIndexOf('\'')];
                break;
            case ["echo", .., ">>", var file]:
                _files[file] += "\n" + command[(command.IndexOf('\'') + 1)..command.LastIndexOf('\'')];
                break;
            case ["vault", .. var rest]:
                await VaultAsync(rest);
                break;
            default:
                Assert.Fail("nobody knows how to do this: " + command);
                break;
        }
    }

    private async Task VaultAsync(string[] words)
    {
        switch (words)
        {
            case ["write", var path, .. var fields]:
                await Vault.MustAsync("POST", path, Fields(fields));
                break;
            case ["delete", var path]:
                await Vault.MustAsync("DELETE", path);
                break;
            case ["policy", "read", var name, ">", var file]:
                _files[file] = (await Vault.MustAsync("GET", "sys/policies/acl/" + name))["data"]!["policy"]!.GetValue<string>();
                break;
            case ["policy", "write", var name, var file]:
                await Vault.MustAsync("PUT", "sys/policies/acl/" + name, new JsonObject { ["policy"] = _files[file] });
                break;
            case ["audit", "disable", var path]:
                await Vault.MustAsync("DELETE", "sys/audit/" + path.TrimEnd('/'));
                break;
            case ["audit", "enable", var at, var type, .. var options] when at.StartsWith("-path=", StringComparison.Ordinal):
                await EnableAsync(at["-path=".Length..].TrimEnd('/'), type, options);
                break;
            case ["audit", "enable", var type, .. var options]:
                await EnableAsync(type, type, options);
                break;
            case ["kv", "undelete", var versions, var at]:
                await Vault.MustAsync(
                    "POST", Below(at, "undelete"), new JsonObject { ["versions"] = new JsonArray(int.Parse(versions.Split('=')[1])) });
                break;
            case ["kv", "metadata", "delete", var at]:
                await Vault.MustAsync("DELETE", Below(at, "metadata"));
                break;
            case ["secrets", "move", var from, var to]:
                await Vault.MustAsync("POST", "sys/remount", new JsonObject { ["from"] = from, ["to"] = to });
                break;
            default:
                Assert.Fail("nobody knows how to do this: vault " + string.Join(' ', words));
                break;
        }
    }

    // The tests may not write where Vault's own log would lie.
    private async Task EnableAsync(string path, string type, string[] options)
    {
        var given = Fields(options);
        if (given["file_path"]?.GetValue<string>() is { } file && !file.StartsWith(vault.Folder, StringComparison.Ordinal))
        {
            given["file_path"] = Path.Combine(vault.Folder, "enabled.log");
        }

        await Vault.MustAsync("PUT", "sys/audit/" + path, new JsonObject { ["type"] = type, ["options"] = given });
    }

    private string Below(string at, string kind) => $"{Deployment.Settings.KvMount}/{kind}{at[Deployment.Settings.KvMount.Length..]}";

    private static JsonObject Fields(string[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Split('=')[0], (JsonNode?)field[(field.IndexOf('=') + 1)..])));
}
