using System.Text.Json;
using System.Text.RegularExpressions;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Api;

/// <summary>The OpenAPI document is one that a client can be generated from, and says what the strict reader holds requests to.</summary>
public sealed partial class OpenApiTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    public async Task Every_part_of_a_path_is_a_declared_parameter_and_nothing_else_is()
    {
        foreach (var (path, _, operation) in Operations(await DocumentAsync()))
        {
            var declared = Parameters(operation).Where(p => p.GetProperty("in").GetString() == "path").ToList();
            Assert.All(declared, p => Assert.True(p.GetProperty("required").GetBoolean()));
            Assert.Equal(PathParts().Matches(path).Select(m => m.Groups[1].Value), declared.Select(p => p.GetProperty("name").GetString()));
        }
    }

    [Fact]
    public async Task Every_reference_resolves()
    {
        var document = await DocumentAsync();
        var references = References(document).Distinct().ToList();
        Assert.NotEmpty(references);
        foreach (var reference in references)
        {
            Assert.StartsWith("#/", reference, StringComparison.Ordinal);
            var at = document;
            foreach (var part in reference[2..].Split('/'))
            {
                Assert.True(at.TryGetProperty(part, out at), reference);
            }
        }
    }

    [Fact]
    public async Task A_body_is_required_closed_and_demands_what_the_reader_demands()
    {
        var document = await DocumentAsync();
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        using var team = broker.As(cast.Team);
        using var nobody = new ApiClient(broker.Address, null);
        var bodies = Operations(document).Where(o => o.Operation.TryGetProperty("requestBody", out _)).ToList();
        Assert.Equal(17, bodies.Count);
        foreach (var (path, method, operation) in bodies)
        {
            var client = IsTokenless(path) ? nobody : team;
            var body = operation.GetProperty("requestBody");
            // A consent needs no note.
            Assert.Equal(!path.EndsWith("/approve", StringComparison.Ordinal), body.TryGetProperty("required", out var required) && required.GetBoolean());
            var schema = Resolved(document, body.GetProperty("content").GetProperty("application/json").GetProperty("schema"));
            Assert.False(schema.GetProperty("additionalProperties").GetBoolean(), path);
            var members = schema.GetProperty("properties").EnumerateObject().Select(p => p.Name).ToList();
            Assert.All(members, m => Assert.Matches("^[a-z]+(_[a-z]+)*$", m));

            // The reader tells all that is missing and all that it does not know.
            var missing = path.EndsWith("/approve", StringComparison.Ordinal) ? [] : await ErrorsAsync(client, method, path, new Dictionary<string, object>());
            Assert.Equal((schema.TryGetProperty("required", out var needed) ? needed.EnumerateArray() : []).Select(r => r.GetString()).Order(), missing.Where(e => e.Message == "is missing").Select(e => e.Field).Order());
            var wrong = await ErrorsAsync(client, method, path, members.Append("stranger").ToDictionary(m => m, object (_) => 1));
            Assert.Equal(["stranger"], wrong.Where(e => e.Message == "unknown member").Select(e => e.Field));
        }
    }

    [Fact]
    public async Task Consuming_takes_a_key_and_listing_takes_a_page()
    {
        var operations = Operations(await DocumentAsync()).ToDictionary(o => o.Method + " " + o.Path, o => o.Operation);
        var key = Assert.Single(Parameters(operations["POST /v1/identities/{identity}/consume"]), p => p.GetProperty("in").GetString() == "header");
        Assert.Equal(("Idempotency-Key", true, 128), (key.GetProperty("name").GetString(), key.GetProperty("required").GetBoolean(), key.GetProperty("schema").GetProperty("maxLength").GetInt32()));
        var page = Parameters(operations["GET /v1/identities"]).ToList();
        Assert.Equal(["after", "limit", "owner", "entity", "external_id", "state", "label", "mine", "ownerless"], page.Select(p => p.GetProperty("name").GetString()));
        var report = Parameters(operations["GET /v1/report"]).ToList();
        Assert.Equal(["after", "limit", "owner", "label", "state", "readiness", "cause"], report.Select(p => p.GetProperty("name").GetString()));
        var limit = page[1].GetProperty("schema");
        Assert.Equal((1, 200, 50), (limit.GetProperty("minimum").GetInt32(), limit.GetProperty("maximum").GetInt32(), limit.GetProperty("default").GetInt32()));
    }

    [Fact]
    public async Task Every_route_but_health_and_recover_takes_a_token_and_every_answer_has_its_ids()
    {
        var document = await DocumentAsync();
        var schemes = document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(s => s.Name).ToList();
        foreach (var (path, _, operation) in Operations(document))
        {
            var needs = operation.TryGetProperty("security", out var security) ? security.EnumerateArray().SelectMany(s => s.EnumerateObject().Select(n => n.Name)).ToList() : [];
            Assert.Equal(path.StartsWith("/v1/", StringComparison.Ordinal) && !IsTokenless(path) ? schemes : [], needs);
            Assert.All(operation.GetProperty("responses").EnumerateObject(), r =>
                Assert.Equal(["Bcb-Operation-Id", "Bcb-Trace-Id"], r.Value.GetProperty("headers").EnumerateObject().Select(h => h.Name)));
        }
    }

    // Whoever recovers has no token, and one that is sent is refused.
    private static bool IsTokenless(string path) => path.EndsWith("/recover", StringComparison.Ordinal);

    private static async Task<List<(string Field, string Message)>> ErrorsAsync(ApiClient client, string method, string path, Dictionary<string, object> body)
    {
        var address = path.Replace("{identity}", "team-a.x", StringComparison.Ordinal).Replace("{generation}", "1", StringComparison.Ordinal)
            .Replace("{approval}", new string('a', 32), StringComparison.Ordinal).Replace("{operation}", new string('a', 32), StringComparison.Ordinal)
            .Replace("{id}", "20270131120000-5f2a9c0b17de", StringComparison.Ordinal);
        var reply = await client.SendAsync(new HttpMethod(method), address, body);
        Assert.Equal(400, reply.Status);
        return [.. reply.Json.GetProperty("errors").EnumerateArray()
            .Select(e => (e.GetProperty("field").GetString()!, e.GetProperty("message").GetString()!))];
    }

    private static IEnumerable<(string Path, string Method, JsonElement Operation)> Operations(JsonElement document) =>
        document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(o => (p.Name, o.Name.ToUpperInvariant(), o.Value)));

    private static IEnumerable<JsonElement> Parameters(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray() : [];

    private static JsonElement Resolved(JsonElement document, JsonElement schema) =>
        schema.TryGetProperty("$ref", out var reference)
            ? document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
            : schema;

    private static IEnumerable<string> References(JsonElement at) => at.ValueKind switch
    {
        JsonValueKind.Object => at.EnumerateObject().SelectMany(p => p.Name == "$ref" ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => at.EnumerateArray().SelectMany(References),
        _ => [],
    };

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex PathParts();

    private async Task<JsonElement> DocumentAsync()
    {
        using var client = new ApiClient((await environment.SharedAsync()).Address, null);
        return (await client.SendAsync(HttpMethod.Get, "/openapi/v1.json")).Json;
    }
}
