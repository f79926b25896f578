using System.Text;
using System.Text.Json;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.Tests.Vault;

public sealed class KvTests
{
    private const string Path = "identities/bcb.svc";

    public static TheoryData<int, string?, string> Reads => new()
    {
        { 200, VaultBodies.Document, "Found 7" },
        { 404, VaultBodies.Nothing, "Absent" },
        { 404, VaultBodies.Removed, "Removed 7" },
        { 403, VaultBodies.BadToken, "Denied InvalidToken" },
        { 403, VaultBodies.NewBadToken, "Denied InvalidToken" },
        { 403, VaultBodies.NoCapability, "Denied NoCapability" },
        { 403, "<html>", "Denied NoCapability" },
        { 400, VaultBodies.NoToken, "Denied InvalidToken" },
        { 503, VaultBodies.Sealed, "Faulted Sealed" },
        { 404, VaultBodies.NoHandler, "Faulted WronglySetUp" },
        { 404, """{"warnings":["Invalid path for a versioned K/V secrets engine."]}""", "Faulted WronglySetUp" },
        { 404, """{"errors":[],"data":null}""", "Faulted Unexpected" },
        { 404, """{"errors":["something"]}""", "Faulted Unexpected" },
        { 404, "", "Faulted Unexpected" },
        { 404, "null", "Faulted Unexpected" },
        { 404, "[]", "Faulted Unexpected" },
        { 200, "", "Faulted Unexpected" },
        { 200, "{", "Faulted Unexpected" },
        { 200, VaultBodies.Removed, "Faulted Unexpected" },
        { 200, """{"data":{"k":"v"}}""", "Faulted Unexpected" },
        { 200, """{"data":{"data":"text","metadata":{"version":1}}}""", "Faulted Unexpected" },
        { 200, """{"data":{"data":{},"metadata":{"version":"1"}}}""", "Faulted Unexpected" },
        { 204, "", "Faulted Unexpected" },
        { 301, "", "Faulted Unexpected" },
        { 405, """{"errors":["unsupported operation"]}""", "Faulted WronglySetUp" },
    };

    [Theory]
    [MemberData(nameof(Reads))]
    [Trait("Requirement", "R-16")]
    public async Task A_read_means_what_Vault_said_and_nothing_more(int status, string? body, string expected)
    {
        using var vault = FakeVault.Answering(status, body);

        var read = await vault.Client().ReadKvAsync(FakeVault.Token, Path, FakeVault.Call);

        Assert.Equal(expected, read switch
        {
            KvRead.Found(_, var version) => $"Found {version}",
            KvRead.Removed(var version) => $"Removed {version}",
            KvRead.Denied(var why) => $"Denied {why}",
            KvRead.Faulted(var fault) => $"Faulted {fault.GetType().Name}",
            _ => read.GetType().Name,
        });
    }

    [Fact]
    public async Task A_document_comes_back_as_Vault_sent_it()
    {
        using var vault = FakeVault.Answering(200, VaultBodies.Document);

        var found = Assert.IsType<KvRead.Found>(await vault.Client().ReadKvAsync(FakeVault.Token, Path, FakeVault.Call));

        Assert.Equal("""{"k": "v1","n":3}""", Encoding.UTF8.GetString(found.Json.Span));
    }

    public static TheoryData<int, string?, string> Writes => new()
    {
        { 200, VaultBodies.Saved, "Saved 8" },
        { 400, VaultBodies.Conflict, "Conflict" },
        { 400, VaultBodies.CasRequired, "Faulted Unexpected" },
        { 400, "text", "Faulted Unexpected" },
        { 403, VaultBodies.NoCapability, "Denied NoCapability" },
        { 403, VaultBodies.BadToken, "Denied InvalidToken" },
        { 404, VaultBodies.NoHandler, "Faulted WronglySetUp" },
        { 404, VaultBodies.Nothing, "Faulted Unexpected" },
        { 429, """{"errors":["request path rate limit quota exceeded"]}""", "Faulted RateLimited" },
        { 503, VaultBodies.Sealed, "Faulted Sealed" },
        { 503, VaultBodies.NoLeader, "Faulted NoLeader" },
        { 503, "busy", "Unknown" },
        { 500, VaultBodies.InternalError, "Unknown" },
        { 500, """{"errors":["leadership lost while committing log"]}""", "Unknown" },
        { 502, "", "Unknown" },
        { 504, "", "Unknown" },
        { 200, "", "Unknown" },
        { 200, """{"data":{}}""", "Unknown" },
        { 204, "", "Unknown" },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    [Trait("Requirement", "R-12")]
    public async Task A_write_is_done_not_done_or_unknown_and_sent_once(int status, string? body, string expected)
    {
        using var vault = FakeVault.Answering(status, body);

        var write = await vault.Client().WriteKvAsync(FakeVault.Token, Path, "{}"u8.ToArray(), 7, FakeVault.Call);

        Assert.Equal(expected, Name(write));
        Assert.Single(vault.Requests);
    }

    [Fact]
    public async Task A_refused_connection_executed_nothing_and_a_lost_one_may_have()
    {
        using var refused = new FakeVault(FakeVault.Refuse());
        using var lost = new FakeVault(FakeVault.Throw(HttpRequestError.ResponseEnded));

        Assert.Equal("Faulted Unreachable", Name(await refused.Client().WriteKvAsync(FakeVault.Token, Path, "{}"u8.ToArray(), 7, FakeVault.Call)));
        Assert.Equal("Unknown", Name(await lost.Client().WriteKvAsync(FakeVault.Token, Path, "{}"u8.ToArray(), 7, FakeVault.Call)));
        Assert.Single(lost.Requests);
    }

    [Fact]
    [Trait("Requirement", "R-15")]
    public async Task A_write_names_its_version_beside_the_document()
    {
        using var vault = FakeVault.Answering(200, VaultBodies.Saved);

        await vault.Client().WriteKvAsync(FakeVault.Token, Path, """{"a":[1,2]}"""u8.ToArray(), 0, FakeVault.Call);

        var sent = Assert.Single(vault.Requests);
        Assert.Equal(("POST", "/v1/backup-codes/data/identities/bcb.svc"), (sent.Method, sent.Uri.PathAndQuery));
        Assert.Equal("""{"options":{"cas":0},"data":{"a":[1,2]}}""", sent.Body);
    }

    [Fact]
    public async Task A_document_that_is_not_JSON_is_a_bug() =>
        await Assert.ThrowsAnyAsync<JsonException>(() => FakeVault.Answering(200, VaultBodies.Saved).Client()
            .WriteKvAsync(FakeVault.Token, Path, """{},"options":{}"""u8.ToArray(), 0, FakeVault.Call));

    [Theory]
    [InlineData(200, """{"data":{"cas_required":true,"delete_version_after":"0s","max_versions":1}}""", true)]
    [InlineData(404, VaultBodies.Nothing, false)]
    [InlineData(200, """{"data":{"k":"v"}}""", false)]
    [InlineData(404, VaultBodies.NoHandler, false)]
    [Trait("Requirement", "R-15")]
    public async Task A_mount_that_is_not_KV_v2_is_wrongly_set_up(int status, string body, bool good)
    {
        using var vault = FakeVault.Answering(status, body);

        var answer = await vault.Client().ReadKvConfigAsync(FakeVault.Token, FakeVault.Call);

        if (good)
        {
            Assert.Equal(new KvConfig(true, 1, "0s"), Assert.IsType<VaultAnswer<KvConfig>.Ok>(answer).Value);
        }
        else
        {
            Assert.IsType<VaultFault.WronglySetUp>(Assert.IsType<VaultAnswer<KvConfig>.Faulted>(answer).Fault);
        }
    }

    [Fact]
    public async Task A_list_uses_Vaults_own_verb()
    {
        using var vault = FakeVault.Answering(200, """{"data":{"keys":["bcb.a","b/"]}}""");

        var answer = await vault.Client().ListKvAsync(FakeVault.Token, "identities", FakeVault.Call);

        Assert.Equal(["bcb.a", "b/"], Assert.IsType<VaultAnswer<IReadOnlyList<string>>.Ok>(answer).Value);
        Assert.Equal(("LIST", "/v1/backup-codes/metadata/identities"), (vault.Requests[0].Method, vault.Requests[0].Uri.PathAndQuery));
    }

    [Theory]
    [InlineData("identities/../broker/state")]
    [InlineData("identities//x")]
    [InlineData("identities/")]
    [InlineData("identities/a?version=1")]
    [InlineData("identities/a#b")]
    [InlineData("identities/a%2e%2e")]
    [InlineData("identities/a\r\nb")]
    [InlineData("identities/*")]
    [InlineData("identities/+")]
    [InlineData("identities/{{x}}")]
    [InlineData("")]
    [Trait("Requirement", "R-34")]
    public async Task Nothing_hostile_reaches_a_path(string path)
    {
        using var vault = FakeVault.Answering(200, VaultBodies.Document);

        await Assert.ThrowsAnyAsync<ArgumentException>(() => vault.Client().ReadKvAsync(FakeVault.Token, path, FakeVault.Call));

        Assert.Empty(vault.Requests);
    }

    private static string Name(KvWrite write) => write switch
    {
        KvWrite.Saved(var version) => $"Saved {version}",
        KvWrite.Denied(var why) => $"Denied {why}",
        KvWrite.Faulted(var fault) => $"Faulted {fault.GetType().Name}",
        _ => write.GetType().Name,
    };
}
