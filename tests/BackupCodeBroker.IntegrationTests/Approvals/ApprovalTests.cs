using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Approvals;

/// <summary>Every route of approvals and reviews over HTTP, with what each refuses.</summary>
public sealed class ApprovalTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private const string NoId = "0123456789abcdef0123456789abcdef";

    private readonly TestClock _clock = new();

    [Fact]
    [Trait("Requirement", "R-28")]
    public async Task Three_entities_take_part_the_consent_serves_once_and_the_use_is_looked_at()
    {
        var desk = await HelpDesk.OpenAsync(environment, clock: _clock);
        var holding = await desk.HoldingAsync();
        Assert.Equal((403, "approval-required"), Told(await desk.ConsumeAsync(holding)));
        Assert.Contains("bcb approve request", (await desk.ConsumeAsync(holding)).Member("detail"), StringComparison.Ordinal);

        var approval = await desk.AskedAsync(holding.Identity);
        Assert.Equal((403, "approval-required"), Told(await desk.ConsumeAsync(holding)));
        Assert.Equal((403, "not-a-second-person"), Told(await desk.GiveAsync(holding.Identity, approval, desk.Ann)));
        Assert.Equal(204, (await desk.GiveAsync(holding.Identity, approval, body: new { note = "called back" })).Status);
        Assert.Equal(204, (await desk.GiveAsync(holding.Identity, approval)).Status);
        var listed = Assert.Single((await desk.ListAsync(holding.Identity)).Json.GetProperty("approvals").EnumerateArray());
        Assert.Equal(
            ("approved", "phone lost", "HD-4711", "video call, badge seen", "called back", desk.Ann.EntityId, desk.Bob.EntityId),
            (Of(listed, "state"), Of(listed, "reason"), Of(listed, "ticket"), Of(listed, "verification"), Of(listed, "note"),
                Of(listed.GetProperty("requested_by"), "entity"), Of(listed.GetProperty("answered_by"), "entity")));

        var spent = await desk.ConsumeAsync(holding, key: "once");
        Assert.True(spent.Status == 200, spent.Text);
        Assert.Equal(spent.Member("operation_id"), (await desk.ConsumeAsync(holding, key: "once")).Member("operation_id"));
        Assert.Equal((403, "approval-required"), Told(await desk.ConsumeAsync(holding, code: 1)));

        var operation = spent.Member("operation_id")!;
        Assert.Equal((403, "not-a-second-person"), Told(await desk.ReviewAsync(holding.Identity, operation, await ConsumerWhoApprovesAsync(desk))));
        var status = await StatusAsync(desk, holding.Identity);
        Assert.Equal(("0", "1"), (status.Member("open_approvals"), status.Member("open_reviews")));
        var review = Assert.Single(status.Json.GetProperty("reviews").EnumerateArray());
        Assert.Equal((operation, "consume", "approval", "HD-4711"), (Of(review, "operation"), Of(review, "kind"), Of(review, "cause"), Of(review, "ticket")));
        Assert.Equal(204, (await desk.ReviewAsync(holding.Identity, operation)).Status);
        Assert.Equal((403, "no-such-review"), Told(await desk.ReviewAsync(holding.Identity, operation)));
        Assert.Equal("0", (await StatusAsync(desk, holding.Identity)).Member("open_reviews"));
    }

    [Fact]
    [Trait("Requirement", "R-28")]
    public async Task The_record_of_a_use_names_the_approval_that_it_ran_under()
    {
        var logs = new CapturingLogs();
        var desk = await HelpDesk.OpenAsync(environment);
        desk = desk with { Broker = await environment.StartAsync(HelpDesk.Settings, services => services.AddLogging(l => l.AddProvider(logs))) };
        var holding = await desk.HoldingAsync();
        var without = await desk.ConsumeAsync(holding);
        var approval = await desk.ApprovedAsync(holding.Identity);
        var spent = await desk.ConsumeAsync(holding, key: "once");
        var repeated = await desk.ConsumeAsync(holding, key: "once");
        Assert.Equal([403, 200, 200], [without.Status, spent.Status, repeated.Status]);

        object?[] Named(string operation) =>
            [.. logs.Access.Where(r => (r["bcb.operation"], r.GetValueOrDefault("bcb.identity")) is (string o, string i) && (o, i) == (operation, holding.Identity)).Select(r => r.GetValueOrDefault("bcb.approval"))];
        Assert.Equal([null, approval, approval], Named("consume"));
        // Asked for under its own id, then answered.
        Assert.Equal([null, approval], Named("approve"));
        Assert.All(Named("issue"), Assert.Null);
    }

    [Theory]
    [Trait("Requirement", "R-28")]
    [InlineData("the requester consumes", "not-a-second-person")]
    [InlineData("the approver consumes", "not-a-second-person")]
    [InlineData("its time is over", "approval-required")]
    [InlineData("it was denied after it was given", "approval-required")]
    [InlineData("a lockdown came since and the codes are newer", "approval-required")]
    [InlineData("a lockdown is in force", "frozen")]
    [InlineData("the codes were replaced", "approval-required")]
    [InlineData("it was for issuing", "approval-required")]
    public async Task A_right_code_is_refused_and_not_spent_where(string what, string reason)
    {
        var desk = await HelpDesk.OpenAsync(environment, clock: _clock);
        var profile = what == "it was for issuing" ? "strict" : HelpDesk.Guarded;
        var holding = profile == "strict" ? await StrictAsync(desk) : await desk.HoldingAsync();
        var consumer = desk.Cast.Desk;
        var consuming = await environment.PolicyAsync("consuming", "consume/*", "approve/*", "status/*");
        var both = await environment.PersonAsync("both", consuming);
        if (what is "the requester consumes" or "the approver consumes")
        {
            consumer = both;
            var approval = (await desk.AskAsync(holding.Identity, what == "the requester consumes" ? both : desk.Ann)).Member("approval")!;
            Assert.Equal(204, (await desk.GiveAsync(holding.Identity, approval, what == "the requester consumes" ? desk.Bob : both)).Status);
        }
        else
        {
            holding = await SpoilAsync(desk, holding, what);
        }

        Assert.Equal((403, reason), Told(await desk.ConsumeAsync(holding, by: consumer)));
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Theory]
    [Trait("Requirement", "R-28")]
    [InlineData("the requester was merged into the approver")]
    [InlineData("the requester was deleted")]
    [InlineData("the approver was deleted")]
    [InlineData("the approver was disabled")]
    public async Task People_whom_vault_does_not_have_as_they_were_are_no_second_person(string what)
    {
        var tap = new VaultTap(environment.Names);
        var desk = await HelpDesk.OpenAsync(environment, tap);
        var (holding, calm) = (await desk.HoldingAsync(), await desk.HoldingAsync());
        await desk.ApprovedAsync(holding.Identity);
        var unanswered = await desk.AskedAsync(calm.Identity);
        var id = what.StartsWith("the requester", StringComparison.Ordinal) ? desk.Ann.EntityId : desk.Bob.EntityId;
        await (what.Split(' ')[^1] switch
        {
            "deleted" => environment.Root.DeleteAsync("identity/entity/id/" + id),
            "disabled" => environment.Root.PostAsync("identity/entity/id/" + id, new { disabled = true }),
            _ => environment.Root.MergeAsync(desk.Ann.EntityId, desk.Bob.EntityId),
        });

        Assert.Equal((403, "not-a-second-person"), Told(await desk.ConsumeAsync(holding)));
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
        if (id == desk.Ann.EntityId)
        {
            var late = await environment.PersonAsync("carl", "help-desk");
            Assert.Equal((403, "not-a-second-person"), Told(await desk.GiveAsync(calm.Identity, unanswered, late)));
        }
    }

    [Fact]
    public async Task The_people_of_a_consent_are_read_side_by_side_and_only_where_one_waits()
    {
        var tap = new VaultTap(environment.Names);
        var desk = await HelpDesk.OpenAsync(environment, tap, new TestClock(stands: true));
        var holding = await desk.HoldingAsync();
        await desk.ConsumeAsync(holding);
        var without = await desk.ConsumeAsync(holding);
        await desk.ApprovedAsync(holding.Identity);
        var gates = new RoundTrips(
            [[TappedCall.Read, TappedCall.State, TappedCall.Entity, TappedCall.Entity], [TappedCall.Entity, TappedCall.Entity, TappedCall.Entity]]);
        tap.Interfere = async (call, send) =>
        {
            var answer = await send();
            await gates.AllSentAsync(call.Name);
            return answer;
        };
        var spent = await desk.ConsumeAsync(holding);
        Assert.Equal((403, 200), (without.Status, spent.Status));
        Assert.Equal((2, 5), (tap.NamesOf(without).Count(n => n == TappedCall.Entity), tap.NamesOf(spent).Count(n => n == TappedCall.Entity)));
        Assert.Equal(4, tap.RoundTripsOf(spent));
    }

    [Fact]
    public async Task A_wrong_code_counts_whether_or_not_anybody_consented()
    {
        var desk = await HelpDesk.OpenAsync(environment);
        var holding = await desk.HoldingAsync();
        using var api = desk.Broker.As(desk.Cast.Desk);
        Assert.Equal("wrong", (await api.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code()))).Reason);
        await desk.ApprovedAsync(holding.Identity);
        Assert.Equal("wrong", (await api.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code()))).Reason);
        Assert.Equal(2, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Failures);
        Assert.Equal(200, (await desk.ConsumeAsync(holding)).Status);
    }

    [Theory]
    [Trait("Requirement", "R-05")]
    [InlineData(HelpDesk.Guarded)]
    [InlineData("paper")]
    public async Task A_stranger_cannot_tell_a_missing_approval_from_any_refusal(string profile)
    {
        var tap = new VaultTap(environment.Names);
        var desk = await HelpDesk.OpenAsync(environment, tap, _clock);
        var holding = await desk.HoldingAsync(profile);
        var other = await desk.HoldingAsync(profile);
        using (var team = desk.Broker.As(desk.Cast.Team))
        {
            Assert.Equal(204, (await team.RevokeAsync(other.Identity)).Status);
        }

        var seen = new List<(string Answer, string Cold, string Warm)>();
        foreach (var one in new[] { holding, other })
        {
            _clock.Move(TimeSpan.FromHours(2));
            var cold = await desk.ConsumeAsync(one, by: desk.Cast.Verifier);
            var warm = await desk.ConsumeAsync(one, by: desk.Cast.Verifier);
            Assert.Equal((403, "refused", null), (cold.Status, cold.Code, cold.Reason));
            Assert.Equal(cold.UniformHeaders + cold.Uniform, warm.UniformHeaders + warm.Uniform);
            seen.Add((cold.UniformHeaders + cold.Uniform, Calls(tap, cold), Calls(tap, warm)));
        }

        Assert.Equal(seen[0], seen[1]);
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Fact]
    public async Task Codes_are_issued_only_with_another_ones_consent_and_the_owner_may_ask()
    {
        var desk = await HelpDesk.OpenAsync(environment);
        var owner = await environment.PersonAsync("owner", "owner");
        var identity = BrokerEnvironment.NewIdentity();
        await desk.Broker.RegisterAsync(desk.Cast.Team, identity, owner, "strict");
        using var api = desk.Broker.As(owner);
        Assert.Equal((403, "approval-required"), Told(await api.IssueAsync(identity)));
        var approval = (await desk.AskAsync(identity, owner, "issue")).Member("approval")!;
        Assert.Equal((403, "not-a-second-person"), Told(await desk.GiveAsync(identity, approval, owner)));
        Assert.Equal(204, (await desk.GiveAsync(identity, approval)).Status);
        Assert.Equal(201, (await api.IssueAsync(identity)).Status);
        Assert.Equal((403, "approval-required"), Told(await api.IssueAsync(identity)));
        Assert.Equal("issue", (await environment.DocumentAsync(identity)).Document.Reviews.Single().Operation);
    }

    [Fact]
    public async Task Each_use_at_break_glass_waits_to_be_looked_at_and_lists_count_it()
    {
        var desk = await HelpDesk.OpenAsync(environment);
        var holding = await desk.HoldingAsync(HelpDesk.Emergency);
        Assert.Equal(200, (await desk.ConsumeAsync(holding)).Status);
        Assert.Equal(200, (await desk.ConsumeAsync(holding, code: 1)).Status);
        Assert.Equal((403, "nothing-to-approve"), Told(await desk.AskAsync(holding.Identity)));
        using var team = desk.Broker.As(desk.Cast.Team);
        var row = (await team.ListAsync("?limit=200")).Json.GetProperty("identities").EnumerateArray().Single(i => Of(i, "identity") == holding.Identity);
        Assert.Equal(("0", "2"), (Of(row, "open_approvals"), Of(row, "open_reviews")));
        Assert.Equal(2, (await desk.ListAsync(holding.Identity)).Json.GetProperty("reviews").GetArrayLength());
    }

    [Fact]
    public async Task Eight_requests_are_open_at_most()
    {
        var desk = await HelpDesk.OpenAsync(environment, clock: _clock);
        var holding = await desk.HoldingAsync();
        var first = await desk.AskedAsync(holding.Identity);
        for (var i = 1; i < 8; i++)
        {
            await desk.AskedAsync(holding.Identity);
        }

        Assert.Equal((403, "approvals-full"), Told(await desk.AskAsync(holding.Identity)));
        Assert.Equal(204, (await desk.DenyAsync(holding.Identity, first)).Status);
        Assert.Equal((403, "no-such-approval"), Told(await desk.GiveAsync(holding.Identity, first)));
        await desk.AskedAsync(holding.Identity);
        _clock.Move(TimeSpan.FromMinutes(15));
        Assert.Equal(0, (await desk.ListAsync(holding.Identity)).Json.GetProperty("approvals").GetArrayLength());
        await desk.AskedAsync(holding.Identity);
    }

    [Fact]
    public async Task Who_may_not_approve_may_not_ask_list_deny_or_review_either()
    {
        var desk = await HelpDesk.OpenAsync(environment);
        var holding = await desk.HoldingAsync();
        var approval = await desk.AskedAsync(holding.Identity);
        ApiReply[] replies =
        [
            await desk.AskAsync(holding.Identity, desk.Cast.Verifier), await desk.ListAsync(holding.Identity, desk.Cast.Verifier),
            await desk.GiveAsync(holding.Identity, approval, desk.Cast.Verifier), await desk.DenyAsync(holding.Identity, approval, desk.Cast.Verifier),
            await desk.ReviewAsync(holding.Identity, approval, desk.Cast.Verifier),
        ];
        Assert.All(replies, r => Assert.Equal((403, "not-permitted"), (r.Status, r.Code)));
        Assert.All(replies, r => Assert.EndsWith("/approve/" + holding.Identity, r.Member("path"), StringComparison.Ordinal));
        var stranger = await environment.PersonAsync("other-owner", "owner");
        Assert.Equal("not-permitted", (await desk.ListAsync(holding.Identity, stranger)).Code);
        Assert.Equal("unknown-identity", (await desk.ListAsync(BrokerEnvironment.NewIdentity())).Reason);
    }

    [Theory]
    [InlineData("approvals", """{"operation":"drill","reason":"r","ticket":"t","verification":"v"}""", "operation")]
    [InlineData("approvals", """{"operation":"consume","reason":"r","ticket":"t"}""", "verification")]
    [InlineData("approvals", """{"operation":"consume","reason":"","ticket":"t","verification":"v"}""", "reason")]
    [InlineData("approvals", """{"operation":"consume","reason":"r","ticket":"t\u0007","verification":"v"}""", "ticket")]
    [InlineData("approvals", """{"operation":"consume","reason":"r","ticket":"{long}","verification":"v"}""", "ticket")]
    [InlineData("approvals", """{"operation":"consume","reason":"{huge}","ticket":"t","verification":"v"}""", "reason")]
    [InlineData("approvals", """{"operation":"consume","reason":"{code}","ticket":"t","verification":"v"}""", "reason")]
    [InlineData("approvals", """{"operation":"consume","reason":"r","ticket":"{code}","verification":"v"}""", "ticket")]
    [InlineData("approvals", """{"operation":"consume","reason":"r","ticket":"t","verification":"said {code}"}""", "verification")]
    [InlineData("approvals", """{"operation":["consume"],"reason":"r","ticket":"t","verification":"v"}""", "operation")]
    [InlineData("approvals/" + NoId + "/approve", """{"note":"{code}"}""", "note")]
    [InlineData("approvals/" + NoId + "/approve", """{"reason":"r"}""", "reason")]
    [InlineData("approvals/" + NoId + "/deny", "{}", "reason")]
    [InlineData("approvals/0123456789ABCDEF0123456789ABCDEF/approve", "{}", "approval")]
    [InlineData("approvals/x/deny", """{"reason":"r"}""", "approval")]
    [InlineData("reviews/" + NoId, "{}", "note")]
    [InlineData("reviews/..%2f..%2f", """{"note":"n"}""", "operation")]
    public async Task What_is_malformed_is_told_and_reaches_no_document(string route, string body, string field)
    {
        var desk = await HelpDesk.OpenAsync(environment);
        var holding = await desk.HoldingAsync();
        body = body.Replace("{long}", new string('t', 65), StringComparison.Ordinal).Replace("{huge}", new string('r', 257), StringComparison.Ordinal)
            .Replace("{code}", holding.Code(), StringComparison.Ordinal);
        using var api = desk.Broker.As(desk.Ann);
        var reply = await api.SendAsync(HttpMethod.Post, $"/v1/identities/{holding.Identity}/{route}", body);
        Assert.Equal((400, "malformed"), (reply.Status, reply.Code));
        Assert.Contains(reply.Json.GetProperty("errors").EnumerateArray(), e => Of(e, "field") == field);
        Assert.DoesNotContain(holding.Code(), reply.Text, StringComparison.Ordinal);
        Assert.Empty((await environment.DocumentAsync(holding.Identity)).Document.Approvals);
    }

    [Fact]
    public async Task The_longest_words_in_any_script_are_taken()
    {
        var desk = await HelpDesk.OpenAsync(environment);
        var holding = await desk.HoldingAsync();
        var words = new string('世', 256);
        using var api = desk.Broker.As(desk.Ann);
        var reply = await api.SendAsync(
            HttpMethod.Post, $"/v1/identities/{holding.Identity}/approvals", new { operation = "consume", reason = words, ticket = words[..64], verification = words });
        Assert.True(reply.Status == 201, reply.Text);
        Assert.Equal(204, (await desk.GiveAsync(holding.Identity, reply.Member("approval")!, body: new { note = words })).Status);
        Assert.Equal(200, (await desk.ConsumeAsync(holding)).Status);
    }

    private static string Calls(VaultTap tap, ApiReply reply) => string.Join('\n', tap.NamesOf(reply).Order(StringComparer.Ordinal));

    private static (int, string?) Told(ApiReply reply) => (reply.Status, reply.Reason);

    private static string? Of(System.Text.Json.JsonElement element, string name) => element.GetProperty(name).ToString();

    // The verifier of this run, with a token that may also approve: the same entity in another part.
    private async Task<Person> ConsumerWhoApprovesAsync(HelpDesk desk)
    {
        var policy = await environment.PolicyAsync("approving", "approve/*", "status/*");
        await environment.Root.PostAsync("identity/entity/id/" + desk.Cast.Desk.EntityId, new { policies = new[] { environment.PolicyPrefix + policy } });
        return desk.Cast.Desk;
    }

    private static async Task<ApiReply> StatusAsync(HelpDesk desk, string identity)
    {
        using var api = desk.Broker.As(desk.Ann);
        return await api.StatusAsync(identity);
    }

    private async Task<Holding> StrictAsync(HelpDesk desk)
    {
        var identity = BrokerEnvironment.NewIdentity();
        await desk.Broker.RegisterAsync(desk.Cast.Team, identity, desk.Cast.Owner, "strict");
        await desk.ApprovedAsync(identity, "issue");
        return new Holding(identity, await environment.ClaimAsync(desk.Broker, desk.Cast.Owner, identity));
    }

    private async Task<Holding> SpoilAsync(HelpDesk desk, Holding holding, string what)
    {
        var approval = await desk.ApprovedAsync(holding.Identity, what == "it was for issuing" ? "issue" : "consume");
        switch (what)
        {
            case "its time is over":
                _clock.Move(TimeSpan.FromMinutes(15));
                break;
            case "it was denied after it was given":
                Assert.Equal(204, (await desk.DenyAsync(holding.Identity, approval)).Status);
                break;
            case "a lockdown is in force":
                await environment.LockDownAsync("freeze", holding.Identity);
                break;
            case "a lockdown came since and the codes are newer":
                // Over the name alone: the codes are younger than it, the consent is older.
                await environment.LockDownAsync("freeze", holding.Identity);
                var (_, version) = await environment.StateAsync();
                await environment.ChangeDocumentAsync(holding.Identity, d => d with { Active = d.Active! with { StateVersion = version } });
                break;
            case "the codes were replaced":
                return new Holding(holding.Identity, await environment.ClaimAsync(desk.Broker, desk.Cast.Owner, holding.Identity));
        }

        return holding;
    }
}
