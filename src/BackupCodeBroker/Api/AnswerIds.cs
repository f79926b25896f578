using System.Diagnostics;

namespace BackupCodeBroker.Api;

/// <summary>The two ids of an answer, in its headers: every answer has them, those that are no operation's too.</summary>
internal static class AnswerIds
{
    /// <summary>Header of the operation's id.</summary>
    public const string OperationHeader = "Bcb-Operation-Id";

    /// <summary>Header of the trace's id.</summary>
    public const string TraceHeader = "Bcb-Trace-Id";

    /// <summary>Gives an answer that no operation makes ids of its own; the trace is the caller's where they sent one.</summary>
    public static (string Operation, string Trace) Stamp(HttpContext http)
    {
        var parent = RequestReading.Trace(http.Request.Headers);
        var trace = parent == default ? ActivityTraceId.CreateRandom() : parent.TraceId;
        return Stamp(http, ActivityTraceId.CreateRandom().ToHexString(), trace.ToHexString());
    }

    /// <summary>Puts an operation's ids on its answer.</summary>
    public static (string Operation, string Trace) Stamp(HttpContext http, string operation, string trace)
    {
        http.Response.Headers[OperationHeader] = operation;
        http.Response.Headers[TraceHeader] = trace;
        return (operation, trace);
    }
}
