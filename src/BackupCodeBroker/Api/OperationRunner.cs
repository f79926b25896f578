using System.Globalization;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Api;

/// <summary>
/// The edge: makes an operation of a request and an answer of its outcome, with exactly one access record whatever happens. Once an operation runs it
/// runs to its end or its deadline, whether or not the caller still listens: a caller's impatience never leaves a write half decided.
/// </summary>
internal sealed partial class OperationRunner(
    TimeProvider time, VaultSettings vault, RequestSlots slots, AccessLog access, OperationMetrics metrics, Pseudonyms pseudonyms, IHostApplicationLifetime lifetime, ILogger<OperationRunner> logger)
{
    /// <summary>Serves one request.</summary>
    public async Task ServeAsync(HttpContext http, IFeature feature)
    {
        // What takes no longer than the broker has for its end is finished.
        var stopping = feature.Deadline > OperationScope.Deadline ? lifetime.ApplicationStopping : CancellationToken.None;
        using var scope = new OperationScope(feature.Operation, time, RequestReading.Trace(http.Request.Headers), feature.Deadline, stopping);
        scope.Request(http.Request.Method, (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText);
        http.Response.Headers.XContentTypeOptions = "nosniff";
        AnswerIds.Stamp(http, scope.Id, scope.TraceId);
        var (outcome, problem) = await RunAsync(http, scope, feature);
        Conclude(scope, outcome, problem);
        if (outcome is Outcome.Refused { Hold: var hold } && hold > TimeSpan.Zero)
        {
            await Task.Delay(hold, time, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await AnswerAsync(http, scope, outcome, problem);
        // The caller has the whole answer and does not wait for the spans, which the end of the scope tells.
        await http.Response.CompleteAsync();
    }

    // Record and measurements while the span is current: that is how they come by its ids.
    private void Conclude(OperationScope scope, Outcome? outcome, Problem? problem)
    {
        var (name, reason) = Naming.Of(outcome, problem);
        var status = problem?.Status ?? (outcome as Outcome.Done)?.Status ?? StatusCodes.Status500InternalServerError;
        var record = scope.Conclude(name, reason, status, access.Shown(scope.Identity?.Value));
        access.Write(record);
        metrics.Ended(scope.Operation.Name, name, reason, time.GetElapsedTime(scope.Started));
        if (record.PersonUsedMachineCode)
        {
            metrics.PersonUsedMachineCode(record.Profile);
        }
    }

    private async Task<(Outcome? Outcome, Problem? Problem)> RunAsync(HttpContext http, OperationScope scope, IFeature feature)
    {
        try
        {
            var (outcome, problem) = await ReadAsync(http, scope, feature);
            if (outcome is Outcome.Done && scope.IsLate)
            {
                throw Late(HttpMethods.IsGet(http.Request.Method));
            }

            return (outcome, problem ?? (outcome is null ? Problems.Internal() : Problems.Of(outcome)));
        }
        catch (BrokerFaultException fault)
        {
            Logs.Fault(logger, scope.Id, fault.Kind, pseudonyms.In(fault.Message, scope.Identity?.Value));
            return (null, Problems.Of(fault));
        }
        catch (OperationCanceledException) when (scope.Stopping.IsCancellationRequested)
        {
            return (null, Problems.Of(new BrokerFaultException(FaultKind.Unavailable, "the broker is stopping")));
        }
        catch (OperationCanceledException) when (scope.Call.Cancellation.IsCancellationRequested)
        {
            return (null, Problems.Of(new BrokerFaultException(FaultKind.Unavailable, "Vault did not answer within the operation's deadline")));
        }
        catch (Exception e)
        {
            Tell(scope, e);
            return (null, Problems.Internal());
        }
    }

    // It was carried out too late to be relied on: what the answer says may have ended since.
    private static BrokerFaultException Late(bool onlyRead) =>
        new(onlyRead ? FaultKind.Unavailable : FaultKind.UnknownOutcome, "Vault did not answer within the operation's deadline");

    private void Tell(OperationScope scope, Exception defect)
    {
        if (pseudonyms.Replace)
        {
            Logs.Defect(logger, scope.Id, pseudonyms.In(defect.ToString(), scope.Identity?.Value));
        }
        else
        {
            Logs.Defect(logger, scope.Id, defect);
        }
    }

    private async Task<(Outcome?, Problem?)> ReadAsync(HttpContext http, OperationScope scope, IFeature feature)
    {
        Outcome? refusal;
        var token = feature.TakesToken ? RequestReading.Token(http.Request.Headers, out refusal) : RequestReading.NoToken(http.Request.Headers, out refusal);
        if ((refusal ?? RequestReading.Namespace(http.Request.Headers, vault.Namespace) ?? Identity(http, scope)) is { } malformed)
        {
            return (malformed, null);
        }

        var (body, problem) = await BodyAsync(http, scope, feature);
        if (body is null)
        {
            return (null, problem);
        }

        // Only now: whoever sends slowly, or no token, takes nobody's place.
        using var whole = body;
        using var slot = slots.Take();
        return (await feature.RunAsync(scope, new ApiRequest(http.Request, token!, body)), null);
    }

    // Whoever works longer is not sent to longer.
    private static async Task<(RequestBody?, Problem?)> BodyAsync(HttpContext http, OperationScope scope, IFeature feature)
    {
        using var patience = feature.Deadline > OperationScope.Deadline ? new CancellationTokenSource(OperationScope.Deadline, scope.Time) : null;
        return await RequestReading.BodyAsync(http.Request, patience?.Token ?? scope.Call.Cancellation);
    }

    private static Outcome? Identity(HttpContext http, OperationScope scope)
    {
        if (http.Request.RouteValues.TryGetValue("identity", out var value))
        {
            if (!IdentityName.TryParse(value as string, out var name))
            {
                return new Outcome.Malformed("identity", "must be " + IdentityName.Grammar);
            }

            scope.Identity = name;
        }

        return null;
    }

    private static async Task AnswerAsync(HttpContext http, OperationScope scope, Outcome? outcome, Problem? problem)
    {
        if (problem is not null)
        {
            await ProblemWriter.WriteAsync(http, problem with { OperationId = scope.Id, TraceId = scope.TraceId });
            return;
        }

        var done = (Outcome.Done)outcome!;
        http.Response.StatusCode = done.Status;
        http.Response.Headers.CacheControl = "no-store";
        if (done.Body is { } body)
        {
            body.OperationId = body.OperationId.Length > 0 ? body.OperationId : scope.Id;
            body.TraceId = scope.TraceId;
            await http.Response.WriteAsJsonAsync(body, body.GetType(), ApiJson.Context, cancellationToken: http.RequestAborted);
        }
    }

    private static class Naming
    {
        public static (string Outcome, string? Reason) Of(Outcome? outcome, Problem? problem) => outcome switch
        {
            Outcome.Done done => (done.Kind, done.Reason),
            Outcome.Refused refused => (Outcomes.Refused, refused.Reason.Name()),
            Outcome.NotPermitted or Outcome.TooBroad or Outcome.Unauthenticated => (Outcomes.Denied, problem?.Code),
            Outcome.Malformed => (Outcomes.Malformed, problem?.Code),
            Outcome.Conflict => (Outcomes.Conflict, problem?.Code),
            Outcome.Throttled => (Outcomes.Throttled, problem?.Code),
            _ => (problem?.Status < 500 ? Outcomes.Malformed : Outcomes.Fault, problem?.Code),
        };
    }

    private static partial class Logs
    {
        [LoggerMessage(EventId = 10, Level = LogLevel.Warning, Message = "operation {OperationId} could not be carried out ({Kind}): {Detail}")]
        public static partial void Fault(ILogger logger, string operationId, FaultKind kind, string detail);

        [LoggerMessage(EventId = 11, Level = LogLevel.Error, Message = "operation {OperationId} met a defect of the broker")]
        public static partial void Defect(ILogger logger, string operationId, Exception exception);

        [LoggerMessage(EventId = 12, Level = LogLevel.Error, Message = "operation {OperationId} met a defect of the broker: {Defect}")]
        public static partial void Defect(ILogger logger, string operationId, string defect);
    }
}

/// <summary>Writes a problem.</summary>
internal static class ProblemWriter
{
    public static async Task WriteAsync(HttpContext http, Problem problem)
    {
        http.Response.StatusCode = problem.Status;
        http.Response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } after)
        {
            http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer realm=\"vault\"";
        }

        await http.Response.WriteAsJsonAsync(problem, ApiJson.Context.Problem, "application/problem+json", http.RequestAborted);
    }
}
