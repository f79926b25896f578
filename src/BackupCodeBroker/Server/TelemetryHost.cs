using System.Diagnostics;
using System.Diagnostics.Metrics;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Health;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Telemetry.Export;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BackupCodeBroker.Server;

/// <summary>
/// Puts telemetry together: what records, and what exports. Without a receiver nothing of the SDK is there and the instruments cost next to nothing.
/// None of it may keep an operation waiting: every queue is bounded, drops what does not fit and counts it.
/// </summary>
internal static class TelemetryHost
{
    /// <summary>Meters of the platform that are exported beside the broker's own.</summary>
    private static readonly string[] PlatformMeters =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    private const int ConsoleQueue = 8_192;

    /// <summary>Adds it.</summary>
    public static void Add(WebApplicationBuilder builder, TelemetrySettings settings)
    {
        var services = builder.Services;
        services.AddSingleton(Replica.New());
        services.AddSingleton(settings.Pseudonyms);
        services.AddSingleton(provider => new TelemetryLoss(provider.GetRequiredService<IMeterFactory>(), provider.GetRequiredService<ILoggerFactory>));
        services.AddSingleton<AccessLog>();
        // A console that nobody reads, such as a full pipe, must not hold operations up; it says itself how much it dropped.
        services.Configure<ConsoleLoggerOptions>(console => (console.QueueFullMode, console.MaxQueueLength) = (ConsoleLoggerQueueFullMode.DropWrite, ConsoleQueue));
        if (settings.AccessFile is { } path)
        {
            services.AddSingleton(provider => AccessFile.Open(path, provider.GetRequiredService<TelemetryLoss>()));
        }

        if (settings.Export.Any)
        {
            AddExport(builder, settings.Export);
        }
    }

    private static void AddExport(WebApplicationBuilder builder, ExportSettings export)
    {
        builder.Configuration.AddInMemoryCollection(export.Variables);
        var telemetry = builder.Services.AddHostedService<LastFlush>().AddOpenTelemetry();
        builder.Services.ConfigureOpenTelemetryTracerProvider((provider, tracing) => tracing.SetResourceBuilder(ResourceOf(provider)));
        builder.Services.ConfigureOpenTelemetryMeterProvider((provider, metrics) => metrics.SetResourceBuilder(ResourceOf(provider)));
        builder.Services.ConfigureOpenTelemetryLoggerProvider((provider, logs) => logs.SetResourceBuilder(ResourceOf(provider)));
        if (export.Traces is { } traces)
        {
            telemetry.WithTracing(tracing => tracing.AddSource(TelemetryNames.Source).AddProcessor(provider => Spans(provider, traces)));
        }

        if (export.Metrics is { } metrics)
        {
            telemetry.WithMetrics(metering => Metering(metering, export).AddReader(provider => Reader(provider, metrics, export.Temporality)));
        }

        if (export.Logs is { } logs)
        {
            telemetry.WithLogging(logging => logging.AddProcessor(provider => Records(provider, logs)), options => options.IncludeFormattedMessage = true);
            builder.Logging.AddFilter<OpenTelemetryLoggerProvider>(TelemetryNames.AccessCategory, LogLevel.Debug);
        }
    }

    // The variables come last: they win over what the broker says of itself.
    private static ResourceBuilder ResourceOf(IServiceProvider provider) => ResourceBuilder.CreateEmpty()
        .AddTelemetrySdk()
        .AddService(TelemetryNames.Service, serviceVersion: ProductVersion.Build, serviceInstanceId: provider.GetRequiredService<Replica>().Name)
        .AddEnvironmentVariableDetector();

    private static MeterProviderBuilder Metering(MeterProviderBuilder metering, ExportSettings export)
    {
        metering.AddMeter(TelemetryNames.Source).AddMeter(PlatformMeters);
        return export.Variables.ContainsKey("OTEL_METRICS_EXEMPLAR_FILTER") ? metering : metering.SetExemplarFilter(ExemplarFilterType.TraceBased);
    }

    private static CountedProcessor<Activity> Spans(IServiceProvider provider, OtlpTarget target)
    {
        var batches = provider.GetRequiredService<IOptions<BatchExportActivityProcessorOptions>>().Value;
        return new CountedProcessor<Activity>(
            new OtlpTraceExporter(target.ToOptions()),
            exporter => new BatchActivityExportProcessor(
                exporter, batches.MaxQueueSize, batches.ScheduledDelayMilliseconds, batches.ExporterTimeoutMilliseconds, batches.MaxExportBatchSize),
            batches.MaxQueueSize,
            Sink.Traces,
            target.Shown,
            provider.GetRequiredService<TelemetryLoss>(),
            provider.GetRequiredService<TimeProvider>());
    }

    private static CountedProcessor<LogRecord> Records(IServiceProvider provider, OtlpTarget target)
    {
        var batches = provider.GetRequiredService<IOptions<LogRecordExportProcessorOptions>>().Value.BatchExportProcessorOptions;
        return new CountedProcessor<LogRecord>(
            new OtlpLogExporter(target.ToOptions()),
            exporter => new BatchLogRecordExportProcessor(
                exporter, batches.MaxQueueSize, batches.ScheduledDelayMilliseconds, batches.ExporterTimeoutMilliseconds, batches.MaxExportBatchSize),
            batches.MaxQueueSize,
            Sink.Logs,
            target.Shown,
            provider.GetRequiredService<TelemetryLoss>(),
            provider.GetRequiredService<TimeProvider>());
    }

    private static PeriodicExportingMetricReader Reader(IServiceProvider provider, OtlpTarget target, MetricReaderTemporalityPreference temporality)
    {
        var periods = provider.GetRequiredService<IOptions<MetricReaderOptions>>().Value.PeriodicExportingMetricReaderOptions;
        var exporter = new CountedMetricExporter(target.ToOptions(), target.Shown, provider.GetRequiredService<TelemetryLoss>());
        return new PeriodicExportingMetricReader(exporter, periods.ExportIntervalMilliseconds ?? 60_000, periods.ExportTimeoutMilliseconds ?? 30_000)
        {
            TemporalityPreference = temporality,
        };
    }
}
