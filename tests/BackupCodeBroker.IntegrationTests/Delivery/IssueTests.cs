using System.Text;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Delivery;

/// <summary>Codes are made for a registered identity with an owner in good standing, for a recipient who asked, or not at all.</summary>
public sealed class IssueTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private readonly TestClock _clock = new();

    [Theory]
    [Trait("Requirement", "R-10")]
    [Trait("Requirement", "R-50")]
    [InlineData("unregistered", "unknown-identity")]
    [InlineData("owner disabled", "owner-disabled")]
    [InlineData("owner deleted", "owner-gone")]
    [InlineData("past recertification", "recertification-lapsed")]
    [InlineData("profile gone", "profile-not-allowed")]
    [InlineData("profile for others", "profile-not-allowed")]
    [InlineData("entity disabled", "entity-disabled")]
    [InlineData("entity deleted", "entity-gone")]
    [InlineData("alias entity with a policy", "overgranted")]
    [InlineData("lockdown", "issue-locked-down")]
    public async Task Refused_with_the_reason_and_nothing_is_made(string what, string reason)
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(WithOthers, tap: tap, clock: _clock);
        var cast = (await environment.CastAsync()) with { Owner = await environment.OwnerAsync() };
        var identity = await ArrangeAsync(what, broker, cast);
        using var issuer = broker.As(await environment.HolderAsync("issuer", "issue/*", "status/*"));
        _clock.Move(TimeSpan.FromMinutes(2));

        var reply = await issuer.IssueAsync(identity);

        Assert.True((403, "refused", reason) == (reply.Status, reply.Code, reply.Reason), reply.Text);
        Assert.DoesNotContain(TappedCall.Wrap, tap.NamesOf(reply));
        Assert.DoesNotContain(TappedCall.Write, tap.NamesOf(reply));
    }

    [Fact]
    [Trait("Requirement", "R-10")]
    [Trait("Requirement", "R-50")]
    public async Task Without_the_policy_nothing_is_made()
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        var cast = await environment.CastAsync();
        var identity = BrokerEnvironment.NewIdentity();
        await broker.RegisterAsync(cast.Team, identity, cast.Owner);
        using var team = broker.As(cast.Team);

        var reply = await team.IssueAsync(identity);

        Assert.Equal((403, "not-permitted"), (reply.Status, reply.Code));
        Assert.DoesNotContain(TappedCall.Wrap, tap.NamesOf(reply));
        Assert.Null((await environment.DocumentAsync(identity)).Document.Pending);
    }

    [Fact]
    [Trait("Requirement", "R-17")]
    public async Task During_a_lockdown_those_who_hold_that_permission_may_issue()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var identity = BrokerEnvironment.NewIdentity("team-a.permitted");
        await broker.RegisterAsync(cast.Team, identity, cast.Owner);
        await environment.LockDownAsync("void", "team-a.permitted*");
        using var responder = broker.As(await environment.HolderAsync("responder", "issue/*", "issue-in-lockdown/*"));

        Assert.Equal(201, (await responder.IssueAsync(identity)).Status);
        Assert.Equal(200, (await ConsumeOneAsync(broker, cast, identity)).Status);
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public async Task That_somebody_may_issue_in_a_lockdown_is_asked_of_Vault_and_again_where_the_answer_has_grown_old()
    {
        var (tap, clock) = (new VaultTap(environment.Names), new TestClock());
        var broker = await environment.StartAsync(tap: tap, clock: clock);
        var cast = await environment.CastAsync();
        var identity = BrokerEnvironment.NewIdentity("team-a.asked");
        await broker.RegisterAsync(cast.Team, identity, cast.Owner);
        await environment.LockDownAsync("void", "team-a.asked*");
        var (issuing, inLockdown) = (await environment.PolicyAsync("issuer", "issue/*"), await environment.PolicyAsync("responder", "issue-in-lockdown/*"));
        using var issuer = broker.As(await environment.PersonAsync("issuer", issuing));
        using var responder = broker.As(await environment.PersonAsync("responder", issuing, inLockdown));
        var asked = TappedCall.Ask("issue-in-lockdown");

        // The denial stands in Vault's audit log as a grant does.
        var refused = await issuer.IssueAsync(identity);
        Assert.Equal((403, "refused", 1), (refused.Status, refused.Code, tap.NamesOf(refused).Count(n => n == asked)));
        var issued = await responder.IssueAsync(identity);
        Assert.Equal((201, 1), (issued.Status, tap.NamesOf(issued).Count(n => n == asked)));

        tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Wrap)
            {
                clock.Move(TimeSpan.FromSeconds(3));
                await environment.Root.DeleteAsync("sys/policies/acl/" + environment.PolicyPrefix + inLockdown);
            }

            return await send();
        };
        var stale = await responder.IssueAsync(identity);
        Assert.Equal((403, "not-permitted", 2), (stale.Status, stale.Code, tap.NamesOf(stale).Count(n => n == asked)));
        Assert.DoesNotContain(TappedCall.Write, tap.NamesOf(stale));
        Assert.Equal(1, (await environment.DocumentAsync(identity)).Document.LastGeneration);
    }

    [Fact]
    [Trait("Requirement", "R-09")]
    public async Task The_wrap_is_recorded_before_its_token_is_handed_out()
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        var cast = await environment.CastAsync();
        var identity = BrokerEnvironment.NewIdentity();
        await broker.RegisterAsync(cast.Team, identity, cast.Owner);
        using var owner = broker.As(cast.Owner);

        var reply = await owner.IssueAsync(identity);

        var delivery = (await environment.DocumentAsync(identity)).Document.Pending!.Delivery;
        var wrapping = reply.Json.GetProperty("wrapping");
        Assert.Equal(wrapping.GetProperty("accessor").GetString(), delivery.Accessor);
        Assert.Equal(wrapping.GetProperty("creation_time").GetString(), delivery.CreationTime);
        Assert.Equal("sys/wrapping/wrap", wrapping.GetProperty("creation_path").GetString());
        Assert.InRange(delivery.Deadline - DateTimeOffset.Parse(delivery.CreationTime, null), TimeSpan.FromSeconds(359), TimeSpan.FromSeconds(370));
        var pending = (await owner.StatusAsync(identity)).Json.GetProperty("pending");
        Assert.Equal(delivery.CreationTime, pending.GetProperty("creation_time").GetString());
        Assert.Equal([TappedCall.Wrap, TappedCall.Write], tap.Of(reply).Select(c => c.Name).TakeLast(2));
    }

    [Theory]
    [Trait("Requirement", "R-09")]
    [Trait("Requirement", "R-50")]
    [InlineData(true, 409, "set-changed")]
    [InlineData(false, 503, "unavailable")]
    public async Task A_wrap_that_could_not_be_recorded_is_used_up_and_not_handed_out(bool conflict, int status, string code)
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        var cast = await environment.CastAsync();
        var identity = BrokerEnvironment.NewIdentity();
        await broker.RegisterAsync(cast.Team, identity, cast.Owner);
        string? wrapped = null;
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Write && conflict)
            {
                await environment.ChangeDocumentAsync(identity, d => d with { ExternalId = "changed" });
            }
            else if (call.Name == TappedCall.Write)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError);
            }

            var answer = await send();
            wrapped = call.Name == TappedCall.Wrap ? await TokenOfAsync(answer) : wrapped;
            return answer;
        };
        using var owner = broker.As(cast.Owner);

        var reply = await owner.IssueAsync(identity);

        Assert.Equal((status, code), (reply.Status, reply.Code));
        Assert.DoesNotContain(wrapped!, reply.Text, StringComparison.Ordinal);
        Assert.Equal(400, (await environment.Root.TryAsync(HttpMethod.Post, "sys/wrapping/lookup", new { token = wrapped })).Status);
        Assert.Null((await environment.DocumentAsync(identity)).Document.Pending);
    }

    [Fact]
    [Trait("Requirement", "R-14")]
    public async Task A_lost_answer_of_the_recording_write_is_found_again()
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        var cast = await environment.CastAsync();
        var identity = BrokerEnvironment.NewIdentity();
        await broker.RegisterAsync(cast.Team, identity, cast.Owner);
        var lost = false;
        tap.Interfere = async (call, send) =>
        {
            var answer = await send();
            if (call.Name == TappedCall.Write && !lost)
            {
                lost = true;
                throw new HttpRequestException(HttpRequestError.ResponseEnded);
            }

            return answer;
        };
        using var owner = broker.As(cast.Owner);

        Assert.Equal(1, (await environment.UnwrapAsync(cast.Owner, await owner.IssueAsync(identity))).Generation);
    }

    private static BrokerSettings WithOthers(BrokerSettings settings) => settings with
    {
        Profiles = new Dictionary<string, Profile>(settings.Profiles)
        {
            ["others"] = Profile.Machine with { Name = "others", Identities = NamePattern.TryParse("team-b.*")! },
        },
    };

    private static async Task<string?> TokenOfAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.Content = new StringContent(text, Encoding.UTF8, "application/json");
        return System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("wrap_info").GetProperty("token").GetString();
    }

    private async Task<ApiReply> ConsumeOneAsync(RunningBroker broker, Cast cast, string identity)
    {
        using var responder = broker.As(await environment.HolderAsync("responder", "issue/*", "issue-in-lockdown/*"));
        using var owner = broker.As(cast.Owner);
        var payload = await environment.UnwrapAsync(cast.Owner, await responder.IssueAsync(identity));
        Assert.Equal(204, (await owner.ActivateAsync(identity, payload.Generation, payload.Activation)).Status);
        using var verifier = broker.As(cast.Verifier);
        return await verifier.ConsumeAsync(identity, payload.Codes[0]);
    }

    private async Task<string> ArrangeAsync(string what, RunningBroker broker, Cast cast)
    {
        var identity = BrokerEnvironment.NewIdentity(what == "lockdown" ? "team-a.locked" : "team-a");
        if (what == "unregistered")
        {
            return identity;
        }

        var root = environment.Root;
        var own = (await environment.PersonAsync("service")).EntityId;
        object? registration = what.StartsWith("entity", StringComparison.Ordinal) ? new { owner = cast.Owner.EntityId, entity = own, profile = "machine" } : null;
        using var team = broker.As(cast.Team);
        Assert.Equal(201, (await team.RegisterAsync(identity, cast.Owner.EntityId, more: registration)).Status);
        switch (what)
        {
            case "owner disabled":
                await root.PostAsync("identity/entity/id/" + cast.Owner.EntityId, new { disabled = true });
                break;
            case "owner deleted":
                await root.DeleteAsync("identity/entity/id/" + cast.Owner.EntityId);
                break;
            case "entity disabled":
                await root.PostAsync("identity/entity/id/" + own, new { disabled = true });
                break;
            case "entity deleted":
                await root.DeleteAsync("identity/entity/id/" + own);
                break;
            case "past recertification":
                await environment.ChangeDocumentAsync(identity, d => d with { RecertifyBy = DateTimeOffset.UtcNow.AddSeconds(-1) });
                break;
            case "profile gone":
                await environment.ChangeDocumentAsync(identity, d => d with { Profile = "gone" });
                break;
            case "profile for others":
                await environment.ChangeDocumentAsync(identity, d => d with { Profile = "others" });
                break;
            case "alias entity with a policy":
                var alias = (await environment.DocumentAsync(identity)).Document.AliasEntity;
                await root.PostAsync("identity/entity/id/" + alias, new { policies = new[] { environment.PolicyPrefix + "verifier" } });
                break;
            case "lockdown":
                await environment.LockDownAsync("freeze", "team-a.locked*");
                break;
        }

        return identity;
    }
}
