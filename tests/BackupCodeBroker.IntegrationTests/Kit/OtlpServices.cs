using BackupCodeBroker.IntegrationTests.Telemetry.OtlpProtocol;
using Grpc.Core;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>The protocol's three services. What they are sent was kept before they see it (<see cref="OtlpReceiver"/>); they decode it and say that all is well.</summary>
internal static class OtlpServices
{
    internal sealed class Traces : TraceService.TraceServiceBase
    {
        public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context) =>
            Task.FromResult(new ExportTraceServiceResponse());
    }

    internal sealed class Metrics : MetricsService.MetricsServiceBase
    {
        public override Task<ExportMetricsServiceResponse> Export(ExportMetricsServiceRequest request, ServerCallContext context) =>
            Task.FromResult(new ExportMetricsServiceResponse());
    }

    internal sealed class Logs : LogsService.LogsServiceBase
    {
        public override Task<ExportLogsServiceResponse> Export(ExportLogsServiceRequest request, ServerCallContext context) =>
            Task.FromResult(new ExportLogsServiceResponse());
    }
}
