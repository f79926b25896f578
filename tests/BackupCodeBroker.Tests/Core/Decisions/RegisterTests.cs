using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Profiles;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>Every outcome of a registration.</summary>
public sealed class RegisterTests
{
    private static readonly Dictionary<string, Func<Registration, Registration>> Changes = new()
    {
        ["external id"] = r => r with { ExternalId = "other@team-a.example" },
        ["no external id"] = r => r with { ExternalId = null },
        ["entity"] = r => r with { Entity = "entity-own" },
        ["alias entity"] = r => r with { AliasEntity = "entity-alias-2" },
        ["profile"] = r => r with { Profile = "printable" },
        ["a label's text"] = r => r with { Labels = new Dictionary<string, string> { ["tier"] = "2", ["team"] = "a" } },
        ["a label more"] = r => r with { Labels = new Dictionary<string, string>(r.Labels) { ["more"] = "1" } },
        ["another label"] = r => r with { Labels = new Dictionary<string, string> { ["tier"] = "1", ["squad"] = "a" } },
        ["recertification"] = r => r with { RecertifyBy = null },
    };

    public static TheoryData<string> Cases => [.. Changes.Keys];

    [Fact]
    [Trait("Requirement", "R-16")]
    public void What_has_no_version_is_created()
    {
        var next = Assert.IsType<RegisterDecision.Create>(Decide(null, Given.Registration)).Next;
        Assert.Equal((1, Given.Identity, "entity-owner", 0, Given.Now), (next.Schema, next.Identity, next.Owner, next.LastGeneration, next.RegisteredAt));
        Assert.Equal("register", Assert.Single(next.Events).Operation);
        Assert.True(next.Bears(Given.Id("register")));
    }

    [Fact]
    public void The_same_again_writes_nothing() =>
        Assert.Same(Given.Registered, Assert.IsType<RegisterDecision.Unchanged>(Decide(Given.Registered, Given.Registration with { OperationId = "again" })).Document);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_change_is_written_and_leaves_the_codes(string changed)
    {
        var document = Given.Active().Document;
        var said = Changes[changed](Given.Registration) with { OperationId = Given.Id("change") };
        var next = Assert.IsType<RegisterDecision.Update>(Decide(document, said)).Next;
        Assert.Same(document.Active, next.Active);
        Assert.Equal((document.RegisteredAt, document.LastGeneration), (next.RegisteredAt, next.LastGeneration));
        Assert.True(next.Bears(Given.Id("change")));
        Assert.IsType<RegisterDecision.Unchanged>(Decide(next, said));
    }

    [Fact]
    public void Another_owner_is_no_registration() =>
        Assert.IsType<RegisterDecision.OtherOwner>(Decide(Given.Registered, Given.Registration with { Owner = "entity-other" }));

    [Fact]
    public void A_profile_that_is_missing_or_for_others_is_refused()
    {
        var forOthers = Profile.Machine with { Identities = NamePattern.TryParse("team-b.*")! };
        Assert.Equal(new RegisterDecision.Refused(Reason.ProfileNotAllowed), RegisterDecision.Decide(null, Given.Registration, null, Given.Now));
        Assert.Equal(new RegisterDecision.Refused(Reason.ProfileNotAllowed), RegisterDecision.Decide(Given.Registered, Given.Registration, forOthers, Given.Now));
    }

    private static RegisterDecision Decide(IdentityDocument? current, Registration said) => RegisterDecision.Decide(current, said, Profile.Machine, Given.Now);
}
