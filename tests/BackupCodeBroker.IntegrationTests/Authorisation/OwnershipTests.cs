using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Authorisation;

/// <summary>A grant on <c>@owned</c> works for the owner and for nobody else, and ends with ownership.</summary>
public sealed class OwnershipTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    public static TheoryData<string> Operations => ["issue", "activate", "intercepted", "consume", "status", "revoke"];

    [Theory]
    [Trait("Requirement", "R-49")]
    [MemberData(nameof(Operations))]
    public async Task A_grant_on_owned_works_for_the_owner_alone_and_stops_with_a_transfer(string operation)
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var identity = BrokerEnvironment.NewIdentity();
        var (owner, other) = (await HolderAsync(operation), await HolderAsync(operation));
        await broker.RegisterAsync(cast.Team, identity, owner);
        using var his = broker.As(owner);
        using var hers = broker.As(other);

        Assert.NotEqual("not-permitted", (await AskAsync(his, operation, identity)).Code);
        AssertDenied(await AskAsync(hers, operation, identity), operation, identity);

        await environment.ChangeDocumentAsync(identity, d => d with { Owner = other.EntityId });
        AssertDenied(await AskAsync(his, operation, identity), operation, identity);
        Assert.NotEqual("not-permitted", (await AskAsync(hers, operation, identity)).Code);
    }

    [Theory]
    [Trait("Requirement", "R-49")]
    [Trait("Requirement", "R-05")]
    [MemberData(nameof(Operations))]
    public async Task What_is_not_registered_is_answered_as_what_is_not_owned(string operation)
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var (identity, unknown) = (BrokerEnvironment.NewIdentity(), BrokerEnvironment.NewIdentity());
        await broker.RegisterAsync(cast.Team, identity, cast.Owner);
        using var other = broker.As(await HolderAsync(operation));

        var notOwned = await AskAsync(other, operation, identity);
        var notThere = await AskAsync(other, operation, unknown);

        AssertDenied(notOwned, operation, identity);
        Assert.Equal(notOwned.Uniform.Replace(identity, unknown, StringComparison.Ordinal), notThere.Uniform);
        Assert.Equal(notOwned.UniformHeaders, notThere.UniformHeaders);
    }

    [Fact]
    [Trait("Requirement", "R-49")]
    public async Task Registering_cannot_be_granted_on_owned()
    {
        var broker = await environment.SharedAsync();
        using var client = broker.As(await environment.HolderAsync("owner", "register/@owned"));
        Assert.Equal("not-permitted", (await client.RegisterAsync(BrokerEnvironment.NewIdentity(), "x")).Code);
    }

    private static string GrantOf(string operation) => operation is "activate" or "intercepted" ? "retrieve" : operation;

    private static Task<ApiReply> AskAsync(ApiClient client, string operation, string identity) => operation switch
    {
        "issue" => client.IssueAsync(identity),
        "activate" => client.ActivateAsync(identity, 1, new string('A', 26)),
        "intercepted" => client.InterceptedAsync(identity, 1, "test"),
        "consume" => client.ConsumeAsync(identity, MadeCodes.Unknown(Core.Codes.CodeKind.Machine)),
        "status" => client.StatusAsync(identity),
        _ => client.RevokeAsync(identity),
    };

    private Task<Person> HolderAsync(string operation) => environment.HolderAsync("owner", GrantOf(operation) + "/@owned");

    private void AssertDenied(ApiReply reply, string operation, string identity)
    {
        Assert.Equal((403, "not-permitted"), (reply.Status, reply.Code));
        Assert.Equal($"{environment.Names.AskMount}/{GrantOf(operation)}/{identity}", reply.Member("path"));
    }
}
