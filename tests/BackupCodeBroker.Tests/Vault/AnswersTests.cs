using System.Text;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.Tests.Vault;

/// <summary>Every call but the documents': what each answer comes to, and what was sent for it.</summary>
public sealed class AnswersTests
{
    private static readonly VaultToken Wrapping = new("s.QvHdqH6txBRYUXab5CKHiPfX");

    public static TheoryData<int, string, string> Askings => new()
    {
        { 404, VaultBodies.Nothing, "Granted" },
        { 200, """{"data":{"k":"v"}}""", "Granted" },
        { 200, """{"request_id":"r1","data":{},"wrap_info":null,"warnings":null,"auth":null}""", "Granted" },
        { 200, """{"request_id":"r1","data":null,"wrap_info":{"token":"s.QvHdqH6txBRYUXab5CKHiPfX","accessor":"wa","ttl":60}}""", "Faulted Unexpected" },
        { 200, """{"data":{"k":"v"},"wrap_info":{"token":"s.QvHdqH6txBRYUXab5CKHiPfX"}}""", "Faulted Unexpected" },
        { 200, """{"data":{"k":"v"},"wrap_info":""}""", "Faulted Unexpected" },
        { 200, """{"data":null}""", "Faulted Unexpected" },
        { 200, """{"data":["k"]}""", "Faulted Unexpected" },
        { 200, """{"data":"v"}""", "Faulted Unexpected" },
        { 200, """[{"data":{"k":"v"}}]""", "Faulted Unexpected" },
        { 200, "<html>Sign in</html>", "Faulted Unexpected" },
        { 200, VaultBodies.Nothing, "Faulted Unexpected" },
        { 200, "{}", "Faulted Unexpected" },
        { 200, "null", "Faulted Unexpected" },
        { 200, "", "Faulted Unexpected" },
        { 403, VaultBodies.NoCapability, "Refused NoCapability" },
        { 403, VaultBodies.BadToken, "Refused InvalidToken" },
        { 403, "", "Refused NoCapability" },
        { 400, VaultBodies.NoToken, "Refused InvalidToken" },
        { 404, VaultBodies.NoHandler, "Faulted WronglySetUp" },
        { 404, """{"warnings":["Invalid path for a versioned K/V secrets engine."]}""", "Faulted WronglySetUp" },
        { 404, """{"errors":[],"warnings":["x"]}""", "Faulted Unexpected" },
        { 404, """{"errors":null}""", "Faulted Unexpected" },
        { 404, "{}", "Faulted Unexpected" },
        { 404, "not found", "Faulted Unexpected" },
        { 204, "", "Faulted Unexpected" },
        { 201, "", "Faulted Unexpected" },
        { 302, "", "Faulted Unexpected" },
        { 429, VaultBodies.Nothing, "Faulted RateLimited" },
        { 500, VaultBodies.Nothing, "Faulted Unexpected" },
        { 503, VaultBodies.Sealed, "Faulted Sealed" },
    };

    [Theory]
    [MemberData(nameof(Askings))]
    [Trait("Requirement", "R-29")]
    public async Task An_answer_of_unknown_shape_grants_nothing_and_is_not_asked_twice(int status, string body, string expected)
    {
        using var vault = FakeVault.Answering(status, body);

        var asking = await vault.Client().AskAsync(FakeVault.Token, "consume", "team-a.ci", FakeVault.Call);

        Assert.Equal(expected, asking switch
        {
            Asking.Refused(var why) => $"Refused {why}",
            Asking.Faulted(var fault) => $"Faulted {fault.GetType().Name}",
            _ => asking.GetType().Name,
        });
        Assert.Equal(("GET", "/v1/backup-codes-broker/consume/team-a.ci"), (vault.Requests[0].Method, vault.Requests[0].Uri.PathAndQuery));
        Assert.Single(vault.Requests);
    }

    [Theory]
    [InlineData(404, VaultBodies.Nothing, "Ok")]
    [InlineData(200, """{"request_id":"r1","data":{"k":"v"},"wrap_info":null}""", "Ok")]
    [InlineData(200, "<html>Sign in</html>", "Faulted Unexpected")]
    [InlineData(404, VaultBodies.NoHandler, "Faulted WronglySetUp")]
    [InlineData(404, """{"warnings":["Invalid path for a versioned K/V secrets engine."]}""", "Faulted WronglySetUp")]
    [InlineData(403, VaultBodies.NoCapability, "Denied NoCapability")]
    [InlineData(403, VaultBodies.BadToken, "Denied InvalidToken")]
    [InlineData(503, VaultBodies.Sealed, "Faulted Sealed")]
    [Trait("Requirement", "R-15")]
    public async Task The_asking_mount_is_seen_with_the_brokers_own_token(int status, string body, string expected)
    {
        using var vault = FakeVault.Answering(status, body);

        var answer = await vault.Client().AskingMountIsThereAsync(FakeVault.Token, FakeVault.Call);

        Assert.Equal(expected, answer switch
        {
            VaultAnswer<bool>.Denied(var why, _) => $"Denied {why}",
            VaultAnswer<bool>.Faulted(var fault) => $"Faulted {fault.GetType().Name}",
            _ => answer.GetType().Name,
        });
        Assert.Equal(("GET", "/v1/backup-codes-broker/@ready"), (vault.Requests[0].Method, vault.Requests[0].Uri.PathAndQuery));
    }

    [Theory]
    [InlineData("list", null, "backup-codes-broker/list")]
    [InlineData("issue", "@owned", "backup-codes-broker/issue/@owned")]
    [InlineData("@probe", "@probe", "backup-codes-broker/@probe/@probe")]
    public void The_asked_path_is_what_a_policy_writes(string operation, string? target, string path) =>
        Assert.Equal(path, FakeVault.Answering(200, "").Client().AskPath(operation, target));

    [Theory]
    [InlineData(200, """{"data":{"p/a":["read"],"p/b":["deny"]}}""", true)]
    [InlineData(200, """{"data":{"p/a":["read"]}}""", false)]
    [InlineData(200, """{"data":{"p/a":["read"],"p/b":[]}}""", false)]
    [InlineData(200, """{"data":{"p/a":["read"],"p/b":"deny"}}""", false)]
    [InlineData(200, """{"p/a":["read"],"p/b":["deny"]}""", false)]
    public async Task Capabilities_are_known_for_every_path_asked_or_not_at_all(int status, string body, bool known)
    {
        using var vault = FakeVault.Answering(status, body);

        var answer = await vault.Client().CapabilitiesSelfAsync(FakeVault.Token, ["p/a", "p/b"], FakeVault.Call);

        Assert.Equal(known, answer is VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>.Ok);
        Assert.Equal("""{"paths":["p/a","p/b"]}""", vault.Requests[0].Body);
    }

    [Fact]
    public async Task A_path_with_a_comma_is_never_asked_about() =>
        await Assert.ThrowsAsync<ArgumentException>(() => FakeVault.Answering(200, "{}").Client()
            .CapabilitiesSelfAsync(FakeVault.Token, ["p/a,sys/seal"], FakeVault.Call));

    [Theory]
    [InlineData(200, "child", "Minted")]
    [InlineData(403, VaultBodies.Disabled, "Denied EntityDisabled")]
    [InlineData(403, VaultBodies.BadToken, "Denied InvalidToken")]
    [InlineData(403, VaultBodies.NoCapability, "Denied NoCapability")]
    [InlineData(400, """{"errors":["unknown role bcb-identity"]}""", "Faulted WronglySetUp")]
    [InlineData(200, VaultBodies.Login, "Faulted Unexpected")]
    [InlineData(200, "{}", "Faulted Unexpected")]
    [InlineData(500, VaultBodies.InternalError, "Faulted Unexpected")]
    public async Task A_child_is_minted_in_one_form_and_never_twice(int status, string body, string expected)
    {
        using var vault = FakeVault.Answering(status, body == "child" ? VaultBodies.Child : body);
        var form = new ChildForm("bcb-identity", "bcb-identity", "bcb.svc", new Dictionary<string, string> { ["replica"] = "r1" });

        var minting = await vault.Client().MintChildAsync(FakeVault.Token, form, FakeVault.Call);

        Assert.Equal(expected, minting switch
        {
            Minting.Denied(var why) => $"Denied {why}",
            Minting.Faulted(var fault) => $"Faulted {fault.GetType().Name}",
            _ => minting.GetType().Name,
        });
        var sent = Assert.Single(vault.Requests);
        Assert.Equal("/v1/auth/token/create/bcb-identity", sent.Uri.PathAndQuery);
        Assert.Equal(
            """{"policies":["bcb-identity"],"entity_alias":"bcb.svc","ttl":"60s","type":"batch","no_default_policy":true,"meta":{"replica":"r1"}}""",
            sent.Body);
    }

    [Theory]
    [InlineData(204, "", true)]
    [InlineData(500, """{"errors":["1 error occurred:\n\t* failed to find accessor entry for secret_id_accessor: \"a\"\n\n"]}""", true)]
    [InlineData(404, """{"request_id":"","data":{"error":"failed to find accessor entry for secret_id_accessor: \"a\""}}""", true)]
    [InlineData(403, """{"errors":["invalid secret id accessor"]}""", true)]
    [InlineData(403, """{"errors":["1 error occurred:\n\t* invalid secret id accessor\n\n"]}""", true)]
    [InlineData(500, """{"errors":["1 error occurred:\n\t* role \"team-a.ci\" does not exist\n\n"]}""", true)]
    [InlineData(400, VaultBodies.InvalidAccessor, true)]
    [InlineData(403, """{"errors":["1 error occurred:\n\t* invalid accessor\n\n"]}""", true)]
    [InlineData(403, VaultBodies.NoCapability, false)]
    [InlineData(403, VaultBodies.BadToken, false)]
    [InlineData(403, VaultBodies.NewBadToken, false)]
    [InlineData(403, """{"errors":null,"data":null}""", false)]
    [InlineData(404, VaultBodies.NoHandler, false)]
    [InlineData(500, VaultBodies.InternalError, false)]
    [InlineData(503, VaultBodies.Sealed, false)]
    [Trait("Requirement", "R-23")]
    public async Task What_is_gone_already_counts_as_ended_and_a_refusal_does_not(int status, string body, bool gone)
    {
        using var vault = FakeVault.Answering(status, body);
        Assert.Equal(gone, await vault.Client().EndRecoverySecretIdAsync(FakeVault.Token, "team-a.ci", "a", FakeVault.Call));
        Assert.Equal(gone, await vault.Client().EndTokenAsync(FakeVault.Token, "a", FakeVault.Call));
        Assert.Equal(["""{"secret_id_accessor":"a"}""", """{"accessor":"a"}"""], vault.Requests.Select(r => r.Body));
    }

    [Fact]
    public async Task An_entity_is_read_whole()
    {
        using var vault = FakeVault.Answering(200, VaultBodies.Entity);

        var entity = Assert.IsType<VaultAnswer<EntityFacts>.Ok>(await vault.Client().ReadEntityAsync(FakeVault.Token, "e1", FakeVault.Call)).Value;

        Assert.Equal(("e1", "n", false), (entity.Id, entity.Name, entity.Disabled));
        Assert.Equal(["g1", "g2"], entity.GroupIds);
        Assert.Equal(["g1"], entity.DirectGroupIds);
        Assert.Equal("red", entity.Metadata["team"]);
        Assert.Equal([new AliasFacts("bcb.a", "auth_token_1", "auth/token/", "e1")], entity.Aliases);
    }

    [Theory]
    [InlineData(204, "", "Absent")]
    [InlineData(404, VaultBodies.Nothing, "Absent")]
    [InlineData(200, """{"data":{"id":"e1"}}""", "Faulted")]
    [InlineData(200, "", "Faulted")]
    [InlineData(403, VaultBodies.NoCapability, "Denied")]
    public async Task An_alias_that_leads_nowhere_is_absent_and_an_entity_that_may_be_disabled_is_none(int status, string body, string expected)
    {
        using var vault = FakeVault.Answering(status, body);

        var answer = await vault.Client().LookupAliasAsync(FakeVault.Token, "bcb.a", "auth_token_1", FakeVault.Call);

        Assert.Equal(expected, answer.GetType().Name);
        Assert.Equal("""{"alias_name":"bcb.a","alias_mount_accessor":"auth_token_1"}""", vault.Requests[0].Body);
    }

    [Theory]
    [InlineData(200, VaultBodies.Self, "Ok")]
    [InlineData(400, VaultBodies.InvalidAccessor, "Absent")]
    [InlineData(403, VaultBodies.InvalidAccessor, "Absent")]
    [InlineData(403, VaultBodies.NoCapability, "Denied")]
    [InlineData(200, """{"data":{}}""", "Faulted")]
    public async Task An_accessor_whose_token_is_gone_is_absent(int status, string body, string expected)
    {
        using var vault = FakeVault.Answering(status, body);
        Assert.Equal(expected, (await vault.Client().LookupAccessorAsync(FakeVault.Token, "wa", FakeVault.Call)).GetType().Name);
    }

    [Fact]
    [Trait("Requirement", "R-07")]
    public async Task A_wrap_keeps_Vaults_own_text_of_its_creation_time()
    {
        using var vault = FakeVault.Answering(200, VaultBodies.Wrapped);

        var wrapped = Assert.IsType<Wrapping.Wrapped>(
            await vault.Client().WrapAsync(FakeVault.Token, """{"codes":["x"]}"""u8.ToArray(), TimeSpan.FromMinutes(5), FakeVault.Call));

        Assert.Equal(("wa", "2026-11-24T05:20:52.799202400Z", TimeSpan.FromMinutes(1)), (wrapped.Accessor, wrapped.CreationTime, wrapped.Ttl));
        Assert.Equal("300s", vault.Requests[0].Headers["X-Vault-Wrap-TTL"]);
        Assert.Equal("""{"codes":["x"]}""", vault.Requests[0].Body);
    }

    [Fact]
    public async Task Unwrapping_names_the_recipient_and_returns_the_data_alone()
    {
        using var vault = FakeVault.Answering(200, """{"request_id":"w","data":{"codes":["x"]}}""");

        var answer = await vault.Client().UnwrapAsync(FakeVault.Token, Wrapping, FakeVault.Call);

        Assert.Equal("""{"codes":["x"]}""", Encoding.UTF8.GetString(Assert.IsType<VaultAnswer<byte[]>.Ok>(answer).Value));
        Assert.Equal("s.CanaryCanaryCanaryCanary", vault.Requests[0].Headers["X-Vault-Token"]);
        Assert.Equal("""{"token":"s.QvHdqH6txBRYUXab5CKHiPfX"}""", vault.Requests[0].Body);
    }

    [Theory]
    [InlineData(400, VaultBodies.NotValid, "Absent")]
    [InlineData(403, VaultBodies.NoCapability, "Denied")]
    [InlineData(500, VaultBodies.InternalError, "Faulted")]
    [InlineData(200, """{"data":null,"auth":{}}""", "Faulted")]
    [Trait("Requirement", "R-08")]
    public async Task A_second_unwrap_finds_nothing_and_none_is_tried_twice(int status, string body, string expected)
    {
        using var vault = FakeVault.Answering(status, body);

        Assert.Equal(expected, (await vault.Client().UnwrapAsync(FakeVault.Token, Wrapping, FakeVault.Call)).GetType().Name);
        Assert.Single(vault.Requests);
    }

    [Fact]
    public async Task A_wrap_is_never_opened_by_itself_as_caller() =>
        await Assert.ThrowsAsync<ArgumentException>(() => FakeVault.Answering(200, "{}").Client().UnwrapAsync(Wrapping, Wrapping, FakeVault.Call));

    [Fact]
    public async Task A_wrap_is_looked_up_without_a_token_of_ones_own()
    {
        using var vault = FakeVault.Answering(200, """{"data":{"creation_path":"sys/wrapping/wrap","creation_time":"t","creation_ttl":60}}""");

        var answer = await vault.Client().LookupWrapAsync(Wrapping, FakeVault.Call);

        Assert.Equal(new WrapFacts("sys/wrapping/wrap", "t", TimeSpan.FromMinutes(1)), Assert.IsType<VaultAnswer<WrapFacts>.Ok>(answer).Value);
        Assert.False(vault.Requests[0].Headers.ContainsKey("X-Vault-Token"));
    }

    [Theory]
    [InlineData(200, """{"data":{"batch_results":[{"hmac":"vault:v2:MLZ+YDhmF/2xO7itNOcFZn0MB4U5JeH771LDJ+OqymY="}]}}""", "Ok")]
    [InlineData(200, """{"data":{"batch_results":[]}}""", "Faulted")]
    [InlineData(200, """{"data":{"batch_results":[{"error":"no"}]}}""", "Faulted")]
    [InlineData(200, """{"data":{"batch_results":[{"hmac":"vault:v2:AAAA"}]}}""", "Faulted")]
    [InlineData(200, """{"data":{"batch_results":[{"hmac":"vault:vx:MLZ+YDhmF/2xO7itNOcFZn0MB4U5JeH771LDJ+OqymY="}]}}""", "Faulted")]
    [InlineData(400, """{"errors":["encryption key not found"]}""", "Faulted")]
    [InlineData(403, VaultBodies.NoCapability, "Denied")]
    public async Task A_digest_comes_with_the_version_of_its_key(int status, string body, string expected)
    {
        using var vault = FakeVault.Answering(status, body);

        var answer = await vault.Client().TransitHmacAsync(FakeVault.Token, ["hello"u8.ToArray()], 2, FakeVault.Call);

        Assert.Equal(expected, answer.GetType().Name);
        Assert.Equal("""{"key_version":2,"batch_input":[{"input":"aGVsbG8="}]}""", vault.Requests[0].Body);
        if (answer is VaultAnswer<IReadOnlyList<PepperedDigest>>.Ok(var digests, _))
        {
            Assert.Equal((2, 32), (digests[0].KeyVersion, digests[0].Digest.Length));
        }
    }

    [Theory]
    [InlineData(200, VaultBodies.Login, "Ok")]
    [InlineData(400, """{"errors":["invalid secret id"]}""", "Denied")]
    [InlineData(500, """{"errors":["invalid secret id"]}""", "Denied")]
    [InlineData(500, """{"errors":["internal error"]}""", "Faulted")]
    [InlineData(400, """{"errors":["invalid role or secret ID"]}""", "Denied")]
    [InlineData(400, VaultBodies.NoToken, "Faulted")]
    [InlineData(503, VaultBodies.Sealed, "Faulted")]
    [InlineData(200, "{}", "Faulted")]
    public async Task A_log_in_is_sent_once_and_without_a_token(int status, string body, string expected)
    {
        using var vault = FakeVault.Answering(status, body);

        var answer = await vault.Client().LoginAppRoleAsync("role", VaultSecretId.TryParse("secret", out _)!, FakeVault.Call);

        Assert.Equal(expected, answer.GetType().Name);
        Assert.Equal("""{"role_id":"role","secret_id":"secret"}""", Assert.Single(vault.Requests).Body);
        Assert.False(vault.Requests[0].Headers.ContainsKey("X-Vault-Token"));
    }

    [Theory]
    [InlineData(200, """{"initialized":true,"sealed":false,"standby":false,"version":"1.8.0","cluster_id":"c"}""", true, false)]
    [InlineData(429, """{"initialized":true,"sealed":false,"standby":true,"version":"1.8.0","cluster_id":"c"}""", true, false)]
    [InlineData(503, """{"initialized":true,"sealed":true,"standby":true,"version":"1.8.0"}""", true, true)]
    [InlineData(502, "<html>", false, false)]
    public async Task Health_is_what_the_node_says_whatever_the_status(int status, string body, bool answered, bool isSealed)
    {
        using var vault = FakeVault.Answering(status, body);

        var health = await vault.Client().HealthAsync(FakeVault.Call);

        Assert.Equal((answered, isSealed), (health.Fault is null, health.Sealed));
    }
}
