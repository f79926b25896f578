using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Worker;

namespace BackupCodeBroker.Notices;

/// <summary>Puts notices together.</summary>
internal static class NoticeServices
{
    /// <summary>Adds them.</summary>
    public static void AddNotices(this IServiceCollection services, NoticeSettings settings, string? environment)
    {
        services.AddSingleton(settings).AddSingleton(new NoticeEnvelope(environment));
        services.AddSingleton<NoticeMetrics>().AddSingleton<SinkHealth>().AddSingleton<NoticeBoard>().AddSingleton<NoticeGate>().AddSingleton<OutboxClearing>();
        foreach (var sink in settings.Sinks)
        {
            _ = sink == NoticeSettings.Webhook ? services.AddSingleton<INoticeSink, WebhookSink>() : services.AddSingleton<INoticeSink, LogSink>();
        }

        services.AddSingleton<ISweepObserver, OutboxWatch>();
        services.AddSingleton<Courier>().AddSingleton<INoticeOffer>(provider => provider.GetRequiredService<Courier>()).AddHostedService(provider => provider.GetRequiredService<Courier>());
    }
}
