using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Tests.Core.Decisions;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Documents;

/// <summary>What counts as the same owner.</summary>
[Trait("Requirement", "R-23")]
public sealed class EntityFingerprintTests
{
    private static readonly string[] All = ["policies", "groups", "metadata.team"];
    private static readonly EntitySnapshot Entity = Given.OwnerEntity;

    private static readonly Dictionary<string, (string Facet, EntitySnapshot Entity)> Changes = new()
    {
        ["a group less"] = ("groups", Entity with { GroupIds = ["group-1"] }),
        ["a group more"] = ("groups", Entity with { GroupIds = ["group-1", "group-2", "group-3"] }),
        ["another group"] = ("groups", Entity with { GroupIds = ["group-1", "group-4"] }),
        ["groups whose names run together"] = ("groups", Entity with { GroupIds = ["group-1group-2"] }),
        ["another policy"] = ("policies", Entity with { Policies = ["admins"] }),
        ["other metadata"] = ("metadata.team", Entity with { Metadata = new Dictionary<string, string> { ["team"] = "b" } }),
        ["metadata gone"] = ("metadata.team", Entity with { Metadata = new Dictionary<string, string>() }),
        ["metadata empty"] = ("metadata.team", Entity with { Metadata = new Dictionary<string, string> { ["team"] = "" } }),
    };

    public static TheoryData<string> Cases => [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_facet_that_counts_is_noticed_and_any_other_is_not(string change)
    {
        var (facet, changed) = Changes[change];
        Assert.False(EntityFingerprint.Of(Entity, All).Fits(changed));
        foreach (var other in All)
        {
            Assert.Equal(other != facet, EntityFingerprint.Of(Entity, [other]).Fits(changed));
        }
    }

    [Fact]
    public void Order_does_not_count()
    {
        var turned = Entity with { GroupIds = ["group-2", "group-1"] };
        Assert.True(EntityFingerprint.Of(Entity, All).Fits(turned));
        Assert.Equal(EntityFingerprint.Of(Entity, All).Digest, EntityFingerprint.Of(turned, All.Reverse().Append("groups")).Digest);
    }

    [Fact]
    public void Metadata_that_is_missing_is_not_metadata_that_is_empty() =>
        Assert.False(EntityFingerprint.Of(Changes["metadata gone"].Entity, All).Fits(Changes["metadata empty"].Entity));

    [Fact]
    public void The_facets_of_the_issue_are_what_is_compared_later()
    {
        var fingerprint = EntityFingerprint.Of(Entity, ["policies"]);
        Assert.Equal(["policies"], fingerprint.Facets);
        Assert.True(fingerprint.Fits(Entity with { GroupIds = [] }));
    }

    [Fact]
    public void No_two_lists_of_groups_give_one_digest() =>
        Gen.Select(Gen.OneOf("1", ":", "1:", "\n", "a", "").Array[0, 4], Gen.OneOf("1", ":", "1:", "\n", "a", "").Array[0, 4]).Sample((one, other) =>
            Assert.Equal(
                one.Order(StringComparer.Ordinal).SequenceEqual(other.Order(StringComparer.Ordinal)),
                EntityFingerprint.Of(Entity with { GroupIds = one }, ["groups"]).Fits(Entity with { GroupIds = other })));

    [Theory]
    [InlineData("groups", true)]
    [InlineData("policies", true)]
    [InlineData("metadata.team", true)]
    [InlineData("metadata.", false)]
    [InlineData("metadata", false)]
    [InlineData("Groups", false)]
    [InlineData("", false)]
    public void Is_a_facet(string text, bool isFacet) => Assert.Equal(isFacet, EntityFingerprint.IsFacet(text));
}
