using System.Text;
using System.Text.Json.Nodes;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Tests.Core.Decisions;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Documents;

/// <summary>The JSON form: nothing is lost, nothing unknown is taken, nothing of the content is in an error.</summary>
public sealed class DocumentJsonTests
{
    private static readonly IdentityDocument Document = Given.Issue(Given.Consume(Given.Active().Document, Given.Active().Selector()), Given.Around, Given.Few, 2).Document;

    [Fact]
    public void What_is_written_is_read_as_the_same() =>
        DocumentGenerators.Document.Sample(
            document =>
            {
                var json = DocumentJson.Write(document);
                Assert.True(DocumentJson.TryReadIdentity(json, document.Identity, out var read, out var error), error);
                Assert.Equivalent(document, read, strict: true);
                Assert.Equal(Encoding.UTF8.GetString(json), Encoding.UTF8.GetString(DocumentJson.Write(read)));
            },
            iter: 200);

    [Fact]
    public void Members_are_snake_case_and_codes_are_never_keys_or_numbers()
    {
        var code = Written()["active"]!["codes"]![0]!;
        Assert.Equal(["selector", "salt", "scheme", "cost", "hash", "failures", "consumption"], code.AsObject().Select(m => m.Key));
        Assert.Equal(System.Text.Json.JsonValueKind.String, code["hash"]!.GetValueKind());
    }

    [Fact]
    public void What_an_earlier_version_did_not_write_is_empty()
    {
        var json = Written();
        Assert.All<string>(["approvals", "reviews", "outbox", "lockdowns"], member => Assert.True(json.AsObject().Remove(member), member));
        Assert.All<string>(["approvals", "asked", "label_digests"], member => Assert.True(json["active"]!.AsObject().Remove(member), member));

        Assert.True(DocumentJson.TryReadIdentity(Encoding.UTF8.GetBytes(json.ToJsonString()), json["identity"]!.GetValue<string>(), out var read, out var error), error);

        Assert.Empty((object[])[.. read.Approvals, .. read.Reviews, .. read.Outbox, .. read.Lockdowns, .. read.Active!.Approvals, .. read.Active.Asked, .. read.Active.LabelDigests]);
    }

    public static TheoryData<string, string> Spoiled => new()
    {
        { "an unknown member", Spoil(d => d["canary"] = 1) },
        { "an unknown member of a set", Spoil(d => d["active"]!["canary"] = 1) },
        { "an unknown member of a code", Spoil(d => d["active"]!["codes"]![0]!["canary"] = 1) },
        { "an unknown member of an event", Spoil(d => d["events"]![0]!["canary"] = "canary") },
        { "a later schema", Spoil(d => d["schema"] = 2) },
        { "an earlier schema", Spoil(d => d["schema"] = 0) },
        { "no schema", Spoil(d => d.Remove("schema")) },
        { "another identity", Spoil(d => d["identity"] = "canary") },
        { "no identity", Spoil(d => d.Remove("identity")) },
        { "no owner", Spoil(d => d.Remove("owner")) },
        { "an owner that is null", Spoil(d => d["owner"] = null) },
        { "a set without a key", Spoil(d => d["active"]!.AsObject().Remove("set_key")) },
        { "a code without a hash", Spoil(d => d["active"]!["codes"]![0]!.AsObject().Remove("hash")) },
        { "text for a number", Spoil(d => d["last_generation"] = "canary") },
        { "a time that is none", Spoil(d => d["registered_at"] = "canary") },
        { "a label that is no text", Spoil(d => d["labels"]!["canary"] = 7) },
        { "codes that are an object", Spoil(d => d["active"]!["codes"] = new JsonObject { ["canary"] = 1 }) },
        { "nothing", "" },
        { "null", "null" },
        { "an array", "[\"canary\"]" },
        { "broken off", "{\"schema\":1,\"identity\":\"canary" },
        { "no JSON", "canary" },
        { "a lone surrogate", "{\"schema\":1,\"identity\":\"\\ud800canary\"}" },
        { "too deep", string.Concat(Enumerable.Repeat("{\"labels\":", 40)) + "\"canary\"" + new string('}', 40) },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void Is_refused_without_a_word_of_its_content(string how, string json)
    {
        Assert.False(DocumentJson.TryReadIdentity(Encoding.UTF8.GetBytes(json), Given.Identity, out var document, out var error), how);
        Assert.Null(document);
        Assert.DoesNotContain("canary", error, StringComparison.OrdinalIgnoreCase);
        Assert.InRange(error.Length, 1, 120);
    }

    [Fact]
    public void No_bytes_make_the_reader_throw() =>
        Gen.Select(Gen.Int[0, 4_000], Gen.Byte, Gen.Int[0, 4_000]).Sample(
            (at, value, end) =>
            {
                var json = DocumentJson.Write(Document);
                json[at % json.Length] = value;
                DocumentJson.TryReadIdentity(json.AsSpan(0, Math.Max(end % (json.Length + 1), json.Length / 2)), Given.Identity, out _, out _);
            },
            iter: 2_000);

    [Fact]
    [Trait("Requirement", "R-02")]
    public void A_document_holds_no_plaintext()
    {
        var issued = Given.Active();
        var json = Encoding.UTF8.GetString(DocumentJson.Write(issued.Document));
        foreach (var code in issued.Mint.Codes)
        {
            var text = Codes.Plain.Of(code);
            Assert.DoesNotContain(text[11..], json, StringComparison.OrdinalIgnoreCase);
            Assert.All(text.Split('-')[2..], group => Assert.DoesNotContain("\"" + group, json, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(Codes.Plain.Of(issued.Mint.Activation), json, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_state_is_read_as_it_is_written_and_as_strictly()
    {
        var scope = new LockdownScope { Identities = "a*", Labels = new Dictionary<string, string> { ["tier"] = "1" }, IssuedSince = Given.Now };
        var state = Given.Around.With(Given.Locked(scope: scope)).State;
        var json = DocumentJson.Write(state);
        Assert.True(DocumentJson.TryReadState(json, out var read, out _));
        Assert.Equivalent(state, read, strict: true);
        string[] spoiled =
        [
            "{}", "null", "[]", "",
            "{\"schema\":2,\"epoch_floor\":1,\"heartbeat\":{\"count\":0,\"at\":\"2027-01-01T00:00:00Z\"},\"lockdowns\":[]}",
            Encoding.UTF8.GetString(json).Replace("\"tier\"", "\"tier\":\"1\"},\"canary\":{\"a\"", StringComparison.Ordinal),
        ];
        foreach (var text in spoiled)
        {
            Assert.False(DocumentJson.TryReadState(Encoding.UTF8.GetBytes(text), out _, out var error), text);
            Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_decoys_document_is_one()
    {
        var decoy = DecoyDocument.Make("entity-decoy", Given.Now);
        Assert.True(DocumentJson.TryReadIdentity(DocumentJson.Write(decoy), Decoy.Name, out _, out var error), error);
    }

    [Theory]
    [InlineData("lockdowns", "[null]")]
    [InlineData("lockdowns", "null")]
    [Trait("Requirement", "R-15")]
    public void A_state_that_cannot_be_worked_with_is_refused(string member, string value)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(DocumentJson.Write(BrokerState.Initial(1, Given.Now)))!;
        json[member] = System.Text.Json.Nodes.JsonNode.Parse(value);
        Assert.False(DocumentJson.TryReadState(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Half_a_character_in_a_name_is_written_as_a_replacement()
    {
        var half = Given.Registered with { RegisteredBy = new Actor("", "", "x\ud83d") };
        Assert.True(DocumentJson.TryReadIdentity(DocumentJson.Write(half), half.Identity, out var read, out var error), error);
        Assert.Equal("x\ufffd", read.RegisteredBy.DisplayName);
    }

    [Fact]
    public void Of_events_the_last_twenty_are_kept()
    {
        var document = Enumerable.Range(0, 45).Aggregate(Given.Registered, (d, i) => d.With(new DocumentEvent(Given.Now, "consume", Given.Id("op-" + i), Given.Verifier)));
        Assert.Equal(Enumerable.Range(25, 20).Select(i => Given.Id("op-" + i)), document.Events.Select(e => e.OperationId));
        Assert.True(document.Bears(Given.Id("op-44")));
        Assert.False(document.Bears(Given.Id("op-24")));
    }

    private static JsonNode Written() => JsonNode.Parse(DocumentJson.Write(Document))!;

    private static string Spoil(Action<JsonObject> spoil)
    {
        var written = Written().AsObject();
        spoil(written);
        return written.ToJsonString();
    }
}
