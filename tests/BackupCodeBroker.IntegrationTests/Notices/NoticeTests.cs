using System.Globalization;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Notices;

/// <summary>What happens to somebody's codes is told over a channel of its own, signed, in its order, with nothing secret and nobody's words in it .</summary>
public sealed class NoticeTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private const string Words = "words of somebody's own";

    [Fact]
    [Trait("Requirement", "R-36")]
    public async Task Issue_receipt_use_failed_attempts_and_endings_are_told_in_their_order()
    {
        await using var receiver = await WebhookReceiver.StartAsync(tls: true);
        var broker = await StartAsync(receiver, s => s with { Environment = "production", Failures = new(PerCode: 2, PerSet: 3) });
        var cast = await environment.CastAsync();
        var identity = BrokerEnvironment.NewIdentity();
        using var team = broker.As(cast.Team);
        await team.RegisterAsync(identity, cast.Owner.EntityId, more: new { owner = cast.Owner.EntityId, profile = "machine", external_id = "build@example.org" });
        var payload = await environment.ClaimAsync(broker, cast.Owner, identity);
        using var verifier = broker.As(cast.Verifier);
        var consumed = await verifier.ConsumeAsync(identity, payload.Codes[0], purpose: Words);
        await verifier.ConsumeAsync(identity, MadeCodes.WrongSecretOf(payload.Codes[1]));
        await verifier.ConsumeAsync(identity, MadeCodes.WrongSecretOf(payload.Codes[1]));
        await verifier.ConsumeAsync(identity, MadeCodes.WrongSecretOf(payload.Codes[2]));
        await team.RevokeAsync(identity, Words);
        using var owner = broker.As(cast.Owner);
        var doubted = await owner.IssueAsync(identity);
        await owner.InterceptedAsync(identity, doubted.Json.GetProperty("generation").GetInt32(), Words);

        string[] expected =
        [
            "issued", "activated", "consumed", "failed-attempts", "failed-attempts", "code-voided", "failed-attempts", "set-disabled", "revoked", "issued", "intercepted",
        ];
        var taken = await receiver.UntilTakenAsync(expected.Length);
        Assert.Equal(expected, taken.Select(t => t.Notice));
        Assert.All(taken, t => IsSound(t, identity, cast.Owner));
        Assert.Equal(taken.Count, taken.Select(t => t.Id).Distinct().Count());
        var use = taken[2];
        Assert.Equal((consumed.OperationId, "9", cast.Verifier.EntityId), (use.Data("operation_id"), use.Data("remaining"), use.Json.GetProperty("data").GetProperty("actor").GetProperty("entity").GetString()));
        Assert.Equal(("build@example.org", "1", "failures"), (use.Data("external_id"), taken[3].Data("failures"), taken[5].Data("cause")));
        var all = string.Concat(taken.Select(t => t.Text));
        Assert.All(payload.Codes, code => Assert.DoesNotContain(code, all, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(Words, all, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R-22")]
    [Trait("Requirement", "R-50")]
    public async Task Few_codes_ask_the_owner_once_and_the_last_one_tells_and_nothing_is_made()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var broker = await StartAsync(receiver, s => s with
        {
            Profiles = new Dictionary<string, Profile> { ["machine"] = Profile.Machine with { Count = 4, WarnBelow = 3 } },
        });
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        using var verifier = broker.As(cast.Verifier);
        foreach (var code in holding.Payload.Codes)
        {
            Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, code)).Status);
        }

        var taken = await receiver.UntilTakenAsync(8);
        Assert.Equal(
            ["issued", "activated", "consumed", "consumed", "claim-requested", "consumed", "consumed", "exhausted"], taken.Select(t => t.Notice));
        Assert.Equal(("few-left", "2"), (taken[4].Data("cause"), taken[4].Data("remaining")));
        var (document, _) = await environment.DocumentAsync(holding.Identity);
        Assert.Equal((1, null), (document.LastGeneration, document.Pending));
        Assert.Equal(["few-left"], document.Active!.Asked);
    }

    [Fact]
    [Trait("Requirement", "R-36")]
    public async Task Failed_attempts_that_are_counted_together_are_one_notice_with_their_number()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var broker = await StartAsync(receiver);
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        using var verifier = broker.As(cast.Verifier);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => verifier.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code(i)))));
        await receiver.UntilAsync(r => Failures(r) >= 10, "ten failures");
        Assert.Equal(10, Failures(receiver));

        static int Failures(WebhookReceiver receiver) => receiver.Taken.DistinctBy(t => t.Id).Where(t => t.Notice == NoticeKinds.FailedAttempts)
            .Sum(t => int.Parse(t.Data("failures")!, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task What_was_delivered_goes_out_with_the_next_write_and_without_one_by_work_of_the_brokers_own()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var slow = receiver.Settings with { ClearEvery = TimeSpan.FromHours(1) };
        var broker = await environment.StartAsync(s => s with { Notices = slow }, clock: new TestClock());
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        await receiver.UntilTakenAsync(2);
        using var verifier = broker.As(cast.Verifier);
        await verifier.ConsumeAsync(holding.Identity, holding.Code());
        Assert.Equal(["consumed"], (await environment.DocumentAsync(holding.Identity)).Document.Outbox.Select(e => e.Notice));

        var clearing = await StartAsync(receiver);
        var other = await environment.HoldingAsync(clearing, cast);
        await clearing.UntilAsync(async () => (await environment.DocumentAsync(other.Identity)).Document.Outbox.Count == 0);
        Assert.Equal(0, (await environment.DocumentAsync(other.Identity)).Document.DeadLetters);
    }

    private Task<RunningBroker> StartAsync(WebhookReceiver receiver, Func<BrokerSettings, BrokerSettings>? settings = null) =>
        environment.StartAsync(s => (settings ?? (x => x))(s) with { Notices = receiver.Settings }, clock: new TestClock());

    private static void IsSound(Received notice, string identity, Person owner)
    {
        Assert.Equal(notice.Expected, notice.Signature);
        Assert.StartsWith("application/cloudevents+json", notice.ContentType, StringComparison.Ordinal);
        Assert.InRange(long.Parse(notice.Timestamp, CultureInfo.InvariantCulture), DateTimeOffset.UtcNow.AddMinutes(-2).ToUnixTimeSeconds(), DateTimeOffset.UtcNow.AddMinutes(2).ToUnixTimeSeconds());
        var json = notice.Json;
        Assert.Equal(
            ("1.0", notice.Id, "urn:backup-code-broker:production", identity, "application/json"),
            (json.GetProperty("specversion").GetString(), json.GetProperty("id").GetString(), json.GetProperty("source").GetString(), json.GetProperty("subject").GetString(), json.GetProperty("datacontenttype").GetString()));
        Assert.True(json.TryGetProperty("time", out _));
        Assert.Equal((identity, owner.EntityId), (notice.Data("identity"), notice.Data("owner")));
        Assert.Matches("^[0-9a-f]{32}$", notice.Id);
    }
}
