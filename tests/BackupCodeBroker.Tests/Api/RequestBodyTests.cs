using System.Text;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Tests.Core.Codes;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Api;

/// <summary>A body is read strictly: what is wrong is told without repeating it, and nothing makes the reader throw.</summary>
public sealed class RequestBodyTests
{
    public static TheoryData<string, string> NoObjects => new()
    {
        { "nothing but a brace", "{" },
        { "text", "canary" },
        { "an array", "[{}]" },
        { "a string", "\"canary\"" },
        { "null", "null" },
        { "two objects", "{}{}" },
        { "a comma too many", "{\"purpose\":\"canary\",}" },
        { "a comment", "{/* canary */}" },
        { "single quotes", "{'canary':1}" },
        { "a member twice", "{\"canary\":\"a\",\"canary\":\"b\"}" },
        { "a member twice, once escaped", "{\"canary\":\"a\",\"\\u0063anary\":\"b\"}" },
        { "a label twice", "{\"labels\":{\"canary\":\"a\",\"canary\":\"b\"}}" },
        { "nine deep", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"canary\":1}}}}}}}}}" },
        { "a raw line break in a string", "{\"purpose\":\"can\nary\"}" },
        { "a NUL", "{\"purpose\":\"\0canary\"}" },
        { "an unknown escape", "{\"purpose\":\"\\xcanary\"}" },
        { "a byte order mark alone", "\ufeff" },
        { "a lone surrogate for a name", "{\"\\ud800canary\":1}" },
        { "a lone surrogate for the name of a label", "{\"labels\":{\"\\ud800canary\":\"a\"}}" },
        { "a surrogate of the wrong half for a name", "{\"\\udc00canary\":1}" },
    };

    public static TheoryData<string, string, string> Members => new()
    {
        { "an unknown member", "{\"purpose\":\"x\",\"extra\":1}", "extra: unknown member" },
        { "an unknown member whose name is no name", "{\"purpose\":\"x\",\"<script>canary\":1}", "a member: unknown member" },
        { "an unknown member with a long name", "{\"purpose\":\"x\",\"" + new string('c', 33) + "\":1}", "a member: unknown member" },
        { "another case", "{\"Purpose\":\"x\"}", "Purpose: unknown member; purpose: is missing" },
        { "missing", "{}", "purpose: is missing" },
        { "null", "{\"purpose\":null}", "purpose: is missing" },
        { "a number", "{\"purpose\":7}", "purpose: must be a string of valid text" },
        { "an object", "{\"purpose\":{}}", "purpose: must be a string of valid text" },
        { "an array", "{\"purpose\":[\"canary\"]}", "purpose: must be a string of valid text" },
        { "true", "{\"purpose\":true}", "purpose: must be a string of valid text" },
        { "a lone surrogate", "{\"purpose\":\"canary\\ud800\"}", "purpose: must be a string of valid text" },
        { "empty", "{\"purpose\":\"\"}", "purpose: is empty" },
        { "blank", "{\"purpose\":\"  \"}", "purpose: is blank" },
        { "too long", "{\"purpose\":\"" + new string('x', 17) + "\"}", "purpose: has more than 16 characters" },
        { "as long as it may be", "{\"purpose\":\"" + new string('x', 16) + "\"}", "" },
        { "a line break", "{\"purpose\":\"a\\ncanary\"}", "purpose: has characters that cannot be shown" },
        { "a NUL", "{\"purpose\":\"a\\u0000\"}", "purpose: has characters that cannot be shown" },
        { "an escape sequence", "{\"purpose\":\"\\u001b[2J\"}", "purpose: has characters that cannot be shown" },
        { "an emoji", "{\"purpose\":\"\\ud83d\\udd12\"}", "" },
    };

    [Theory]
    [MemberData(nameof(NoObjects))]
    public void Is_no_object(string how, string json)
    {
        Assert.Null(Parse(json, out var error));
        Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
        Assert.True(error!.Length < 100, how);
    }

    [Theory]
    [InlineData(0xA4)]
    [InlineData(0xFF)]
    [InlineData(0xC0)]
    public void Bytes_that_are_no_text_are_no_object(byte wrong)
    {
        foreach (var at in new[] { 2, 11 })
        {
            var bytes = Encoding.UTF8.GetBytes("{\"purpose\":\"x\"}");
            bytes[at] = wrong;
            Assert.Null(RequestBody.Parse(bytes, bytes.Length, out var error));
            Assert.Equal("is not UTF-8", error);
        }
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void A_text_is_read(string how, string json, string errors)
    {
        using var body = Parse(json, out _)!;
        var text = body.Text("purpose", 16, required: true);
        Assert.Equal(errors, Told(body));
        Assert.Equal(errors.Split("; ").Any(e => e.StartsWith("purpose:", StringComparison.Ordinal)), text is null);
        Assert.DoesNotContain("canary", Told(body), StringComparison.Ordinal);
        Assert.NotEmpty(how);
    }

    [Fact]
    public void All_errors_are_told_at_once_and_unknown_members_up_to_eight()
    {
        using var body = Parse("{\"purpose\":1," + string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"x{i}\":1")) + "}", out _)!;
        body.Text("purpose", 16, required: true);
        body.Text("reason", 16, required: true);
        Assert.Equal(2 + 8, body.Errors.Count);
    }

    [Theory]
    [InlineData("\"2027-01-31T00:00:00Z\"", "2027-01-31T00:00:00.0000000+00:00")]
    [InlineData("\"2027-01-31T02:00:00+02:00\"", "2027-01-31T00:00:00.0000000+00:00")]
    [InlineData("\"2027-01-30T19:00:00.5-05:00\"", "2027-01-31T00:00:00.5000000+00:00")]
    [InlineData("null", null)]
    public void A_time_is_read(string json, string? time)
    {
        using var body = Parse("{\"at\":" + json + "}", out _)!;
        Assert.Equal(time, body.Time("at")?.ToString("O"));
        Assert.Empty(body.Errors);
    }

    [Theory]
    [InlineData("\"2027-01-31\"")]
    [InlineData("\"2027-01-31T00:00:00\"")]
    [InlineData("\"2027-01-31T00:00\"")]
    [InlineData("\"tomorrow\"")]
    [InlineData("\"2027-02-30T00:00:00Z\"")]
    [InlineData("\"2027-01-31 00:00:00Z\"")]
    [InlineData("\"\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("1800000000")]
    [InlineData("{}")]
    [InlineData("true")]
    public void A_time_without_an_offset_and_what_is_none_is_told(string json)
    {
        using var body = Parse("{\"at\":" + json + "}", out _)!;
        Assert.Null(body.Time("at"));
        Assert.Equal("at: must be a time such as 2027-01-31T00:00:00Z", Told(body));
    }

    [Theory]
    [InlineData("{\"tier\":\"1\",\"team\":\"a\"}", 2, true)]
    [InlineData("{}", 0, true)]
    [InlineData("null", 0, true)]
    [InlineData("{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}", 0, false)]
    [InlineData("{\"tier\":1}", 0, false)]
    [InlineData("{\"tier\":null}", 0, false)]
    [InlineData("{\"\":\"1\"}", 0, false)]
    [InlineData("{\"toolong\":\"1\"}", 0, false)]
    [InlineData("{\"tier\":\"\"}", 0, false)]
    [InlineData("{\"tier\":\"123456789\"}", 0, false)]
    [InlineData("{\"ti\\ner\":\"1\"}", 0, false)]
    [InlineData("{\"tier\":\"\\ud800\"}", 0, false)]
    [InlineData("[]", 0, false)]
    [InlineData("\"tier\"", 0, false)]
    public void An_object_of_texts_is_read(string json, int count, bool sound)
    {
        using var body = Parse("{\"labels\":" + json + "}", out _)!;
        var texts = body.Texts("labels", 2, 6, 8);
        Assert.Equal(sound, body.Errors.Count == 0);
        Assert.True(!sound || texts.Count == count);
    }

    [Theory]
    [InlineData("{\"a\":\"BCB1-K3TX9-4HQZ0-M1WB7-RD5NY-EZ0FN\"}", "labels: a text holds a backup code, and would keep it for all to read")]
    [InlineData("{\"BCB1-K3TX9-4HQZ0-M1WB7-RD5NY-EZ0FN\":\"a\"}", "labels: a name holds a backup code, and would keep it for all to read")]
    [InlineData("{\"a\":1}", "labels: texts must be strings of valid text")]
    [InlineData("{\"a\":\"\"}", "labels: a text is empty")]
    [InlineData("{\"a\":\"x\\u0007\"}", "labels: a text has characters that cannot be shown")]
    [InlineData("{\"\":\"a\"}", "labels: a name is empty")]
    public void What_is_wrong_with_a_label_is_told(string json, string errors)
    {
        using var body = Parse("{\"labels\":" + json + "}", out _)!;
        Assert.Empty(body.Texts("labels", 2, 63, 128));
        Assert.Equal(errors, Told(body));
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}", "has a member twice")]
    [InlineData("{\"a\":{\"b\":1,\"\\u0062\":2}}", "has a member twice")]
    [InlineData("{\n\"a\":x}", "is not valid JSON (line 2, byte 5)")]
    [InlineData("{", "is not valid JSON (line 1, byte 2)")]
    [InlineData("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}", "is not valid JSON (line 1, byte 41)")]
    public void Where_it_stops_being_JSON_is_told_and_what_has_no_place_by_its_name(string json, string error)
    {
        Assert.Null(Parse(json, out var told));
        Assert.Equal(error, told);
    }

    [Theory]
    [InlineData("\"BCB1-K3TX9-4HQZ0-M1WB7-RD5NY-EZ0FN\"", true, "")]
    [InlineData("\"\\u0042CB1-K3TX9-4HQZ0-M1WB7-RD5NY-EZ0FN\"", true, "")]
    [InlineData("\"canary\"", false, "")]
    [InlineData("null", false, "code: is missing")]
    [InlineData("7", false, "code: must be a string of at most 128 characters")]
    [InlineData("[\"canary\"]", false, "code: must be a string of at most 128 characters")]
    [InlineData("\"canary\\ud800\"", false, "code: must be a string of valid text")]
    public void A_secret_is_handed_over_as_characters(string json, bool isCode, string errors)
    {
        using var body = Parse("{\"code\":" + json + "}", out _)!;
        using var code = body.Secret("code", BackupCode.MaxTextLength, text => (BackupCode.Parse(text) as BackupCodeParse.Parsed)?.Code);
        Assert.Equal((isCode, errors), (code is not null, Told(body)));
    }

    [Fact]
    public void A_secret_that_is_far_too_long_is_not_looked_at()
    {
        using var body = Parse("{\"code\":\"" + new string('0', 2_000) + "\"}", out _)!;
        Assert.Null(body.Secret<string>("code", 128, _ => throw new InvalidOperationException("it was")));
        Assert.Equal("code: must be a string of at most 128 characters", Told(body));
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public void The_bytes_are_zeroed_with_the_body_and_where_there_is_none()
    {
        using var code = BackupCode.Create(CodeKind.Machine, Plain.Entropy(1));
        foreach (var text in new[] { "{\"code\":\"" + Plain.Of(code) + "\"}", "{\"code\":\"" + Plain.Of(code) + "\"", "[\"" + Plain.Of(code) + "\"]" })
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            RequestBody.Parse(bytes, bytes.Length, out _)?.Dispose();
            Assert.All(bytes, b => Assert.Equal(0, b));
        }
    }

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        var fragment = Gen.OneOf(
            Gen.OneOf("{", "}", "[", "]", ":", ",", "\"", "\\", "\\ud800", "\\udc00", "\\u0000", "\"purpose\":", "\"labels\":{",
                "\"at\":\"2027", "\"code\":\"", "null", "1e9", "\u00e9", "\ud800"),
            Gen.String);
        Gen.Select(fragment.Array[0, 12].Select(string.Concat), Gen.Byte, Gen.Int[0, 400]).Sample(
            (text, value, at) =>
            {
                var bytes = Encoding.UTF8.GetBytes("{" + text + "}");
                bytes[at % bytes.Length] = value;
                using var body = RequestBody.Parse(bytes, bytes.Length, out _);
                if (body is not null)
                {
                    body.Text("purpose", 16, required: true);
                    body.Time("at");
                    body.Texts("labels", 4, 8, 8);
                    body.Secret("code", 128, text => text.Length.ToString());
                    Assert.NotNull(body.Errors);
                }
            },
            iter: 10_000);
    }

    [Theory]
    [InlineData("log in as root", null)]
    [InlineData("Anmeldung für Übergabe", null)]
    [InlineData("復旧", null)]
    [InlineData("\U0001F512", null)]
    [InlineData("", "is empty")]
    [InlineData("\u3000", "is blank")]
    [InlineData("a\u202eb", "has characters that cannot be shown")]
    [InlineData("a\u200bb", "has characters that cannot be shown")]
    [InlineData("a\u2028b", "has characters that cannot be shown")]
    [InlineData("a\u2029b", "has characters that cannot be shown")]
    [InlineData("a\u0085b", "has characters that cannot be shown")]
    [InlineData("a\u007fb", "has characters that cannot be shown")]
    [InlineData("a\uffffb", "has characters that cannot be shown")]
    [InlineData("a\ufeffb", "has characters that cannot be shown")]
    public void Words_can_be_shown(string text, string? fault) => Assert.Equal(fault, Words.Fault(text, 64));

    [Fact]
    [Trait("Requirement", "R-02")]
    public void Words_that_are_kept_hold_no_code()
    {
        using var code = BackupCode.Create(CodeKind.Machine, bytes => bytes.Fill(7));
        var text = new char[code.TextLength];
        code.WriteTo(text);
        Assert.Equal("holds a backup code, and would keep it for all to read", Words.Fault($"used {new string(text)} today", 256));
        Assert.False(IdentityName.TryParse(new string(text).ToLowerInvariant(), out _));
    }

    [Theory]
    [InlineData('\ud83d')]
    [InlineData('\udd12')]
    public void Half_a_character_is_no_word(char half) => Assert.Equal("has characters that cannot be shown", Words.Fault("a" + half, 64));

    private static RequestBody? Parse(string json, out string? error)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        return RequestBody.Parse(bytes, bytes.Length, out error);
    }

    private static string Told(RequestBody body) => string.Join("; ", body.Errors.Select(e => $"{e.Field}: {e.Message}").Order(StringComparer.Ordinal));
}
