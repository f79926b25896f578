using System.Diagnostics;

namespace BackupCodeBroker.Cli.Broker;

/// <summary>The W3C trace context of one command, by which what it did is found again at the broker and in Vault's audit log.</summary>
internal sealed record TraceContext(string TraceId, string Header)
{
    /// <summary>A new one.</summary>
    public static TraceContext Create()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        return new TraceContext(trace, $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
    }
}
