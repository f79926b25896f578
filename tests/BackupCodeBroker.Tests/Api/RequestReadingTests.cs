using System.Text;
using BackupCodeBroker.Api;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace BackupCodeBroker.Tests.Api;

/// <summary>A request is taken apart before anything of it is believed.</summary>
public sealed class RequestReadingTests
{
    private const string Token = "hvs.canary";
    private static readonly string Batch = "hvb." + new string('A', 86);

    public static TheoryData<string, string?[], string?[]> Tokens => new()
    {
        { "in Vault's header", [Token], [] },
        { "as a bearer", [], ["Bearer " + Token] },
        { "as a bearer in lower case", [], ["bearer " + Token] },
        { "as a bearer with spaces", [], ["BEARER   " + Token + " "] },
        { "the same in both", [Token], ["Bearer " + Token] },
        { "beside an empty header", [Token], [""] },
        { "a batch token", [Batch], [] },
        { "an old service token", ["s.canary"], [] },
        { "the longest", [new string('a', 4_096)], [] },
    };

    public static TheoryData<string, string?[], string?[], string> Refused => new()
    {
        { "none", [], [], "missing" },
        { "empty", [""], [], "missing" },
        { "both empty", [""], [""], "missing" },
        { "a bearer without a token", [], ["Bearer "], "missing" },
        { "two different", [Token], ["Bearer " + Token + "2"], "token: two tokens were sent; send one" },
        { "the same twice in one header", [Token, Token], [], "token: two tokens were sent; send one" },
        { "two bearers", [], ["Bearer " + Token, "Bearer " + Token], "token: two tokens were sent; send one" },
        { "joined by a comma", [Token + "," + Token], [], "token: a Vault token consists of letters, digits, '.', '_' and '-'" },
        { "another scheme", [], ["Basic canary"], "Authorization: must be: Bearer and a Vault token" },
        { "another scheme beside a token", [Token], ["Basic canary"], "Authorization: must be: Bearer and a Vault token" },
        { "no scheme", [], [Token], "Authorization: must be: Bearer and a Vault token" },
        { "a short batch token", ["b." + new string('A', 87)], [], "token: a batch token has at least 90 characters" },
        { "a short batch token of a new Vault", [Batch[..^1]], [], "token: a batch token has at least 90 characters" },
        { "too long", [new string('a', 4_097)], [], "token: a Vault token has at most 4096 characters" },
        { "a space inside", ["hvs.can ary"], [], "token: a Vault token consists of letters, digits, '.', '_' and '-'" },
        { "a line break", ["hvs.canary\r\nX-Vault-Namespace: root"], [], "token: a Vault token consists of letters, digits, '.', '_' and '-'" },
        { "a control character", ["hvs.canary\u0001"], [], "token: a Vault token consists of letters, digits, '.', '_' and '-'" },
        { "another script", ["hvs.c\u0430nary"], [], "token: a Vault token consists of letters, digits, '.', '_' and '-'" },
        { "a slash", ["../canary"], [], "token: a Vault token consists of letters, digits, '.', '_' and '-'" },
    };

    [Theory]
    [MemberData(nameof(Tokens))]
    public void A_token_is_taken(string how, string?[] own, string?[] authorization)
    {
        var token = RequestReading.Token(Headers(own, authorization), out var refusal);
        Assert.True(refusal is null, how);
        var text = own is [{ Length: > 0 } first] ? first : Token;
        Assert.True(token!.SameAs(new VaultToken(text)));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Is_refused(string how, string?[] own, string?[] authorization, string error)
    {
        Assert.Null(RequestReading.Token(Headers(own, authorization), out var refusal));
        var told = refusal switch
        {
            Outcome.Unauthenticated { Missing: true } => "missing",
            Outcome.Malformed malformed => string.Join("; ", malformed.Errors.Select(e => e.Field + ": " + e.Message)),
            _ => "something else",
        };
        Assert.Equal(error, told);
        Assert.NotEmpty(how);
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(null, "", true)]
    [InlineData("team", null, true)]
    [InlineData("team", "team", true)]
    [InlineData("team", "team/", true)]
    [InlineData("team/", "/team", true)]
    [InlineData("team", "other", false)]
    [InlineData("team", "team/child", false)]
    [InlineData("team", "Team", false)]
    [InlineData(null, "team", false)]
    [InlineData("team", "team,team", false)]
    public void The_namespace_is_the_brokers(string? own, string? named, bool taken)
    {
        var headers = new HeaderDictionary();
        if (named is not null)
        {
            headers["X-Vault-Namespace"] = named;
        }

        Assert.Equal(taken, RequestReading.Namespace(headers, own) is null);
    }

    [Fact]
    public void Two_namespaces_are_refused() =>
        Assert.NotNull(RequestReading.Namespace(new HeaderDictionary { ["X-Vault-Namespace"] = new StringValues(["team", "team"]) }, "team"));

    [Theory]
    [InlineData("POST", "application/json", "{}", null)]
    [InlineData("POST", "application/json; charset=utf-8", "{}", null)]
    [InlineData("POST", "APPLICATION/JSON", "{}", null)]
    [InlineData("POST", null, "", null)]
    [InlineData("GET", "text/plain", "whatever", null)]
    [InlineData("POST", null, "{}", "unsupported-media-type")]
    [InlineData("POST", "text/json", "{}", "unsupported-media-type")]
    [InlineData("POST", "application/json; charset=utf-16", "{}", "unsupported-media-type")]
    [InlineData("POST", "application/x-www-form-urlencoded", "a=1", "unsupported-media-type")]
    [InlineData("POST", "application/json", "{", "malformed")]
    [InlineData("POST", "application/json", "[]", "malformed")]
    public async Task A_body_is_read(string method, string? type, string text, string? problem)
    {
        var request = Request(method, type, Encoding.UTF8.GetBytes(text));
        var (body, told) = await RequestReading.BodyAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((problem, problem is null), (told?.Code, body is not null));
        body?.Dispose();
    }

    [Fact]
    public async Task A_body_that_is_encoded_is_not_unpacked()
    {
        var request = Request("POST", "application/json", [1, 2]);
        request.Headers.ContentEncoding = "gzip";
        Assert.Equal(415, (await RequestReading.BodyAsync(request, TestContext.Current.CancellationToken)).Problem?.Status);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, 413)]
    [InlineData(1_000_000, 413)]
    public async Task A_body_has_its_limit(int over, int? status)
    {
        var text = "{\"a\":\"" + new string('x', RequestBody.MaxBytes - 8 + over) + "\"}";
        foreach (var announced in new long?[] { null, text.Length })
        {
            var request = Request("POST", "application/json", Encoding.UTF8.GetBytes(text));
            request.ContentLength = announced;
            Assert.Equal(status, (await RequestReading.BodyAsync(request, TestContext.Current.CancellationToken)).Problem?.Status);
        }
    }

    [Fact]
    public async Task A_body_that_does_not_arrive_is_waited_for_until_the_deadline()
    {
        using var deadline = new CancellationTokenSource();
        await deadline.CancelAsync();
        Assert.Equal(408, (await RequestReading.BodyAsync(Request("POST", "application/json", "{}"u8.ToArray()), deadline.Token)).Problem?.Status);
    }

    private static HttpRequest Request(string method, string? type, byte[] body)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.ContentType, request.Body) = (method, type, new MemoryStream(body));
        return request;
    }

    private static IHeaderDictionary Headers(string?[] own, string?[] authorization)
    {
        IHeaderDictionary headers = new HeaderDictionary();
        if (own.Length > 0)
        {
            headers["X-Vault-Token"] = new StringValues(own);
        }

        if (authorization.Length > 0)
        {
            headers.Authorization = new StringValues(authorization);
        }

        return headers;
    }
}
