using System.CommandLine;
using System.Security.Cryptography;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Doctor;
using BackupCodeBroker.Health;
using BackupCodeBroker.Server;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb doctor</c>: look at the whole deployment with whatever token there is, and say what to do about each finding.</summary>
internal static class DoctorVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "The server's configuration (bcb.json), else BCB_CONFIG: names that differ, epoch, log-in." };
        var credentials = new Option<string?>("--credentials") { HelpName = "DIR", Description = "The broker's folder with role-id and secret-id (else the one in the configuration), to look at it too." };
        var accessFile = new Option<string?>("--access-file") { HelpName = "FILE", Description = "Append the run's access record there, for bcb audit (not the file of a running broker)." };
        var strict = new Option<bool>("--strict") { Description = "Warnings count: exit with 1 if there are any." };
        var command = frame.Command(
            "doctor",
            "Look at Vault and the broker, change nothing, and say what is wrong and how it is set right. Any VAULT_TOKEN will do; what it may not see is said.",
            "doctor --config /etc/bcb/bcb.json");
        command.Add(config);
        command.Add(credentials);
        command.Add(accessFile);
        command.Add(strict);
        frame.Run(command, Reach.None, async (context, parsed, cancellation) =>
        {
            var options = Options(context, parsed.GetValue(config) ?? context.Surroundings.Setting("BCB_CONFIG"), parsed.GetValue(credentials));
            if (!AccessFile.TryOpen(parsed.GetValue(accessFile), out var file, out var error))
            {
                return Outcome.Usage(error);
            }

            await using var closing = file;
            return await RunAsync(context, options with { AccessFile = file }, parsed.GetValue(strict), cancellation);
        });
        return command;
    }

    private static async Task<Outcome> RunAsync(CliContext context, DoctorOptions options, bool strict, CancellationToken cancellation)
    {
        var doctor = new Doctor.Doctor(options, context.Surroundings.Time, context.Surroundings.VaultHandler);
        var report = await doctor.RunAsync(context.Token.ForVault, cancellation);
        var failed = report.Count(Severity.Error) > 0 || strict && report.Count(Severity.Warning) > 0;
        var asked = options.Vault.Validate().Count == 0;
        var exit = asked && !report.VaultAnswered ? ExitCode.Unavailable : failed ? ExitCode.Refused : ExitCode.Done;
        return new Outcome(exit, DoctorDocument.Of(report, options), screen => DoctorPage.Show(screen, report, options)) { IsAnswer = true };
    }

    private static DoctorOptions Options(CliContext context, string? file, string? credentials)
    {
        var surroundings = context.Surroundings;
        var (settings, errors) = ServerCommand.ReadSettings(file, []);
        var address = context.Settings.VaultAddress ?? surroundings.Setting("VAULT_ADDR");
        var vault = address is null ? settings.Vault : settings.Vault with { Address = address };
        return new DoctorOptions
        {
            Vault = vault,
            Epoch = settings.Epoch,
            ConfigurationFile = file,
            ConfigurationErrors = [.. errors.Concat(vault.Validate()).Distinct(StringComparer.Ordinal)],
            ConfiguredAddress = surroundings.Setting("BCB_VAULT__ADDRESS") is not null || NamesVault(file) ? settings.Vault.Address : null,
            SkipsVerification = surroundings.Setting("VAULT_SKIP_VERIFY") is { } skip && skip.ToUpperInvariant() is not ("0" or "F" or "FALSE"),
            CredentialsDirectory = credentials ?? Held(settings.Login.CredentialsDirectory),
            Login = settings.Login,
            Recoveries = settings.HasRecoveries,
            BootstrapCommand = file is null ? "bcb bootstrap" : $"bcb bootstrap --config {file}",
            Version = ProductVersion.Text,
            AskBroker = AskBroker(context.Settings),
            ListIdentities = new DoctorList(context, vault).ReadAsync,
        };
    }

    // The file's own word: VAULT_ADDR stands in for an address that it does not give.
    private static bool NamesVault(string? file)
    {
        try
        {
            return file is not null && new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(file), optional: true).Build()["vault:address"] is not null;
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // A wrapped secret-id is spent by the first log-in, and another machine's folder is not here.
    private static string? Held(string? folder) =>
        folder is not null && Directory.Exists(folder) && !File.Exists(Path.Combine(folder, "wrapped-secret-id")) ? folder : null;

    private static Func<CancellationToken, Task<BrokerSaid>> AskBroker(CliSettings settings) => async cancellation =>
    {
        if (!ServerAddress.TryParse(settings.BrokerAddress, "the broker's address (BCB_ADDR, --address)", out var address, out var error))
        {
            return BrokerHealth.Silent(settings.BrokerAddress, error);
        }

        try
        {
            using var health = new BrokerHealth(address, settings.Surroundings.BrokerHandler?.Invoke() ?? BrokerHandler.Create(address, settings.BrokerAuthorities));
            return await health.AskAsync(cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return BrokerHealth.Silent(settings.BrokerAddress, "the certificates to trust the broker by (BCB_CACERT, VAULT_CACERT) cannot be read as PEM");
        }
    };
}
