using BackupCodeBroker.Configuration;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Server;

/// <summary>Puts telemetry together.</summary>
internal static class TelemetryHost
{
    /// <summary>Adds what records and exports.</summary>
    public static void Add(WebApplicationBuilder builder, TelemetrySettings settings)
    {
        var services = builder.Services;
        services.AddSingleton(Replica.New());
        services.AddSingleton(settings.Pseudonyms);
        services.AddSingleton(provider => new TelemetryLoss(
            provider.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), provider.GetRequiredService<ILoggerFactory>));
        services.AddSingleton<AccessLog>();
        if (settings.AccessFile is { } path)
        {
            services.AddSingleton(provider => AccessFile.Open(path, provider.GetRequiredService<TelemetryLoss>()));
        }
    }
}
