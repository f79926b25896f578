using System.Net.Http.Headers;
using System.Text;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Api;

/// <summary>Whatever is sent gets a clear 4xx problem with its ids, never a 500, and changes nothing.</summary>
public sealed class BadInputTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private static readonly string Long = new('x', 257);

    private Task<Person>? _powerful;
    private Task<Holding>? _holding;

    /// <summary>Bodies for the routes that take one: route, body, status, and the field that the problem names.</summary>
    public static TheoryData<string, string, int, string?> Bodies => new()
    {
        { "register", """{"owner":"o","profile":"machine","surprise":1}""", 400, "surprise" },
        { "register", """{"owner":"o","profile":"machine","Owner":"p"}""", 400, "Owner" },
        { "register", """{"owner":7,"profile":"machine"}""", 400, "owner" },
        { "register", """{"owner":"o","profile":{}}""", 400, "profile" },
        { "register", """{"owner":null,"profile":"machine"}""", 400, "owner" },
        { "register", """{"owner":"","profile":"machine"}""", 400, "owner" },
        { "register", """{"owner":"../../sys/seal","profile":"machine"}""", 400, "owner" },
        { "register", """{"owner":"a/b","profile":"machine"}""", 400, "owner" },
        { "register", """{"owner":"o","profile":"nobody-configured-this"}""", 400, "profile" },
        { "register", """{"owner":"o","profile":"machine","labels":[]}""", 400, "labels" },
        { "register", """{"owner":"o","profile":"machine","labels":{"a":1}}""", 400, "labels" },
        { "register", """{"owner":"o","profile":"machine","labels":{"":"x"}}""", 400, "labels" },
        { "register", """{"owner":"o","profile":"machine","labels":{"a":"\u0000"}}""", 400, "labels" },
        { "register", """{"owner":"o","profile":"machine","recertify_by":"tomorrow"}""", 400, "recertify_by" },
        { "register", """{"owner":"o","profile":"machine","recertify_by":"2027-01-31T00:00:00"}""", 400, "recertify_by" },
        { "register", """{"owner":"o","profile":"machine","recertify_by":12}""", 400, "recertify_by" },
        { "register", """{"owner":"o","profile":"machine","external_id":"a\u202eb"}""", 400, "external_id" },
        { "register", """{"owner":"00000000-0000-0000-0000-000000000000","profile":"machine"}""", 400, "owner" },
        { "register", "", 400, "owner" },
        { "register", "[]", 400, "body" },
        { "register", "null", 400, "body" },
        { "register", "\"text\"", 400, "body" },
        { "register", "{", 400, "body" },
        { "register", """{"owner":"o",}""", 400, "body" },
        { "register", """{"owner":"o"} {}""", 400, "body" },
        { "register", """{"owner":"o","owner":"p","profile":"machine"}""", 400, "body" },
        { "register", """{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}""", 400, "body" },
        { "register", """{"owner":"\ud800","profile":"machine"}""", 400, "owner" },
        { "consume", """{"code":"BCB1-AAAAA","purpose":"p"}""", 400, "code" },
        { "consume", """{"code":42,"purpose":"p"}""", 400, "code" },
        { "consume", """{"code":["x"],"purpose":"p"}""", 400, "code" },
        { "consume", """{"purpose":"p"}""", 400, "code" },
        { "consume", """{"code":"\ud800","purpose":"p"}""", 400, "code" },
        { "consume", """{"code":"BCB1-AAAAA"}""", 400, "purpose" },
        { "consume", """{"code":"BCB1-AAAAA","purpose":" "}""", 400, "purpose" },
        { "consume", """{"code":"BCB1-AAAAA","purpose":"line\nbreak"}""", 400, "purpose" },
        { "consume", """{"code":"BCB1-AAAAA","purpose":"null\u0000"}""", 400, "purpose" },
        { "consume", """{"code":"BCB1-AAAAA","purpose":true}""", 400, "purpose" },
        { "consume", $$"""{"code":"BCB1-AAAAA","purpose":"{{Long}}"}""", 400, "purpose" },
        { "activate", """{"activation":"short"}""", 400, "activation" },
        { "activate", """{"activation":"!!!!!!!!!!!!!!!!!!!!!!!!!!"}""", 400, "activation" },
        { "activate", """{"activation":1}""", 400, "activation" },
        { "activate", "{}", 400, "activation" },
        { "intercepted", "{}", 400, "reason" },
        { "intercepted", """{"reason":""}""", 400, "reason" },
        { "revoke", "{}", 400, "reason" },
        { "revoke", $$"""{"reason":"{{Long}}"}""", 400, "reason" },
        { "revoke", """{"reason":"\u001b[31m"}""", 400, "reason" },
        { "issue", """{"count":3}""", 400, "count" },
    };

    public static TheoryData<string> BadNames =>
    [
        ".a", "-a", "_decoy", "A", "team-a.B", "a b", "a%20b", "a%2Fb", "a%2f..%2fb", "..%2f..%2fsys", "a%00b", "a%0ab", "a%25", "a;b", "a,b", "a*", "+",
        "@owned", "@probe", "a..b", "%C3%A4", "%E2%80%AE", "a%5Cb", "bcb.%7B%7Bidentity%7D%7D", "a%3Fb", "a%23b", "a&b", "0123456789012345678901234567890123456789012345678901234567890123",
    ];

    [Theory]
    [Trait("Requirement", "R-34")]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_body_is_told_what_is_wrong_with_it(string route, string body, int status, string? field)
    {
        var (client, holding) = await ArrangeAsync();
        var before = await environment.DocumentAsync(holding.Identity);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var request = Request(route, holding.Identity);
        request.Content = content;

        var reply = await client.SendAsync(request.Method, request.RequestUri!.OriginalString, content, ("Idempotency-Key", "k"));

        AssertProblem(reply, status, "malformed");
        Assert.Contains(reply.Json.GetProperty("errors").EnumerateArray(), e => e.GetProperty("field").GetString() == field);
        Assert.DoesNotContain(Long, reply.Text, StringComparison.Ordinal);
        Assert.Equal(before.Version, (await environment.DocumentAsync(holding.Identity)).Version);
    }

    [Theory]
    [Trait("Requirement", "R-34")]
    [MemberData(nameof(BadNames))]
    public async Task A_name_outside_the_alphabet_reaches_nothing(string name)
    {
        var tap = new VaultTap(environment.Names);
        var (client, _) = await ArrangeAsync(await environment.StartAsync(tap: tap));
        foreach (var route in new[] { "register", "issue", "activate", "intercepted", "consume", "status", "revoke" })
        {
            using var request = Request(route, name);
            var reply = await client.SendAsync(request.Method, request.RequestUri!.OriginalString, route is "status" or "issue" ? null : "{}");
            Assert.True(reply.Status is 400 or 404, $"{route}: {reply.Status} {reply.Text}");
            if (name.Contains("%00", StringComparison.Ordinal))
            {
                // The server refuses the request line itself.
                continue;
            }

            AssertProblem(reply, reply.Status, reply.Code!);
            Assert.Empty(tap.Of(reply));
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData("1.0")]
    [InlineData("abc")]
    [InlineData("99999999999999999999")]
    [InlineData("%31%01")]
    [InlineData("1%2F..")]
    public async Task A_generation_that_is_no_number_is_malformed(string generation)
    {
        var (client, holding) = await ArrangeAsync();
        foreach (var (verb, body) in new[] { ("activate", $$"""{"activation":"{{holding.Payload.Activation}}"}"""), ("intercepted", """{"reason":"x"}""") })
        {
            AssertProblem(await client.SendAsync(HttpMethod.Post, $"/v1/identities/{holding.Identity}/code-sets/{generation}/{verb}", body), 400, "malformed");
        }
    }

    [Fact]
    public async Task A_generation_that_was_never_issued_is_refused()
    {
        var (client, holding) = await ArrangeAsync();
        Assert.Equal("not-pending", (await client.ActivateAsync(holding.Identity, 1_000_000_000, holding.Payload.Activation)).Reason);
        Assert.Equal("not-pending", (await client.InterceptedAsync(holding.Identity, 1_000_000_000, "x")).Reason);
    }

    [Theory]
    [InlineData("GET", "/v1/identities/{0}/consume", 405)]
    [InlineData("DELETE", "/v1/identities/{0}", 405)]
    [InlineData("POST", "/v1/identities/{0}", 405)]
    [InlineData("PUT", "/v1/identities", 405)]
    [InlineData("PATCH", "/v1/identities/{0}", 405)]
    [InlineData("OPTIONS", "/v1/identities/{0}", 405)]
    [InlineData("OPTIONS", "/v1/identities/{0}/consume", 405)]
    [InlineData("TRACE", "/v1/identities/{0}", 405)]
    [InlineData("BREW", "/v1/identities/{0}", 405)]
    [InlineData("POST", "/healthz", 405)]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/v2/identities", 404)]
    [InlineData("GET", "/v1/identities/{0}/code-sets/1", 404)]
    [InlineData("POST", "/v1/identities/{0}/unknown", 404)]
    [InlineData("GET", "/v1//identities", 404)]
    [InlineData("GET", "/v1/identities/{0}/../../../healthz/x", 404)]
    public async Task A_wrong_method_or_path_is_said_to_be_one(string method, string path, int status)
    {
        var (client, holding) = await ArrangeAsync();
        var reply = await client.SendAsync(new HttpMethod(method), path.Replace("{0}", holding.Identity, StringComparison.Ordinal));
        AssertProblem(reply, status, status == 404 ? "not-found" : "method-not-allowed");
    }

    [Theory]
    [InlineData("HEAD", "/v1/identities/{0}")]
    [InlineData("HEAD", "/healthz")]
    public async Task Head_is_no_method_of_the_api_and_has_no_body(string method, string path)
    {
        var (client, holding) = await ArrangeAsync();
        var reply = await client.SendAsync(new HttpMethod(method), path.Replace("{0}", holding.Identity, StringComparison.Ordinal));
        Assert.Equal((405, ""), (reply.Status, reply.Text));
    }

    [Theory]
    [InlineData("/v1/identities/", 200)]
    [InlineData("/healthz/", 200)]
    public async Task A_slash_at_the_end_changes_nothing(string path, int status)
    {
        var (client, _) = await ArrangeAsync();
        Assert.Equal(status, (await client.SendAsync(HttpMethod.Get, path)).Status);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/x-www-form-urlencoded", null)]
    [InlineData("application/json; charset=utf-16", null)]
    [InlineData("application/json; charset=latin1", null)]
    [InlineData("application/problem+json", null)]
    [InlineData("nonsense", null)]
    [InlineData(null, null)]
    [InlineData("application/json", "gzip")]
    public async Task A_body_that_is_not_json_by_its_type_is_415(string? type, string? encoding)
    {
        var (client, holding) = await ArrangeAsync();
        using var content = new ByteArrayContent("""{"reason":"x"}"""u8.ToArray());
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        AssertProblem(await client.SendAsync(HttpMethod.Post, $"/v1/identities/{holding.Identity}/revoke", content), 415, "unsupported-media-type");
        Assert.NotNull((await environment.DocumentAsync(holding.Identity)).Document.Active);
    }

    [Theory]
    [InlineData(17_000, false)]
    [InlineData(17_000, true)]
    [InlineData(200_000, false)]
    [InlineData(200_000, true)]
    [InlineData(5_000_000, false)]
    [InlineData(5_000_000, true)]
    public async Task A_huge_body_is_413_with_a_length_or_without(int bytes, bool chunked)
    {
        var (client, holding) = await ArrangeAsync();
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes("{\"reason\":\"" + new string('x', bytes) + "\"}"));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            var body = chunked ? (HttpContent)new StreamContent(new Unsized(await content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken))) : content;
            body.Headers.ContentType = content.Headers.ContentType;
            AssertProblem(await client.SendAsync(HttpMethod.Post, $"/v1/identities/{holding.Identity}/revoke", body), 413, "too-large");
        }
        catch (HttpRequestException e) when (e.InnerException is IOException)
        {
            // The server answers and hangs up while the rest is still being sent; some clients then see the hang-up first.
        }

        Assert.NotNull((await environment.DocumentAsync(holding.Identity)).Document.Active);
        Assert.Equal(200, (await client.StatusAsync(holding.Identity)).Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("with\ttab")]
    [InlineData("ümlaut")]
    [InlineData("129")]
    public async Task The_idempotency_key_is_one_to_128_printable_characters(string? key)
    {
        var (client, holding) = await ArrangeAsync();
        (string, string)[] headers = key switch
        {
            null => [],
            "129" => [("Idempotency-Key", new string('k', 129))],
            _ => [("Idempotency-Key", key)],
        };
        try
        {
            var reply = await client.SendAsync(
                HttpMethod.Post, $"/v1/identities/{holding.Identity}/consume", new { code = holding.Code(), purpose = "p" }, headers);
            AssertProblem(reply, 400, "malformed");
            Assert.Contains(reply.Json.GetProperty("errors").EnumerateArray(), e => e.GetProperty("field").GetString() == "Idempotency-Key");
        }
        catch (HttpRequestException) when (key == "ümlaut")
        {
            // This client does not send it.
        }

        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=201")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=abc")]
    [InlineData("?limit=1&limit=2")]
    [InlineData("?after=UPPER")]
    [InlineData("?after=../x")]
    [InlineData("?unknown=1")]
    [InlineData("?after=~1")]
    [InlineData("?after=~00000000x")]
    [InlineData("?after=~0000000001&after=~0000000001")]
    [InlineData("?after=")]
    [InlineData("?state=asleep")]
    [InlineData("?state=Active")]
    [InlineData("?mine=yes")]
    [InlineData("?mine=true&mine=true")]
    [InlineData("?ownerless=1")]
    [InlineData("?label=team")]
    [InlineData("?label==a")]
    [InlineData("?label=")]
    [InlineData("?label=a=1&label=a=2&label=a=3&label=a=4&label=a=5&label=a=6&label=a=7&label=a=8&label=a=9")]
    [InlineData("?owner=a&owner=b")]
    [InlineData("?limit=99999999999999999999")]
    public async Task Bad_queries_are_malformed(string query)
    {
        var (client, _) = await ArrangeAsync();
        AssertProblem(await client.ListAsync(query), 400, "malformed");
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=501")]
    [InlineData("?after=UPPER")]
    [InlineData("?after=~1")]
    [InlineData("?unknown=1")]
    [InlineData("?mine=true")]
    [InlineData("?state=asleep")]
    [InlineData("?readiness=fine")]
    [InlineData("?readiness=")]
    [InlineData("?cause=Low")]
    [InlineData("?cause=low&cause=overdue")]
    [InlineData("?label=team")]
    [InlineData("?owner=a&owner=b")]
    public async Task Bad_queries_of_a_report_are_malformed(string query)
    {
        var (client, _) = await ArrangeAsync();
        AssertProblem(await client.ReportAsync(query), 400, "malformed");
    }

    [Fact]
    [Trait("Requirement", "R-06")]
    public async Task A_typo_is_refused_before_any_call_to_Vault_and_repeats_nothing_of_the_code()
    {
        var tap = new VaultTap(environment.Names);
        var (client, holding) = await ArrangeAsync(await environment.StartAsync(tap: tap));
        var typo = holding.Code()[..^1] + (holding.Code()[^1] == '7' ? '8' : '7');

        var reply = await client.ConsumeAsync(holding.Identity, typo);

        AssertProblem(reply, 400, "malformed");
        Assert.Empty(tap.Of(reply));
        Assert.DoesNotContain(typo[5..], reply.Text, StringComparison.Ordinal);
    }

    private static void AssertProblem(ApiReply reply, int status, string code)
    {
        Assert.True((status, code) == (reply.Status, reply.Code), $"{reply.Status} {reply.Text}");
        Assert.Equal("application/problem+json", reply.ContentType?.MediaType);
        Assert.Equal(reply.OperationId, reply.Member("operation_id"));
        Assert.Equal(reply.TraceId, reply.Member("trace_id"));
        Assert.Equal("urn:bcb:problem:" + code, reply.Member("type"));
        Assert.Equal(status.ToString(System.Globalization.CultureInfo.InvariantCulture), reply.Member("status"));
        Assert.Equal(32, reply.OperationId.Length);
        Assert.NotEmpty(reply.Member("title")!);
        Assert.NotEmpty(reply.Member("detail")!);
    }

    private static HttpRequestMessage Request(string route, string identity) => route switch
    {
        "register" => new HttpRequestMessage(HttpMethod.Put, "/v1/identities/" + identity),
        "status" => new HttpRequestMessage(HttpMethod.Get, "/v1/identities/" + identity),
        "issue" => new HttpRequestMessage(HttpMethod.Post, $"/v1/identities/{identity}/code-sets"),
        "activate" or "intercepted" => new HttpRequestMessage(HttpMethod.Post, $"/v1/identities/{identity}/code-sets/1/{route}"),
        _ => new HttpRequestMessage(HttpMethod.Post, $"/v1/identities/{identity}/{route}"),
    };

    private Task<Person> PowerfulAsync() => _powerful ??= environment.HolderAsync(
        "powerful", "register/*", "issue/*", "retrieve/*", "consume/*", "status/*", "revoke/*", "list");

    private async Task<(ApiClient Client, Holding Holding)> ArrangeAsync(RunningBroker? broker = null)
    {
        var shared = await environment.SharedAsync();
        _holding ??= environment.HoldingAsync(shared, await environment.CastAsync());
        return ((broker ?? shared).As(await PowerfulAsync()), await _holding);
    }

    /// <summary>A stream that does not know its length, so that it is sent in chunks.</summary>
    private sealed class Unsized(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
