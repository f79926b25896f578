using BackupCodeBroker.Access;
using BackupCodeBroker.Features.Approvals;
using BackupCodeBroker.Core.Operations;
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
using BackupCodeBroker.Health;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Api;

/// <summary>The table of routes. OpenAPI is made from it.</summary>
internal static class Routes
{
    private static readonly int[] ProblemStatuses = [400, 401, 403, 409, 413, 415, 429, 503];

    /// <summary>Maps every route, or health alone.</summary>
    public static void Map(IEndpointRouteBuilder app, bool healthAlone)
    {
        MapHealth(app);
        app.MapGet(OpenApiPage.Path, (HttpContext http, OpenApiPage page) => page.WriteAsync(http)).ExcludeFromDescription();
        if (!healthAlone)
        {
            MapOperations(app);
        }
    }

    private static void MapOperations(IEndpointRouteBuilder app)
    {
        Operation<RegisterFeature>(app, "PUT", "/v1/identities/{identity}", "Register an identity, or change its registration")
            .Accepts<RegisterRequestShape>("application/json").Produces<RegisterAnswer>(201).Produces<RegisterAnswer>(200);
        Operation<StatusFeature>(app, "GET", "/v1/identities/{identity}", "Where an identity's codes stand").Produces<StatusAnswer>(200);
        Operation<ListFeature>(app, "GET", "/v1/identities", "The identities that the caller may see, a page at a time").Produces<ListAnswer>(200);
        Operation<ReportFeature>(app, "GET", "/v1/report", "Which identities could be recovered, how old their codes are, and how they ended, a page at a time")
            .Produces<ReportAnswer>(200);
        Operation<IssueFeature>(app, "POST", "/v1/identities/{identity}/code-sets", "Issue codes: the plaintext is wrapped in Vault").Produces<IssueAnswer>(201);
        Operation<ActivateFeature>(app, "POST", "/v1/identities/{identity}/code-sets/{generation}/activate", "Prove receipt of codes")
            .Accepts<ActivateRequestShape>("application/json").Produces(204);
        Operation<InterceptedFeature>(app, "POST", "/v1/identities/{identity}/code-sets/{generation}/intercepted", "Report that codes were intercepted")
            .Accepts<ReasonRequestShape>("application/json").Produces(204);
        Operation<ConsumeFeature>(app, "POST", "/v1/identities/{identity}/consume", "Spend one code; needs an Idempotency-Key header")
            .Accepts<ConsumeRequestShape>("application/json").Produces<ConsumeAnswer>(200);
        Operation<RecoverFeature>(app, "POST", "/v1/identities/{identity}/recover", "Spend one code for a wrapped credential, without a Vault token; needs an Idempotency-Key header")
            .Accepts<CodeRequestShape>("application/json").Produces<RecoverAnswer>(200);
        Operation<DrillFeature>(app, "POST", "/v1/identities/{identity}/drill", "Prove that a code would work, and spend nothing")
            .Accepts<CodeRequestShape>("application/json").Produces<DrillAnswer>(200);
        Operation<RevokeFeature>(app, "POST", "/v1/identities/{identity}/revoke", "End an identity's codes")
            .Accepts<ReasonRequestShape>("application/json").Produces(204);
        Operation<SuspendFeature>(app, "POST", "/v1/identities/{identity}/suspend", "Set an identity's codes aside until its owner is confirmed or another")
            .Accepts<SuspendRequestShape>("application/json").Produces(204);
        Operation<TransferFeature>(app, "POST", "/v1/identities/{identity}/transfer", "Give an identity to another owner, or confirm the one it has")
            .Accepts<TransferRequestShape>("application/json").Produces(204);
        Operation<RetireFeature>(app, "POST", "/v1/identities/{identity}/retire", "End an identity for good")
            .Accepts<ReasonRequestShape>("application/json").Produces(204);
        Operation<LeaksFeature>(app, "POST", "/v1/leaks", "Report a code that was found where others can read it: it ends the set that the code is of")
            .Accepts<CodeRequestShape>("application/json").Produces<LeakAnswer>(202);
        MapApprovals(app);
        MapLockdowns(app);
    }

    private static void MapLockdowns(IEndpointRouteBuilder app)
    {
        Operation<DeclareLockdownFeature>(app, "POST", "/v1/lockdowns", "Declare a lockdown, or look what it would match")
            .Accepts<LockdownRequestShape>("application/json").Produces<DeclaredAnswer>(201).Produces<DryRunAnswer>(200);
        Operation<ListLockdownsFeature>(app, "GET", "/v1/lockdowns", "Lockdowns, the newest first").Produces<LockdownsAnswer>(200);
        Operation<LockdownFeature>(app, "GET", "/v1/lockdowns/{id}", "A lockdown's story and progress").Produces<LockdownAnswer>(200)
            .Produces<Problem>(404, "application/problem+json");
        Operation<LiftLockdownFeature>(app, "POST", "/v1/lockdowns/{id}/lift", "Lift a lockdown").Accepts<ReasonRequestShape>("application/json").Produces(204)
            .Produces<Problem>(404, "application/problem+json");
    }

    private static void MapApprovals(IEndpointRouteBuilder app)
    {
        Operation<RequestApprovalFeature>(app, "POST", "/v1/identities/{identity}/approvals", "Ask for a second person's consent to one operation")
            .Accepts<ApprovalRequestShape>("application/json").Produces<RequestedAnswer>(201);
        Operation<ApprovalsFeature>(app, "GET", "/v1/identities/{identity}/approvals", "Requests for approval, and uses that wait to be looked at")
            .Produces<ApprovalsAnswer>(200);
        Operation<ApproveFeature>(app, "POST", "/v1/identities/{identity}/approvals/{approval}/approve", "Consent to what somebody else asked for")
            .Accepts<NoteRequestShape>("application/json").Produces(204);
        Operation<DenyFeature>(app, "POST", "/v1/identities/{identity}/approvals/{approval}/deny", "Refuse a request, or take back a consent that was not used")
            .Accepts<ReasonRequestShape>("application/json").Produces(204);
        Operation<ReviewFeature>(app, "POST", "/v1/identities/{identity}/reviews/{operation}", "Say that somebody else's use was looked at")
            .Accepts<ReviewRequestShape>("application/json").Produces(204);
    }

    private static RouteHandlerBuilder Operation<TFeature>(IEndpointRouteBuilder app, string method, string path, string summary)
        where TFeature : class, IFeature
    {
        var feature = app.ServiceProvider.GetRequiredService<TFeature>();
        var route = app.MapMethods(path, [method], (HttpContext http, OperationRunner runner) => runner.ServeAsync(http, feature))
            .WithName(typeof(TFeature).Name.Replace("Feature", "", StringComparison.Ordinal))
            .WithTags(feature.Operation.Name)
            .WithSummary(summary)
            .WithDescription(feature.Operation.IsAsked
                ? $"Vault policy must grant read on the broker's asking mount: {feature.Operation.Name}{Target(feature.Operation.Target)}."
                : "No token is sent, and no policy asked: the code is all that counts.");
        foreach (var status in ProblemStatuses)
        {
            route.Produces<Problem>(status, "application/problem+json");
        }

        return route;
    }

    private static string Target(OperationTarget target) => target switch
    {
        OperationTarget.Identity => "/{identity}",
        OperationTarget.Prefix => "/ and what the names meant begin with",
        _ => "",
    };

    private static void MapHealth(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", (HttpContext http, CancellationToken gone) => AnswerAsync(http, StatusCodes.Status200OK, HealthAnswer.Alive, gone))
            .WithName("Health").WithSummary("Whether the process lives").Produces<HealthAnswer>(200);
        app.MapGet("/readyz", (HttpContext http, Deployment deployment, CancellationToken gone) => ReadyAsync(http, ReadinessAnswer.Of(deployment), gone))
            .WithName("Readiness").WithSummary("Whether the broker can serve, and what is missing").Produces<ReadinessAnswer>(200).Produces<ReadinessAnswer>(503);
    }

    private static Task ReadyAsync(HttpContext http, ReadinessAnswer answer, CancellationToken gone) =>
        AnswerAsync(http, answer.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, answer, gone);

    private static Task AnswerAsync(HttpContext http, int status, ApiAnswer answer, CancellationToken gone)
    {
        (answer.OperationId, answer.TraceId) = AnswerIds.Stamp(http);
        http.Response.StatusCode = status;
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(answer, answer.GetType(), ApiJson.Context, cancellationToken: gone);
    }
}

/// <summary>What a registration holds; for OpenAPI alone, the body is read strictly by <see cref="RequestBody"/>.</summary>
internal sealed record RegisterRequestShape(
    string Owner, string Profile, string? Entity = null, string? ExternalId = null, Dictionary<string, string>? Labels = null, DateTimeOffset? RecertifyBy = null);

/// <summary>As above.</summary>
internal sealed record LockdownRequestShape(LockdownScopeShape Scope, string Mode, string Reason, int? Expect = null, bool DryRun = false);

/// <summary>As above.</summary>
internal sealed record LockdownScopeShape(
    string? Identities = null,
    string? Owner = null,
    Dictionary<string, string>? Labels = null,
    DateTimeOffset? IssuedSince = null,
    string? IssuedBy = null,
    string? ActivatedBy = null,
    bool All = false);

/// <summary>As above.</summary>
internal sealed record ActivateRequestShape(string Activation);

/// <summary>As above.</summary>
internal sealed record ReasonRequestShape(string Reason);

/// <summary>As above.</summary>
internal sealed record ApprovalRequestShape(string Operation, string Reason, string Ticket, string Verification);

/// <summary>As above.</summary>
internal sealed record NoteRequestShape(string? Note = null);

/// <summary>As above.</summary>
internal sealed record ReviewRequestShape(string Note);

/// <summary>As above.</summary>
internal sealed record SuspendRequestShape(string Reason, string? Cause = null);

/// <summary>As above.</summary>
internal sealed record TransferRequestShape(string Owner, string Reason, bool? Confirm = null, string? From = null);

/// <summary>As above.</summary>
internal sealed record ConsumeRequestShape(string Code, string Purpose);

/// <summary>As above.</summary>
internal sealed record CodeRequestShape(string Code);
