using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>The one word that status shows, and the names of reasons.</summary>
public sealed class IdentityStateTests
{
    private static readonly Issued Active = Given.Active();

    private static readonly Dictionary<string, (string State, IdentityDocument Document, Surroundings Around)> States = new()
    {
        ["just registered"] = ("registered", Given.Registered, Given.Around),
        ["codes wait for their recipient"] = ("pending", Given.Issue(Given.Registered, Given.Around, Given.Few).Document, Given.Around),
        ["nobody came for the codes"] = ("registered", Given.Issue(Given.Registered, Given.Around, Given.Few).Document, Given.Around with { Now = Given.Now.AddHours(1) }),
        ["codes can be consumed"] = ("active", Active.Document, Given.Around),
        ["new codes wait beside"] = ("active", Given.Issue(Active.Document, Given.Around, Given.Few, 2).Document, Given.Around),
        ["every code is spent"] = ("exhausted", Enumerable.Range(0, 4).Aggregate(Active.Document, (d, i) => Given.Consume(d, Active.Selector(i), "key-" + i)), Given.Around),
        ["the life is over"] = ("expired", Active.Document, Given.Around with { Now = Given.Now.AddDays(90) }),
        ["failures disabled the set"] = ("disabled", Active.Document.WithActive(s => s with { DisabledAt = Given.Now }), Given.Around),
        ["frozen"] = ("frozen", Active.Document, Given.Around.With(Given.Locked())),
        ["void"] = ("locked-down", Active.Document, Given.Around.With(Given.Locked(Lockdown.Void))),
        ["another epoch"] = ("other-epoch", Active.Document, Given.Around with { Epoch = 2 }),
        ["the state was set back"] = ("state-set-back", Active.Document, Given.Around with { StateVersion = 1 }),
        ["recertification is due"] = ("recertification-lapsed", Active.Document with { RecertifyBy = Given.Now }, Given.Around),
        ["revoked"] = ("revoked", ((RevokeDecision.Revoked)RevokeDecision.Decide(Active.Document, "lost", "op", Given.Owner, Given.Now)).Next, Given.Around),
        ["owner and entity were not read"] = ("active", Active.Document, Given.Around with { Owner = null, Entity = null }),
    };

    public static TheoryData<string> Cases => [.. States.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_word_for_where_it_stands(string circumstance)
    {
        var (state, document, around) = States[circumstance];
        Assert.Equal(state, IdentityState.Of(document, around));
    }

    [Fact]
    public void Every_reason_has_a_name_of_its_own()
    {
        var names = Enum.GetValues<Reason>().Select(r => r.Name()).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[a-z]+(-[a-z]+)*$", name));
        Assert.Equal("issue-locked-down", Reason.IssueLockedDown.Name());
    }
}
