using System.Globalization;
using System.Text.Json.Nodes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Features.Listing;
using BackupCodeBroker.Features.Lockdowns;
using BackupCodeBroker.Features.Reports;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BackupCodeBroker.Api;

/// <summary>
/// What the table of routes cannot say by itself, for clients that are generated from the document: requests are read from the raw HTTP, strictly, so
/// their parameters, credentials and the closed form of their bodies are described here, from the same constants that they are checked against.
/// </summary>
internal static class OpenApiDescription
{
    private const string IdentityPattern = "^(?!.*[.]{2})[a-z0-9][a-z0-9._-]{0,62}$";
    private const string ConsumeOperation = "Consume";
    private const string RecoverOperation = "Recover";
    private const string DeclareOperation = "DeclareLockdown";
    private const string LockdownsOperation = "ListLockdowns";
    private const string VaultToken = "vaultToken";
    private const string Bearer = "bearer";
    private const string OperationIdPattern = "^[0-9a-f]{32}$";

    private static readonly (string Name, string Description, string Pattern)[] IdsInPaths =
    [
        ("approval", "Id of the request for approval.", OperationIdPattern),
        ("operation", "Id of the operation that was looked at.", OperationIdPattern),
        ("id", "Id of the lockdown.", LockdownId.Pattern),
    ];

    /// <summary>Adds the description to the document.</summary>
    public static void Configure(OpenApiOptions options)
    {
        options.AddOperationTransformer((operation, context, _) =>
        {
            Describe(operation, "/" + context.Description.RelativePath, context.Document!);
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            Describe(document);
            return Task.CompletedTask;
        });
    }

    private static void Describe(OpenApiDocument document)
    {
        document.Info.Title = "BackupCodeBroker";
        document.Info.Description = "Backup codes as a governed credential beside HashiCorp Vault. Send a Vault token in X-Vault-Token.";
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [VaultToken] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "X-Vault-Token",
                Description = "The caller's own Vault token.",
            },
            [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The same token, in Authorization." },
        };
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>()))
        {
            CloseBody(operation);
        }
    }

    private static void Describe(OpenApiOperation operation, string path, OpenApiDocument document)
    {
        foreach (var response in (operation.Responses ?? []).Values.OfType<OpenApiResponse>())
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>
            {
                [AnswerIds.OperationHeader] = IdHeader("Id of the operation."),
                [AnswerIds.TraceHeader] = IdHeader("Id of the trace."),
            };
        }

        if (path.StartsWith("/v1/", StringComparison.Ordinal))
        {
            operation.Parameters = [.. Parameters(path, operation)];
            operation.Security = operation.OperationId == RecoverOperation ? [] :
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(VaultToken, document)] = [] },
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] },
            ];
        }
    }

    private static IEnumerable<IOpenApiParameter> Parameters(string path, OpenApiOperation operation)
    {
        if (path.Contains("{identity}", StringComparison.Ordinal))
        {
            yield return Parameter("identity", ParameterLocation.Path, "The identity's name: " + IdentityName.Grammar + ".", Name());
        }

        if (path.Contains("{generation}", StringComparison.Ordinal))
        {
            yield return Parameter("generation", ParameterLocation.Path, "Generation of the code set.", Number(1, int.MaxValue));
        }

        foreach (var id in IdsInPaths.Where(id => path.Contains("{" + id.Name + "}", StringComparison.Ordinal)))
        {
            yield return Parameter(id.Name, ParameterLocation.Path, id.Description, new OpenApiSchema { Type = JsonSchemaType.String, Pattern = id.Pattern });
        }

        if (operation.OperationId is ConsumeOperation or RecoverOperation or DeclareOperation)
        {
            var key = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = ApiRequest.MaxIdempotencyKey, Pattern = "^[ -~]+$" };
            yield return Parameter(
                ApiRequest.IdempotencyHeader, ParameterLocation.Header, "A new one for each request; the same one repeats it.", key, required: operation.OperationId != DeclareOperation);
        }

        var queries = (path, operation.OperationId) switch
        {
            ("/v1/identities", _) => ListParameters(),
            ("/v1/report", _) => ReportParameters(),
            (_, LockdownsOperation) => LockdownParameters(),
            _ => [],
        };
        foreach (var query in queries)
        {
            yield return query;
        }
    }

    private static IEnumerable<IOpenApiParameter> LockdownParameters()
    {
        var limit = Number(1, ListLockdownsFeature.MaxLimit);
        limit.Default = ListLockdownsFeature.DefaultLimit;
        (string Name, string Description, OpenApiSchema Schema)[] all =
        [
            ("identities", "Only those about names with this beginning; a caller who may declare for these names only has to give it.", Text()),
            ("before", "Lockdowns older than this one, or next of the page before.", Text(LockdownId.Pattern)),
            ("limit", "Most lockdowns of the page.", limit),
        ];
        return all.Select(p => Parameter(p.Name, ParameterLocation.Query, p.Description, p.Schema, required: false));
    }

    private static IEnumerable<IOpenApiParameter> ListParameters()
    {
        var limit = Number(1, ListQuery.MaxLimit);
        limit.Default = ListQuery.DefaultLimit;
        var label = new OpenApiSchema { Type = JsonSchemaType.Array, MaxItems = ListQuery.MaxLabels, Items = Text("^[^=]+=.*$") };
        (string Name, string Description, OpenApiSchema Schema)[] all =
        [
            ("after", "Identities after this one, or next of the page before.", Text()),
            ("limit", "Most identities of the page.", limit),
            ("owner", "Only those of this owner.", Text()),
            ("entity", "Only those with this entity of their own.", Text()),
            ("external_id", "Only those of this name elsewhere.", Text()),
            ("state", "Only those that stand so.", Words(IdentityState.All)),
            ("label", "Only those with this label, NAME=VALUE; all that are given must be there.", label),
            ("mine", "Only those that the caller's entity, or a group of it, owns.", new OpenApiSchema { Type = JsonSchemaType.Boolean }),
            ("ownerless", "Only those whose owner is gone or disabled.", new OpenApiSchema { Type = JsonSchemaType.Boolean }),
        ];
        return all.Select(p => Parameter(p.Name, ParameterLocation.Query, p.Description, p.Schema, required: false));
    }

    private static IEnumerable<IOpenApiParameter> ReportParameters()
    {
        var limit = Number(1, ReportQuery.MaxLimit);
        limit.Default = ReportQuery.DefaultLimit;
        var label = new OpenApiSchema { Type = JsonSchemaType.Array, MaxItems = ReportQuery.MaxLabels, Items = Text("^[^=]+=.*$") };
        (string Name, string Description, OpenApiSchema Schema)[] all =
        [
            ("after", "Identities after this one, or next of the page before.", Text()),
            ("limit", "Most identities of the page.", limit),
            ("owner", "Only those of this owner.", Text()),
            ("label", "Only those with this label, NAME=VALUE; all that are given must be there.", label),
            ("state", "Only those that stand so.", Words(ReportQuery.States)),
            ("readiness", "Only those of this readiness.", Words(Readiness.Levels)),
            ("cause", "Only those with this cause.", Words(ReportQuery.Causes)),
        ];
        return all.Select(p => Parameter(p.Name, ParameterLocation.Query, p.Description, p.Schema, required: false));
    }

    private static OpenApiSchema Words(IEnumerable<string> words) => new() { Type = JsonSchemaType.String, Enum = [.. words.Select(word => (JsonNode)word)] };

    private static OpenApiSchema Text(string? pattern = null) =>
        new() { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 256, Pattern = pattern };

    // The reader refuses members that it does not know, and a request without a member that it needs.
    private static void CloseBody(OpenApiOperation operation)
    {
        if (operation.RequestBody is OpenApiRequestBody body)
        {
            body.Required = false;
            foreach (var media in (body.Content ?? new Dictionary<string, OpenApiMediaType>()).Values)
            {
                var schema = media.Schema is OpenApiSchemaReference reference ? reference.RecursiveTarget : media.Schema as OpenApiSchema;
                schema?.AdditionalPropertiesAllowed = false;
                body.Required |= schema?.Required is { Count: > 0 };
            }
        }
    }

    private static OpenApiParameter Parameter(string name, ParameterLocation where, string description, OpenApiSchema schema, bool required = true) =>
        new() { Name = name, In = where, Required = required, Description = description, Schema = schema };

    private static OpenApiHeader IdHeader(string description) =>
        new() { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[0-9a-f]{32}$" } };

    private static OpenApiSchema Name() =>
        new() { Type = JsonSchemaType.String, Pattern = IdentityPattern, MinLength = 1, MaxLength = IdentityName.MaxLength };

    private static OpenApiSchema Number(int min, int max) => new()
    {
        Type = JsonSchemaType.Integer,
        Format = "int32",
        Minimum = min.ToString(CultureInfo.InvariantCulture),
        Maximum = max.ToString(CultureInfo.InvariantCulture),
    };
}
