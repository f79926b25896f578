using System.CommandLine;
using System.Net.Sockets;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Dev;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault.Login;
using Microsoft.AspNetCore.Connections;

namespace BackupCodeBroker.Server;

/// <summary><c>bcb server</c>: the hosted worker and its API. Only bad configuration of its own stops the start, with every error listed at once.</summary>
internal static class ServerCommand
{
    private const int BadConfiguration = 2;
    private const int CannotListen = 3;

    /// <summary>The verb.</summary>
    /// <param name="command">Makes a command of its name, its description and an example.</param>
    public static Command Create(Func<string, string, string, Command> command)
    {
        var listen = new Option<string?>("--listen") { HelpName = "URL", Description = "Where to listen (else listen in the configuration, else http://127.0.0.1:8400)." };
        var credentials = new Option<string?>("--credentials") { HelpName = "DIR", Description = "Folder with role-id and secret-id (or wrapped-secret-id), as bcb bootstrap --credentials writes it." };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "Configuration, bcb.json (else BCB_CONFIG; every setting has its twin in the environment, such as BCB_VAULT__KV_MOUNT)." };
        var dev = new Option<bool>("--dev") { Description = "Try it: with an embedded development Vault (or the one of VAULT_ADDR and VAULT_TOKEN), set up, with sample people and lines to paste." };
        var workerOnly = new Option<bool>("--worker-only") { Description = "The worker alone: no operation is served, /healthz and /readyz are." };
        var server = command("server", "Run the broker beside Vault.", "server --listen http://127.0.0.1:8400 --credentials /etc/bcb/credentials");
        foreach (var option in (Option[])[listen, credentials, config, workerOnly, dev])
        {
            server.Add(option);
        }

        server.SetAction((parsed, cancellation) => parsed.GetValue(dev)
            ? DevServer.RunAsync(parsed.GetValue(listen), cancellation)
            : RunAsync(
                parsed.GetValue(config),
                [("listen", parsed.GetValue(listen)), ("login:credentials", parsed.GetValue(credentials)), ("worker:alone", parsed.GetValue(workerOnly) ? "true" : null)],
                cancellation));
        return server;
    }

    /// <summary>Reads the settings and runs until the process is told to stop.</summary>
    public static async Task<int> RunAsync(string? file, IReadOnlyList<(string Key, string? Value)> options, CancellationToken cancellation)
    {
        var (settings, errors) = ReadSettings(file ?? Environment.GetEnvironmentVariable("BCB_CONFIG"), options);
        if (settings.Login.IsEmpty && errors.Count == 0)
        {
            errors = [LoginSettings.NoMethod];
        }

        if (errors.Count > 0)
        {
            await Console.Error.WriteLineAsync("The configuration has errors:");
            foreach (var error in errors)
            {
                await Console.Error.WriteLineAsync("  " + error);
            }

            return BadConfiguration;
        }

        if (Built(settings, out var refusal) is not { } built)
        {
            await Console.Error.WriteLineAsync("The configuration has errors:\n  " + refusal);
            return BadConfiguration;
        }

        await using var app = built;
        if (await StartAsync(app, cancellation) is { } why)
        {
            await Console.Error.WriteLineAsync($"bcb server: cannot listen on {settings.Listen.GetLeftPart(UriPartial.Authority)}: {why}");
            return CannotListen;
        }

        await Console.Out.WriteLineAsync($"bcb server listens on {string.Join(", ", app.Urls)}, Vault is {settings.Vault.Address}");
        return await Breakdown.UntilShutdownAsync(app, cancellation);
    }

    private static WebApplication? Built(BrokerSettings settings, out string refusal)
    {
        try
        {
            refusal = "";
            return BrokerHost.Build(settings);
        }
        catch (AccessFileException e)
        {
            refusal = e.Message;
            return null;
        }
    }

    // Null, or why nobody can listen there. What had started by then is stopped: the broker gives its token back.
    private static async Task<string?> StartAsync(WebApplication app, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
            return null;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await app.StopAsync(CancellationToken.None);
            return "address already in use";
        }
        catch (SocketException e)
        {
            await app.StopAsync(CancellationToken.None);
            return e.Message;
        }
    }

    /// <summary>Settings of a file, the environment and the command line, which wins.</summary>
    public static (BrokerSettings Settings, IReadOnlyList<string> Errors) ReadSettings(string? file, IReadOnlyList<(string Key, string? Value)> options)
    {
        IConfigurationRoot fromFile;
        try
        {
            var builder = new ConfigurationBuilder();
            fromFile = (file is null ? builder : builder.AddJsonFile(Path.GetFullPath(file), optional: false)).Build();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return (new BrokerSettings(), [$"{file} cannot be read as JSON: {e.InnerException?.Message ?? e.Message}"]);
        }

        var given = options.Where(o => o.Value is not null).Select(o => KeyValuePair.Create(o.Key, o.Value));
        var all = new ConfigurationBuilder().AddConfiguration(fromFile).AddEnvironmentVariables("BCB_").AddInMemoryCollection(given).Build();
        return SettingsReader.Read(fromFile, all, Environment.GetEnvironmentVariable);
    }
}
