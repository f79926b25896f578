using System.Text.Json;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>What bootstrap needs of the server's configuration: how it calls things in Vault, and the epoch to begin with.</summary>
internal sealed record BootstrapSettings(VaultSettings Vault, int Epoch)
{
    private const int FirstEpoch = 1;

    private static readonly JsonSerializerOptions Names = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Reads the file's <c>vault</c> and <c>epoch</c>; what the user's own environment or options say about addresses wins.</summary>
    public static BootstrapSettings? Read(string? file, CliSettings said, out string error)
    {
        error = "";
        if (file is null)
        {
            return new BootstrapSettings(said.Vault, FirstEpoch);
        }

        try
        {
            var read = JsonSerializer.Deserialize<Configuration>(File.ReadAllBytes(file), Names) ?? new Configuration(null, null);
            var settings = new BootstrapSettings(Own(read.Vault ?? new VaultSettings(), said), read.Epoch ?? FirstEpoch);
            error = string.Join("; ", settings.Vault.Validate());
            return error.Length == 0 ? settings : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            error = e is JsonException { Path: { } path } ? $"the configuration is not right at {path}" : "the configuration cannot be read";
            return null;
        }
    }

    private static VaultSettings Own(VaultSettings file, CliSettings said)
    {
        var own = VaultSettings.FromEnvironment(said.Surroundings.Variable);
        return file with
        {
            Address = said.VaultAddress ?? (said.Surroundings.Setting("VAULT_ADDR") is null ? file.Address : own.Address),
            Namespace = own.Namespace ?? file.Namespace,
            CaCertificate = own.CaCertificate ?? file.CaCertificate,
        };
    }

    private sealed record Configuration(VaultSettings? Vault, int? Epoch);
}
