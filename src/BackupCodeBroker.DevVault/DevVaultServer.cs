using System.Net;
using BackupCodeBroker.DevVault.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BackupCodeBroker.DevVault;

/// <summary>How the embedded Vault is started.</summary>
internal sealed record DevVaultOptions
{
    /// <summary>Host and port; the host must be a loopback address. Port 0 takes a free one.</summary>
    public string Listen { get; init; } = "127.0.0.1:0";

    /// <summary>The root token's id; made up where none is given.</summary>
    public string? RootToken { get; init; }

    /// <summary>A file for an audit device at <c>file/</c>, from the first request on.</summary>
    public string? AuditFile { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Holds the root token, so it does not print.</summary>
    public override string ToString() => $"DevVaultOptions {{ Listen = {Listen} }}";
}

/// <summary>
/// The embedded development Vault: Vault's HTTP API over state that lives in memory and goes with the process. It stands in for a
/// real Vault in development and tests, answers as Vault 1.8 does, and is never for production: nothing is encrypted, nothing is
/// kept, and it listens on the machine's own loopback address alone.
/// </summary>
internal sealed class DevVaultServer : IAsyncDisposable
{
    public const string Warning = "The embedded Vault is for development and tests only: it keeps everything in memory, unencrypted. Never use it in production.";

    private readonly WebApplication _app;
    private readonly VaultCore _core;

    private DevVaultServer(WebApplication app, VaultCore core, Uri address, string rootToken)
    {
        (_app, _core, Address, RootToken) = (app, core, address, rootToken);
    }

    public Uri Address { get; }

    public string RootToken { get; }

    public string UnsealKey => _core.Seal.UnsealKey;

    public static async Task<DevVaultServer> StartAsync(DevVaultOptions options, CancellationToken cancellationToken = default)
    {
        IPEndPoint endpoint = LoopbackEndpoint(options.Listen);
        string rootToken = options.RootToken ?? "s." + Logical.Secrets.Base62Text(24);
        VaultCore? core = null;
        try
        {
            core = new VaultCore(options.Time, rootToken);
            if (options.AuditFile is { } file)
            {
                core.EnableFileAudit(file);
            }

            WebApplication app = Build(core, endpoint);
            await app.StartAsync(cancellationToken);
            string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            var server = new DevVaultServer(app, core, new Uri(address), rootToken);
            core = null;
            return server;
        }
        finally
        {
            core?.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _core.Dispose();
    }

    private static WebApplication Build(VaultCore core, IPEndPoint endpoint)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, GuestLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(endpoint);
            kestrel.AddServerHeader = false;

            // The handler has its own limit, with Vault's answer; the rest of a body that is too large is then read and dropped.
            kestrel.Limits.MaxRequestBodySize = null;
        });
        WebApplication app = builder.Build();
        ((IApplicationBuilder)app).Run(new VaultHandler(core).HandleAsync);
        return app;
    }

    private static IPEndPoint LoopbackEndpoint(string listen)
    {
        string text = listen.Replace("localhost:", "127.0.0.1:", StringComparison.OrdinalIgnoreCase);
        if (!IPEndPoint.TryParse(text, out IPEndPoint? endpoint) || !IPAddress.IsLoopback(endpoint.Address))
        {
            throw new ArgumentException($"The embedded Vault listens on a loopback address only, such as 127.0.0.1:8200, not on \"{listen}\".", nameof(listen));
        }

        return endpoint;
    }

    /// <summary>The server is a guest in its process: signals are its host's to handle, and the usual lifetime would swallow them.</summary>
    private sealed class GuestLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
