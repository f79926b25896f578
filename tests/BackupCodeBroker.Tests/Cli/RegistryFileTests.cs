using System.Text;
using BackupCodeBroker.Cli.Registry;
using BackupCodeBroker.Tests.Core.Codes;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary>What a file of identities may hold, and how every mistake in it is told by its line.</summary>
public sealed class RegistryFileTests
{
    private const string Good = """
        reason: yearly review
        identities:
          - identity: team-a.build-bot
            owner: 7d2e3179-f69b-450c-7179-ac8ee8bd8ca9
            profile: machine
            entity: e-2
            external_id: bot@example.org
            labels: { team: a, "n": "1" }
            recertify_by: 2027-01-31
            reason: moved
          - { identity: team-a.other, owner: g-1, profile: printable }
        """;

    [Fact]
    public void A_file_is_read_whole()
    {
        var (file, errors) = Read(Good);
        Assert.Empty(errors);
        Assert.Equal("yearly review", file!.Reason);
        var first = file.Entries[0];
        Assert.Equal(("team-a.build-bot", 3, "7d2e3179-f69b-450c-7179-ac8ee8bd8ca9", "machine"), (first.Identity, first.Line, first.Owner, first.Profile));
        Assert.Equal(("e-2", "bot@example.org", "moved"), (first.Entity, first.ExternalId, first.Reason));
        Assert.Equal(new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero), first.RecertifyBy);
        Assert.Equal(["n=1", "team=a"], first.Labels.Select(l => $"{l.Key}={l.Value}"));
        Assert.Equal(("team-a.other", "g-1"), (file.Entries[1].Identity, file.Entries[1].Owner));
        Assert.Empty(file.Entries[1].Labels);
        Assert.Null(file.Entries[1].RecertifyBy);
    }

    [Theory]
    [InlineData("", "line 1: the file is empty")]
    [InlineData("# nothing", "line 1: the file is empty")]
    [InlineData("[]", "line 1: here should be a mapping")]
    [InlineData("identities", "line 1: here should be a mapping")]
    [InlineData("{}", "line 1: the member identities is missing")]
    [InlineData("identities: {}", "line 1: here should be a list")]
    [InlineData("identities: ~", "line 1: here should be a list")]
    [InlineData("identities: [x]", "line 1: an identity is a mapping")]
    [InlineData("identities: []\nidentities: []", "line 2: the member stands there twice")]
    [InlineData("identities: []\nowner: e", "line 2: unknown member")]
    [InlineData("identities: []\n---\nidentities: []", "line 2: there is a second document")]
    [InlineData("identities:\n\t- x", "is not YAML")]
    [InlineData("identities: [", "is not YAML")]
    [InlineData("identities: [{identity: a", "is not YAML")]
    [InlineData("? [a]\n: b", "line 1: the name of a member is a text")]
    [InlineData("identities: &all []", "line 1: anchors are not read")]
    [InlineData("a: &a [x]\nidentities: [*a, *a]", "line 1: unknown member")]
    [InlineData("identities:\n- owner: &o e-1", "line 2: anchors are not read")]
    [InlineData("identities: [{identity: a, owner: *o, profile: p}]", "aliases are not read")]
    [InlineData("identities: !!seq []", "line 1: tags are not read")]
    [InlineData("identities: [{identity: !!str a, owner: e, profile: p}]", "line 1: tags are not read")]
    [InlineData("identities: [{<<: {owner: e}, identity: a, profile: p}]", "line 1: unknown member")]
    public void Whatever_is_not_such_a_file_is_told_by_its_line(string text, string error) => AssertWrong(text, error);

    [Theory]
    [InlineData("identity: Team-A", "line 2: identity is ")]
    [InlineData("identity: ../x", "line 2: identity is ")]
    [InlineData("identity: [a]", "line 2: identity is a text")]
    [InlineData("identity: ~", "line 2: identity is empty")]
    [InlineData("owner: {a: b}", "line 2: owner is a text")]
    [InlineData("owner: a/b", "line 2: owner is the id of")]
    [InlineData("owner: \"\"", "line 2: owner has 1 to 64")]
    [InlineData("owner:", "line 2: owner is empty")]
    [InlineData("entity: null", "line 2: entity is empty")]
    [InlineData("colour: red", "line 2: unknown member")]
    [InlineData("remove: true", "line 2: unknown member")]
    [InlineData("labels: [a]", "line 2: here should be a mapping of names and texts")]
    [InlineData("labels: {a: {b: c}}", "line 2: a label is a text")]
    [InlineData("labels: {a: 1}", "line 2: a label is a text: put it into quotation marks")]
    [InlineData("labels: {a: yes}", "line 2: a label is a text: put it into quotation marks")]
    [InlineData("labels: {a: x, a: y}", "line 2: the member stands there twice")]
    [InlineData("labels: {a: \"x\\u0007\"}", "line 2: a label has 1 to 128")]
    [InlineData("recertify_by: soon", "line 2: recertify_by is a date")]
    [InlineData("recertify_by: 31.01.2027", "line 2: recertify_by is a date")]
    [InlineData("external_id: \"a\\nb\"", "line 2: external_id has 1 to 256")]
    public void Whatever_a_member_may_not_be_is_told_by_its_line(string member, string error) => AssertWrong("identities:\n- " + member, error);

    [Fact]
    public void What_is_missing_is_told_once_for_each()
    {
        var (_, errors) = Read("identities:\n- owner: e\n- identity: a\n");
        Assert.Equal(["line 2: identity is missing", "line 2: profile is missing", "line 3: owner is missing", "line 3: profile is missing"], errors);
    }

    [Fact]
    public void An_identity_stands_there_once() =>
        AssertWrong("identities:\n- {identity: a, owner: e, profile: p}\n- {identity: b, owner: e, profile: p}\n- {identity: a, owner: f, profile: p}", "line 4: the identity stands at line 2 already");

    [Fact]
    [Trait("Requirement", "R-02")]
    public void A_backup_code_is_taken_nowhere_and_not_repeated()
    {
        var code = ReferenceCode.Text("ABCDE", new string('7', 26));
        foreach (var place in new[] { "external_id: \"{0}\"", "reason: \"old {0}\"", "labels: {{ a: \"{0}\" }}", "labels: {{ \"{0}\": a }}" })
        {
            var (file, errors) = Read("identities:\n- " + string.Format(System.Globalization.CultureInfo.InvariantCulture, place, code));
            Assert.Null(file);
            Assert.Contains(errors, e => e.Contains("holds a backup code", StringComparison.Ordinal));
            Assert.DoesNotContain(errors, e => e.Contains(code, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_file_that_is_huge_deep_or_no_text_is_refused_at_once()
    {
        Assert.Equal(["the file is larger than 4 MiB"], Read("identities: # " + new string('x', RegistryFile.MaxBytes)).Errors);
        AssertWrong("identities: " + new string('[', 100_000), "line 1: an identity is a mapping");
        AssertWrong("identities:\n- labels: " + string.Concat(Enumerable.Repeat("{a: ", 50_000)), "line 2: a label is a text");
        using var noText = new MemoryStream([0xff, 0xfe, 0x00, 0x80]);
        Assert.Equal(["the file is not UTF-8"], RegistryFile.Read(noText).Errors);
        var many = new StringBuilder("identities:\n");
        for (var i = 0; i <= RegistryFile.MaxEntries; i++)
        {
            many.Append(System.Globalization.CultureInfo.InvariantCulture, $"- {{identity: a{i}, owner: e, profile: p}}\n");
        }

        AssertWrong(many.ToString(), "there are more than 20000 identities");
    }

    [Fact]
    public void Of_many_mistakes_the_first_twenty_are_told() =>
        Assert.Equal(20, Read("identities:\n" + string.Concat(Enumerable.Repeat("- {owner: a/b}\n", 100))).Errors.Count);

    private static void AssertWrong(string text, string error)
    {
        var (file, errors) = Read(text);
        Assert.Null(file);
        Assert.True(errors.Any(e => e.Contains(error, StringComparison.Ordinal)), string.Join('\n', errors));
    }

    private static (RegistryFile? File, IReadOnlyList<string> Errors) Read(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return RegistryFile.Read(stream);
    }
}
