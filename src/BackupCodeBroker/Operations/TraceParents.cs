using System.Diagnostics;

namespace BackupCodeBroker.Operations;

/// <summary>W3C trace contexts for work that no request asked for.</summary>
internal static class TraceParents
{
    /// <summary>A context that nothing else has.</summary>
    public static string Fresh() => $"00-{ActivityTraceId.CreateRandom().ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-00";
}
