using BackupCodeBroker.IntegrationTests.Incidents;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Ownership;

/// <summary>The sweeper's child dies in the middle of a page (its parent was revoked): what reads many goes on with another.</summary>
public sealed class DeadChildTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Theory]
    [InlineData("list")]
    [InlineData("count what a lockdown would hit")]
    public async Task What_was_read_with_it_is_read_again_with_another_one(string what)
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap);
        var cast = await environment.CastAsync();
        var team = Responders.NewTeam();
        string[] names = [.. "abcd".Select(c => team + c)];
        foreach (var name in names)
        {
            await broker.RegisterAsync(cast.Team, name, cast.Owner);
        }

        string? dead = null;
        tap.Interfere = (call, send) =>
        {
            var token = call.Request.Headers.TryGetValues("X-Vault-Token", out var sent) ? sent.Single() : null;
            if (call.Name == TappedCall.Read)
            {
                Interlocked.CompareExchange(ref dead, token, null);
            }

            return token is not null && token == dead
                ? Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.Forbidden) { Content = new StringContent("{\"errors\":[\"permission denied\"]}") })
                : send();
        };
        using var reader = broker.As(what == "list" ? cast.Team : await environment.ResponderAsync());

        var reply = what == "list" ? await reader.ListAsync() : await reader.DeclareAsync(new { identities = team + "*" }, dryRun: true);

        Assert.True(reply.Status == 200, reply.Text);
        var found = what == "list" ? reply.Json.GetProperty("identities").EnumerateArray().Select(i => i.GetProperty("identity").GetString()!) : reply.Json.Names("identities");
        Assert.Equal(what == "list" ? names : [], found.Intersect(names).Order(StringComparer.Ordinal));
        Assert.NotNull(dead);
        Assert.Contains(tap.All, c => c.Name == "POST auth/token/create/sweeper");
    }
}
