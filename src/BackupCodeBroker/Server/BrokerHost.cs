using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Features.Approvals;
using BackupCodeBroker.Features.Consume;
using BackupCodeBroker.Features.Drill;
using BackupCodeBroker.Features.Issue;
using BackupCodeBroker.Features.Leaks;
using BackupCodeBroker.Features.Listing;
using BackupCodeBroker.Features.Lockdowns;
using BackupCodeBroker.Features.Receive;
using BackupCodeBroker.Features.Recover;
using BackupCodeBroker.Features.Register;
using BackupCodeBroker.Features.Reports;
using BackupCodeBroker.Features.Retire;
using BackupCodeBroker.Features.Revoke;
using BackupCodeBroker.Features.Status;
using BackupCodeBroker.Features.Suspend;
using BackupCodeBroker.Features.Transfer;
using BackupCodeBroker.Hashing;
using BackupCodeBroker.Health;
using BackupCodeBroker.Notices;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Reporting;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Worker;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace BackupCodeBroker.Server;

/// <summary>Puts the server together: settings in, host out. Everything is a singleton; what belongs to one request travels in its scope.</summary>
internal static class BrokerHost
{
    private const int MaxHeaderBytes = 16 * 1024;

    /// <summary>SIGTERM to exit: running operations have a deadline of five seconds, and the token is revoked after them.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(8);

    /// <summary>Builds the host.</summary>
    /// <param name="settings">Sound settings.</param>
    /// <param name="configure">Changes for tests: a clock, a handler that counts calls.</param>
    public static WebApplication Build(BrokerSettings settings, Action<IServiceCollection>? configure = null)
    {
        Activity.DefaultIdFormat = ActivityIdFormat.W3C;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, settings));
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning).AddFilter("Polly", LogLevel.None);
        // Its activities would stand between a caller's span and the operation's, and nobody exports them.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Why a start failed is said by whoever started; the host would add a stack trace. A worker that breaks down is critical, and shown.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        PlatformLogs.Bound(builder.Services);
        AddServices(builder.Services, settings);
        configure?.Invoke(builder.Services);
        TelemetryHost.Add(builder, settings.Telemetry);
        var app = builder.Build();
        if (settings.Telemetry.AccessFile is not null)
        {
            // Now, not at the first record: that somebody else writes the file is told before anything is served.
            app.Services.GetRequiredService<AccessFile>();
        }

        app.UseStatusCodePages(context => StatusPageAsync(context.HttpContext));
        Routes.Map(app, settings.Worker.Alone);
        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, BrokerSettings settings)
    {
        kestrel.AddServerHeader = false;
        // Bodies over the API's own limit are refused by it with a problem; the server's limit stands behind it.
        kestrel.Limits.MaxRequestBodySize = 16 * RequestBody.MaxBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.MaxConcurrentConnections = settings.MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        kestrel.Listen(settings.ListenAddress!, settings.Listen.Port, listener =>
        {
            if (settings.Listen.Scheme == Uri.UriSchemeHttps)
            {
                // The file may hold the whole chain: clients that know the root alone need what lies between.
                var chain = new X509Certificate2Collection();
                chain.ImportFromPemFile(settings.TlsCertificate!);
                listener.UseHttps(tls =>
                {
                    tls.ServerCertificate = X509Certificate2.CreateFromPemFile(settings.TlsCertificate!, settings.TlsKey!);
                    tls.ServerCertificateChain = chain;
                });
            }
        });
    }

    private static void AddServices(IServiceCollection services, BrokerSettings settings)
    {
        services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
        services.AddOpenApi(OpenApiPage.Document, OpenApiDescription.Configure).AddSingleton<OpenApiPage>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.AddSingleton(settings.Failures);
        services.AddSingleton(new GateOptions(settings.AllowBroadTokens, new LoginKinds(settings.PeopleLogins, settings.MachineLogins)));
        services.AddSingleton(new DeskOptions(settings.Epoch, settings.Environment));
        services.AddSingleton(new RequestSlots(settings.MaxOperations));
        services.AddVaultClient(settings.Vault);
        services.AddBrokerLogin(settings.Login);
        services.AddSingleton<BrokerProfiles>().AddSingleton<Deployment>().AddSingleton<OwnToken>().AddSingleton<IdentityChildren>().AddSingleton<CallerGate>();
        services.AddSingleton<Admission>().AddSingleton<PeopleDesk>().AddSingleton<IdentityDesk>().AddSingleton<IdentityChange>().AddSingleton<KeyedLocks>();
        services.AddSingleton<FleetDesk>().AddSingleton<Sight>().AddSingleton<FailureLedger>().AddSingleton<StretchQueue>().AddSingleton<CodeHashing>();
        services.AddSingleton<Alarms>().AddSingleton<OperationMetrics>().AddSingleton<OperationRunner>();
        services.AddSingleton<RegisterFeature>().AddSingleton<IssueFeature>().AddSingleton<ActivateFeature>().AddSingleton<InterceptedFeature>();
        services.AddSingleton<ConsumeFeature>().AddSingleton<StatusFeature>().AddSingleton<ListFeature>().AddSingleton<RevokeFeature>();
        services.AddSingleton(settings.Recover).AddSingleton<RecoveryDesk>().AddSingleton<RecoverThrottle>().AddSingleton<RecoverFeature>().AddSingleton<DrillFeature>();
        services.AddSingleton(_ => new StrangersGate()).AddSingleton<HammeredNames>().AddSingleton<ProxyWatch>();
        services.AddSingleton<ApprovalChange>().AddSingleton<RequestApprovalFeature>().AddSingleton<ApprovalsFeature>();
        services.AddSingleton<ApproveFeature>().AddSingleton<DenyFeature>().AddSingleton<ReviewFeature>();
        services.AddSingleton<TransferFeature>().AddSingleton<RetireFeature>().AddSingleton<SuspendFeature>();
        services.AddSingleton<LeakSearch>().AddSingleton<LeakEnding>().AddSingleton<LeaksFeature>();
        services.AddSingleton<StateDesk>().AddSingleton<FleetCensus>().AddSingleton<LockdownBook>();
        services.AddSingleton<LockdownMetrics>().AddSingleton<LockdownNotices>().AddSingleton<ISweepObserver, LockdownWatch>();
        services.AddSingleton<DeclareLockdownFeature>().AddSingleton<LockdownFeature>().AddSingleton<ListLockdownsFeature>().AddSingleton<LiftLockdownFeature>();
        services.AddSingleton<SnapshotShelf>().AddSingleton<FleetRows>().AddSingleton<ReportPass>().AddSingleton<ReportFeature>();
        services.AddSingleton<HealthMetrics>().AddSingleton<NodeWatch>();
        services.AddNotices(settings.Notices, settings.Environment);
        services.AddSingleton<DeploymentProbe>().AddHostedService(provider => provider.GetRequiredService<DeploymentProbe>());
        AddWorker(services, settings.Worker);
    }

    // Behind the log-in: hosted services stop in reverse, and the lease is given back with a token that still lives.
    private static void AddWorker(IServiceCollection services, WorkerSettings settings)
    {
        services.AddSingleton<BrokerDesk>().AddSingleton<RestoreWatch>().AddHostedService(provider => provider.GetRequiredService<RestoreWatch>());
        services.AddSingleton(settings).AddSingleton<SweepSignal>().AddSingleton<WorkerMetrics>();
        services.AddSingleton<Leadership>().AddSingleton<Heart>().AddSingleton<Enforcer>().AddSingleton<SweepLook>().AddSingleton<Sweep>().AddSingleton<SweepLoop>();
        if (settings.Enabled)
        {
            services.AddSingleton<HostedWorker>().AddHostedService(provider => provider.GetRequiredService<HostedWorker>());
        }
    }

    private static Task StatusPageAsync(HttpContext http)
    {
        var problem = http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => Problems.NotFound(),
            StatusCodes.Status405MethodNotAllowed => Problems.MethodNotAllowed(),
            StatusCodes.Status415UnsupportedMediaType => Problems.UnsupportedMediaType(),
            var status => Problems.BadHttp(status),
        };
        var (operation, trace) = AnswerIds.Stamp(http);
        return ProblemWriter.WriteAsync(http, problem with { OperationId = operation, TraceId = trace });
    }
}
