using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Delivery;

/// <summary>Codes are worth something only once their recipient has proven receipt; whatever happens to a pending set leaves the active one as it was.</summary>
public sealed class ReceiptTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private readonly TestClock _clock = new();
    private RunningBroker _broker = null!;
    private Cast _cast = null!;
    private ApiClient _owner = null!;
    private ApiClient _desk = null!;

    /// <summary>What becomes of a pending set.</summary>
    public enum End
    {
        Stolen,
        Replaced,
        Revoked,
        Lapsed,
        Guessed,
    }

    [Theory]
    [Trait("Requirement", "R-09")]
    [Trait("Requirement", "R-11")]
    [InlineData(End.Stolen)]
    [InlineData(End.Replaced)]
    [InlineData(End.Lapsed)]
    [InlineData(End.Guessed)]
    [InlineData(End.Revoked)]
    public async Task Ending_the_pending_set_makes_the_wrap_worthless_and_leaves_the_active_set_alone(End end)
    {
        await ArrangeAsync();
        var holding = await environment.HoldingAsync(_broker, _cast);
        var issued = await _owner.IssueAsync(holding.Identity);
        await EndAsync(end, holding.Identity);

        var stolen = await environment.UnwrapAsync(_cast.Owner, issued);
        var activation = await _owner.ActivateAsync(holding.Identity, stolen.Generation, stolen.Activation);
        Assert.Equal((403, "refused"), (activation.Status, activation.Code));
        foreach (var code in stolen.Codes)
        {
            Assert.Equal(403, (await _desk.ConsumeAsync(holding.Identity, code)).Status);
        }

        var active = await _desk.ConsumeAsync(holding.Identity, holding.Code());
        Assert.Equal(end == End.Revoked ? 403 : 200, active.Status);
    }

    [Fact]
    [Trait("Requirement", "R-11")]
    public async Task A_pending_code_is_refused_and_does_not_count_until_it_is_activated()
    {
        await ArrangeAsync();
        var holding = await environment.HoldingAsync(_broker, _cast);
        var pending = await environment.UnwrapAsync(_cast.Owner, await _owner.IssueAsync(holding.Identity));

        Assert.Equal("pending", (await _desk.ConsumeAsync(holding.Identity, pending.Codes[0])).Reason);
        Assert.Equal(200, (await _desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
        Assert.Equal(204, (await _owner.ActivateAsync(holding.Identity, pending.Generation, pending.Activation)).Status);
        Assert.Equal("ended", (await _desk.ConsumeAsync(holding.Identity, holding.Code(1))).Reason);
        Assert.Equal(200, (await _desk.ConsumeAsync(holding.Identity, pending.Codes[0])).Status);
    }

    [Fact]
    [Trait("Requirement", "R-09")]
    public async Task A_deadline_that_passes_lapses_the_set_and_raises_an_alarm()
    {
        await ArrangeAsync();
        using var metrics = new MetricWatch(_broker);
        var holding = await environment.HoldingAsync(_broker, _cast);
        var payload = await environment.UnwrapAsync(_cast.Owner, await _owner.IssueAsync(holding.Identity));
        _clock.Move(TimeSpan.FromMinutes(6) + TimeSpan.FromSeconds(5));

        var late = await _owner.ActivateAsync(holding.Identity, payload.Generation, payload.Activation);

        Assert.Equal("lapsed", late.Reason);
        Assert.Equal(1, metrics.Count("bcb.alarms", "pending-lapsed"));
        Assert.Null((await environment.DocumentAsync(holding.Identity)).Document.Pending);
        Assert.Equal(200, (await _desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
    }

    [Fact]
    [Trait("Requirement", "R-11")]
    public async Task A_wrong_activation_secret_is_refused_and_ten_end_the_pending_set()
    {
        await ArrangeAsync();
        using var metrics = new MetricWatch(_broker);
        var holding = await environment.HoldingAsync(_broker, _cast);
        var payload = await environment.UnwrapAsync(_cast.Owner, await _owner.IssueAsync(holding.Identity));
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal("wrong-activation", (await _owner.ActivateAsync(holding.Identity, payload.Generation, new string('0', 26))).Reason);
        }

        Assert.NotNull((await environment.DocumentAsync(holding.Identity)).Document.Pending);
        await _owner.ActivateAsync(holding.Identity, payload.Generation, new string('0', 26));
        Assert.Equal("not-pending", (await _owner.ActivateAsync(holding.Identity, payload.Generation, payload.Activation)).Reason);
        Assert.Equal(1, metrics.Count("bcb.alarms", "activation-guessed"));
    }

    [Fact]
    [Trait("Requirement", "R-11")]
    public async Task Activating_again_with_the_same_secret_is_no_error_and_changes_nothing()
    {
        await ArrangeAsync();
        var holding = await environment.HoldingAsync(_broker, _cast);
        var before = await environment.DocumentAsync(holding.Identity);
        Assert.Equal(204, (await _owner.ActivateAsync(holding.Identity, 1, holding.Payload.Activation)).Status);
        Assert.Equal(before.Version, (await environment.DocumentAsync(holding.Identity)).Version);
    }

    [Fact]
    [Trait("Requirement", "R-08")]
    public async Task A_second_unwrap_fails_and_reporting_it_ends_the_pending_set_and_alarms()
    {
        await ArrangeAsync();
        using var metrics = new MetricWatch(_broker);
        var holding = await environment.HoldingAsync(_broker, _cast);
        var thief = await environment.OwnerAsync();
        var issued = await _owner.IssueAsync(holding.Identity);
        var stolen = await environment.UnwrapAsync(thief, issued);

        var token = issued.Json.GetProperty("wrapping").GetProperty("token").GetString();
        var second = await environment.Root.TryAsync(HttpMethod.Post, "sys/wrapping/unwrap", new { token }, _cast.Owner.Token);
        Assert.Equal(400, second.Status);
        Assert.Equal(204, (await _owner.InterceptedAsync(holding.Identity, stolen.Generation, "was opened before me")).Status);

        Assert.Equal(1, metrics.Count("bcb.alarms", "intercepted"));
        Assert.Equal(403, (await _owner.ActivateAsync(holding.Identity, stolen.Generation, stolen.Activation)).Status);
        Assert.Equal(200, (await _desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
    }

    [Fact]
    [Trait("Requirement", "R-08")]
    public async Task A_set_that_the_thief_has_activated_ends_by_the_report_as_well()
    {
        await ArrangeAsync();
        var identity = BrokerEnvironment.NewIdentity();
        await _broker.RegisterAsync(_cast.Team, identity, _cast.Owner);
        var thief = await environment.HolderAsync("thief", "retrieve/*");
        var stolen = await environment.UnwrapAsync(thief, await _owner.IssueAsync(identity));
        using var thiefs = _broker.As(thief);
        Assert.Equal(204, (await thiefs.ActivateAsync(identity, stolen.Generation, stolen.Activation)).Status);

        Assert.Equal(204, (await _owner.InterceptedAsync(identity, stolen.Generation, "not me")).Status);

        Assert.Equal(403, (await _desk.ConsumeAsync(identity, stolen.Codes[0])).Status);
    }

    [Fact]
    [Trait("Requirement", "R-07")]
    [Trait("Requirement", "R-02")]
    public async Task No_answer_no_document_and_no_audit_line_holds_a_code_or_an_activation_secret()
    {
        await ArrangeAsync();
        await using var audit = await AuditFile.StartAsync(environment);
        var identity = BrokerEnvironment.NewIdentity();
        await _broker.RegisterAsync(_cast.Team, identity, _cast.Owner);
        List<ApiReply> replies = [await _owner.IssueAsync(identity)];
        var payload = await environment.UnwrapAsync(_cast.Owner, replies[0]);
        replies.Add(await _owner.StatusAsync(identity));
        replies.Add(await _owner.ActivateAsync(identity, payload.Generation, payload.Activation));
        replies.Add(await _desk.ConsumeAsync(identity, payload.Codes[0], "k"));
        replies.Add(await _desk.ConsumeAsync(identity, payload.Codes[0], "k", "other"));
        replies.Add(await _desk.ConsumeAsync(identity, MadeCodes.WrongSecretOf(payload.Codes[1])));
        replies.Add(await _desk.ConsumeAsync(identity, payload.Codes[1][..^1] + "!"));
        replies.Add(await _owner.ActivateAsync(identity, payload.Generation, payload.Activation));
        replies.Add(await _owner.RevokeAsync(identity));
        var document = (await environment.Root.GetAsync($"{environment.Names.KvMount}/data/identities/bcb.{identity}")).GetRawText();

        string[] sinks = [.. replies.Select(r => r.Text + string.Join(' ', r.Headers.SelectMany(h => h.Value))), document, await audit.TextAsync()];
        foreach (var secret in payload.Codes.SelectMany(c => new[] { c, c.Replace("-", "", StringComparison.Ordinal), c[11..] }).Append(payload.Activation))
        {
            Assert.DoesNotContain(sinks, sink => sink.Contains(secret, StringComparison.OrdinalIgnoreCase));
        }
    }

    private async Task ArrangeAsync()
    {
        _broker = await environment.StartAsync(clock: _clock);
        _cast = await environment.CastAsync();
        (_owner, _desk) = (_broker.As(_cast.Owner), _broker.As(_cast.Desk));
    }

    private async Task EndAsync(End end, string identity)
    {
        switch (end)
        {
            case End.Stolen:
                await _owner.InterceptedAsync(identity, 2, "stolen");
                break;
            case End.Replaced:
                await _owner.IssueAsync(identity);
                break;
            case End.Revoked:
                await _owner.RevokeAsync(identity);
                break;
            case End.Lapsed:
                _clock.Move(TimeSpan.FromMinutes(7));
                break;
            case End.Guessed:
                for (var i = 0; i < 10; i++)
                {
                    await _owner.ActivateAsync(identity, 2, new string('0', 26));
                }

                break;
        }
    }
}
