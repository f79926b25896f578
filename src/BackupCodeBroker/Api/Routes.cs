using BackupCodeBroker.Access;
using BackupCodeBroker.Features.Consume;
using BackupCodeBroker.Features.Issue;
using BackupCodeBroker.Features.Listing;
using BackupCodeBroker.Features.Receive;
using BackupCodeBroker.Features.Register;
using BackupCodeBroker.Features.Revoke;
using BackupCodeBroker.Features.Status;
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
        Operation<ListFeature>(app, "GET", "/v1/identities", "All identities, a page at a time").Produces<ListAnswer>(200);
        Operation<IssueFeature>(app, "POST", "/v1/identities/{identity}/code-sets", "Issue codes: the plaintext is wrapped in Vault").Produces<IssueAnswer>(201);
        Operation<ActivateFeature>(app, "POST", "/v1/identities/{identity}/code-sets/{generation}/activate", "Prove receipt of codes")
            .Accepts<ActivateRequestShape>("application/json").Produces(204);
        Operation<InterceptedFeature>(app, "POST", "/v1/identities/{identity}/code-sets/{generation}/intercepted", "Report that codes were intercepted")
            .Accepts<ReasonRequestShape>("application/json").Produces(204);
        Operation<ConsumeFeature>(app, "POST", "/v1/identities/{identity}/consume", "Spend one code; needs an Idempotency-Key header")
            .Accepts<ConsumeRequestShape>("application/json").Produces<ConsumeAnswer>(200);
        Operation<RevokeFeature>(app, "POST", "/v1/identities/{identity}/revoke", "End an identity's codes")
            .Accepts<ReasonRequestShape>("application/json").Produces(204);
    }

    private static RouteHandlerBuilder Operation<TFeature>(IEndpointRouteBuilder app, string method, string path, string summary)
        where TFeature : class, IFeature
    {
        var feature = app.ServiceProvider.GetRequiredService<TFeature>();
        var route = app.MapMethods(path, [method], (HttpContext http, OperationRunner runner) => runner.ServeAsync(http, feature))
            .WithName(typeof(TFeature).Name.Replace("Feature", "", StringComparison.Ordinal))
            .WithTags(feature.Operation.Name)
            .WithSummary(summary)
            .WithDescription($"Vault policy must grant read on the broker's asking mount: {feature.Operation.Name}/{{identity}}.");
        foreach (var status in ProblemStatuses)
        {
            route.Produces<Problem>(status, "application/problem+json");
        }

        return route;
    }

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
internal sealed record ActivateRequestShape(string Activation);

/// <summary>As above.</summary>
internal sealed record ReasonRequestShape(string Reason);

/// <summary>As above.</summary>
internal sealed record ConsumeRequestShape(string Code, string Purpose);
