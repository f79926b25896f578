using System.Text.Json;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Doctor;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Notices;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Recoveries;

/// <summary>Recovery ends in a log-in: a code alone, without any token, gives back what its identity's own role gives, once.</summary>
public sealed class RecoverTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private readonly TestClock _clock = new();

    [Theory]
    [MemberData(nameof(Recovering.Forms), MemberType = typeof(Recovering))]
    [Trait("Requirement", "R-36")]
    public async Task Whoever_holds_a_code_and_nothing_else_logs_in_and_reads_what_only_they_may(string profile)
    {
        var watch = new NoticeWatch();
        var lab = await Recovering.OpenAsync(environment, configure: services => services.AddSingleton<INoticeSink>(watch));
        var holding = await lab.HoldingAsync(profile);
        var other = await lab.HoldingAsync(profile);
        using var nobody = lab.Broker.AsNobody();

        var recovered = await nobody.RecoverAsync(holding.Identity, holding.Code());

        var token = await lab.LogInAsync(recovered);
        Assert.Equal(200, await lab.ReadsAsync(token, holding.Identity));
        Assert.Equal(403, await lab.ReadsAsync(token, other.Identity));
        Assert.Equal((9, profile == Recovering.ByToken ? "recovery" : "aal1"), (recovered.Json.GetProperty("remaining").GetInt32(), recovered.Member("assurance")));
        Assert.Equal(["claim-new-codes"], recovered.Json.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()));
        Assert.DoesNotContain(holding.Code(), recovered.Text, StringComparison.Ordinal);
        var kept = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.Equal(("recover", recovered.Member("operation_id")), (kept.Proof!.Operation, kept.Proof.OperationId));
        Assert.Equal(recovered.Member("operation_id"), Assert.Single(kept.Recoveries).OperationId);
        await lab.Broker.UntilAsync(() => Task.FromResult(watch.Taken.Count(n => n.Identity == holding.Identity && n.Entry.Notice is "recovered" or "claim-requested") >= 2));
        Assert.Equal("recovered", watch.Taken.Single(n => n.Identity == holding.Identity && n.Entry.Notice == "claim-requested").Entry.Cause);
    }

    [Theory]
    [MemberData(nameof(Recovering.Forms), MemberType = typeof(Recovering))]
    [Trait("Requirement", "R-14")]
    public async Task Until_the_wraps_deadline_the_same_request_gets_a_fresh_one_and_the_first_ends(string profile)
    {
        var lab = await Recovering.OpenAsync(environment, clock: _clock);
        var holding = await lab.HoldingAsync(profile);
        using var nobody = lab.Broker.AsNobody();
        var first = await nobody.RecoverAsync(holding.Identity, holding.Code(), "the-key");
        var early = profile == Recovering.ByToken ? await lab.LogInAsync(first) : null;
        var inside = early is null ? await lab.OpenAsync(first) : default;

        var again = await nobody.RecoverAsync(holding.Identity, holding.Code(), "the-key");

        Assert.Equal((200, first.Member("operation_id"), first.Member("remaining")), (again.Status, again.Member("operation_id"), again.Member("remaining")));
        Assert.NotEqual(first.Json.GetProperty("wrapping").GetProperty("token").GetString(), again.Json.GetProperty("wrapping").GetProperty("token").GetString());
        Assert.Equal(200, await lab.ReadsAsync(await lab.LogInAsync(again), holding.Identity));
        // Vault 1.13 answers 500 to a secret-id that is gone, others 400.
        Assert.Contains(early is null ? (await lab.TryLogInAsync(inside)).Status : await lab.ReadsAsync(early, holding.Identity), early is null ? new[] { 400, 500 } : [403]);
        Assert.Equal((409, "key-reused"), Of(await nobody.RecoverAsync(holding.Identity, holding.Code(1), "the-key")));
        Assert.Equal((403, "refused"), Of(await nobody.RecoverAsync(holding.Identity, holding.Code(), "another-key")));
        _clock.Move(TimeSpan.FromMinutes(6));
        Assert.Equal((403, "refused"), Of(await nobody.RecoverAsync(holding.Identity, holding.Code(), "the-key")));
        Assert.Equal(9, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Fact]
    public async Task A_token_that_is_sent_along_is_an_error_and_so_are_a_typo_and_a_missing_key()
    {
        var lab = await Recovering.OpenAsync(environment);
        var holding = await lab.HoldingAsync(Recovering.ByToken);
        using var nobody = lab.Broker.AsNobody();
        using var somebody = lab.Broker.As(lab.Cast.Owner);
        Assert.Equal((400, "malformed"), Of(await somebody.RecoverAsync(holding.Identity, holding.Code())));
        Assert.Equal((400, "malformed"), Of(await nobody.RecoverAsync(holding.Identity, holding.Code(), null, ("Authorization", "Bearer s.000000000000000000000000"))));
        Assert.Equal((400, "malformed"), Of(await nobody.RecoverAsync(holding.Identity, holding.Code()[..^1])));
        Assert.Equal((400, "malformed"), Of(await nobody.RecoverAsync(holding.Identity, holding.Code(), "")));
        Assert.Equal((400, "malformed"), Of(await nobody.SendAsync(HttpMethod.Post, $"/v1/identities/{holding.Identity}/recover", new { code = holding.Code(), purpose = "p" }, ("Idempotency-Key", "k"))));
        Assert.Equal((400, "malformed"), Of(await nobody.RecoverAsync("team-a.x%2F..%2Fother", holding.Code())));
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Fact]
    public async Task A_role_that_is_missing_spends_nothing_and_says_so()
    {
        var lab = await Recovering.OpenAsync(environment);
        foreach (var profile in new[] { Recovering.ByRole, Recovering.ByToken })
        {
            var holding = await lab.HoldingAsync(profile);
            await environment.Root.DeleteAsync($"auth/{environment.Names.RecoveryMount}/role/{holding.Identity}");
            await environment.Root.DeleteAsync($"auth/token/roles/{environment.Names.RecoveryRolePrefix}{holding.Identity}");
            using var nobody = lab.Broker.AsNobody();
            var missing = await nobody.RecoverAsync(holding.Identity, holding.Code(), "k");
            Assert.Equal((503, "not-ready"), Of(missing));
            Assert.Contains("recovery role", missing.Member("detail"), StringComparison.Ordinal);
            await lab.MakeRoleAsync(holding.Identity);
            Assert.Equal(200, await lab.ReadsAsync(await lab.LogInAsync(await nobody.RecoverAsync(holding.Identity, holding.Code(), "k")), holding.Identity));
        }
    }

    [Theory]
    [InlineData("allowed_policies", "[]")]
    [InlineData("orphan", "false")]
    [InlineData("token_type", "\"batch\"")]
    [Trait("Requirement", "R-44")]
    public async Task A_token_role_that_would_give_the_brokers_own_or_what_cannot_be_ended_gives_nothing(string field, string value)
    {
        var lab = await Recovering.OpenAsync(environment);
        var holding = await lab.HoldingAsync(Recovering.ByToken);
        var role = "auth/token/roles/" + environment.Names.RecoveryRolePrefix + holding.Identity;
        // Vault itself refuses a batch role with a longest life of its own.
        await environment.Root.PostAsync(role, new Dictionary<string, object> { [field] = JsonDocument.Parse(value).RootElement, ["token_explicit_max_ttl"] = field == "token_type" ? "0" : "15m" });
        using var nobody = lab.Broker.AsNobody();
        var refused = await nobody.RecoverAsync(holding.Identity, holding.Code(), "k");
        Assert.Equal((503, "not-ready"), Of(refused));
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);

        var report = await new BackupCodeBroker.Doctor.Doctor(
            new DoctorOptions { Vault = environment.Names, PolicyPrefix = environment.PolicyPrefix, Recoveries = true }, TimeProvider.System, null)
            .RunAsync(new VaultToken(environment.Vault.RootToken), TestContext.Current.CancellationToken);
        var found = Assert.IsType<CheckResult.Finding>(Assert.Single(report.Checks, c => c.Id == "recovery-roles" && c.About == role).Result);
        Assert.Equal(Severity.Error, found.Severity);
        Assert.StartsWith($"vault write {role} {field}=", Assert.Single(found.Fix.Commands), StringComparison.Ordinal);
        await lab.MakeRoleAsync(holding.Identity);
        Assert.Equal(200, await lab.ReadsAsync(await lab.LogInAsync(await nobody.RecoverAsync(holding.Identity, holding.Code(), "k")), holding.Identity));
    }

    [Fact]
    public async Task One_more_than_are_kept_ends_the_oldest()
    {
        var lab = await Recovering.OpenAsync(environment);
        var holding = await lab.HoldingAsync(Recovering.ByToken);
        using var nobody = lab.Broker.AsNobody();
        List<string> tokens = [];
        for (var i = 0; i < 9; i++)
        {
            tokens.Add(await lab.LogInAsync(await nobody.RecoverAsync(holding.Identity, holding.Code(i))));
        }

        Assert.Equal(403, await lab.ReadsAsync(tokens[0], holding.Identity));
        Assert.Equal(200, await lab.ReadsAsync(tokens[1], holding.Identity));
        var kept = (await environment.DocumentAsync(holding.Identity)).Document.Recoveries;
        Assert.Equal((9, 1), (kept.Count, kept.Count(r => r.EndedAt is not null)));
    }

    [Theory]
    [InlineData(Recovering.ByRole)]
    [InlineData(Recovering.ByToken)]
    [Trait("Requirement", "R-23")]
    public async Task Where_no_room_is_left_what_is_marked_is_ended_first_and_what_is_gone_already_counts_as_ended(string profile)
    {
        var lab = await Recovering.OpenAsync(environment);
        var holding = await lab.HoldingAsync(profile);
        using var nobody = lab.Broker.AsNobody();
        await lab.LogInAsync(await nobody.RecoverAsync(holding.Identity, holding.Code()));
        await environment.ChangeDocumentAsync(holding.Identity, document => document with
        {
            Recoveries = [.. document.Recoveries, .. Enumerable.Range(1, Recovery.MaxKept - 1).Select(i => document.Recoveries[0] with { Accessor = "gone-" + i, EndedAt = document.Recoveries[0].At })],
        });

        await lab.LogInAsync(await nobody.RecoverAsync(holding.Identity, holding.Code(1)));
        var kept = (await environment.DocumentAsync(holding.Identity)).Document.Recoveries;
        Assert.Equal((2, 0), (kept.Count, kept.Count(r => r.EndedAt is not null)));
    }

    [Fact]
    [Trait("Requirement", "R-17")]
    public async Task A_profile_without_recovery_hands_nothing_out_and_counts_nothing()
    {
        var lab = await Recovering.OpenAsync(environment);
        var holding = await lab.HoldingAsync("machine");
        using var nobody = lab.Broker.AsNobody();
        Assert.Equal((403, "refused"), Of(await nobody.RecoverAsync(holding.Identity, holding.Code())));
        Assert.Equal((403, "refused"), Of(await nobody.RecoverAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code()))));
        var active = (await environment.DocumentAsync(holding.Identity)).Document.Active!;
        Assert.Equal((10, 0), (active.Remaining, active.Failures));
    }

    [Fact]
    [Trait("Requirement", "R-20")]
    public async Task A_wrong_secret_counts_and_is_held_back_as_at_consume()
    {
        var lab = await Recovering.OpenAsync(environment, clock: _clock);
        var holding = await lab.HoldingAsync(Recovering.ByToken);
        using var nobody = lab.Broker.AsNobody();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal((403, "refused"), Of(await nobody.RecoverAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code()))));
        }

        Assert.Equal(3, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Failures);
        Assert.Equal([FailureLimits.Hold(1), FailureLimits.Hold(2), FailureLimits.Hold(3)], _clock.Holds);
        Assert.Equal(200, (await nobody.RecoverAsync(holding.Identity, holding.Code())).Status);
        Assert.Equal(0, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Failures);
    }

    private static (int, string?) Of(ApiReply reply) => (reply.Status, reply.Code);
}
