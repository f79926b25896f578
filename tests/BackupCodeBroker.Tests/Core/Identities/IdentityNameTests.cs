using System.Text.RegularExpressions;
using BackupCodeBroker.Core.Identities;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Identities;

/// <summary>No name outside the alphabet becomes part of a path.</summary>
[Trait("Requirement", "R-34")]
public sealed partial class IdentityNameTests
{
    private static readonly Gen<char> Character = Gen.OneOf(
        Gen.OneOf("abz019._-".ToCharArray()),
        Gen.OneOf("./+*{}%\\?#&:;@ ~\0\t\r\n\u007f\u00e9\u0130\u0131\u017f\u0660\uff41\u200b\u202e\ud800\udc00AZ".ToCharArray()),
        Gen.Char);

    private static readonly Gen<string> Text = Gen.OneOf(
        Character.Array[0, 70].Select(c => new string(c)),
        Gen.OneOf("abz019._-".ToCharArray()).Array[0, 70].Select(c => new string(c)),
        Gen.Select(Gen.OneOf("abz019._-".ToCharArray()).Array[1, 20], Character, Gen.Int[0, 20], (name, c, at) =>
            new string(name).Insert(Math.Min(at, name.Length), c.ToString())));

    [Fact]
    public void Just_what_the_grammar_says_is_a_name() =>
        Text.Sample(
            text =>
            {
                var isName = IdentityName.TryParse(text, out var name);
                Assert.Equal(Grammar().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal), isName);
                if (name is not null)
                {
                    Assert.Equal((text, "bcb." + text, text), (name.Value, name.Alias, name.ToString()));
                    Assert.DoesNotContain(text, c => c is '/' or '+' or '*' or '{' or '}' or '%' or '\\' || char.IsControl(c) || c > '\x7f');
                    Assert.DoesNotContain("..", name.Alias, StringComparison.Ordinal);
                }
            },
            iter: 30_000);

    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("team-a.build_7")]
    [InlineData("a.")]
    [InlineData("a.-._.-")]
    [InlineData("012345678901234567890123456789012345678901234567890123456789012")]
    public void Is_a_name(string text) => Assert.Equal(text, IdentityName.Parse(text).Value);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".a")]
    [InlineData("-a")]
    [InlineData("_decoy")]
    [InlineData("_sweeper")]
    [InlineData("@owned")]
    [InlineData("@probe")]
    [InlineData("A")]
    [InlineData("a..b")]
    [InlineData("a/b")]
    [InlineData("a%2fb")]
    [InlineData("a+")]
    [InlineData("+")]
    [InlineData("a*")]
    [InlineData("{{identity.entity.id}}")]
    [InlineData("a\n")]
    [InlineData("a ")]
    [InlineData("\u0430")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void Is_no_name(string? text)
    {
        Assert.False(IdentityName.TryParse(text, out _));
        if (text is not null)
        {
            var refused = Assert.Throws<FormatException>(() => IdentityName.Parse(text));
            Assert.Equal("an identity is " + IdentityName.Grammar, refused.Message);
        }
    }

    [Fact]
    public void The_decoy_cannot_be_asked_for() => Assert.False(IdentityName.TryParse(Decoy.Name, out _));

    [Theory]
    [InlineData("*", "anything", true)]
    [InlineData("team-a.*", "team-a.build", true)]
    [InlineData("team-a.*", "team-a.", true)]
    [InlineData("team-a.*", "team-ab", false)]
    [InlineData("team-a", "team-a", true)]
    [InlineData("team-a", "team-a.build", false)]
    [InlineData("team-a", "team-A", false)]
    public void A_pattern_matches_a_name_or_a_prefix(string pattern, string identity, bool matches) =>
        Assert.Equal(matches, NamePattern.TryParse(pattern)!.Matches(identity));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("**")]
    [InlineData("*a")]
    [InlineData("a*b")]
    [InlineData("a*b*")]
    [InlineData("a..*")]
    [InlineData("A*")]
    [InlineData("a/*")]
    [InlineData("+")]
    [InlineData("-*")]
    [InlineData(" *")]
    public void Is_no_pattern(string? text) => Assert.Null(NamePattern.TryParse(text));

    [Fact]
    public void A_pattern_is_a_name_or_a_name_and_a_star() =>
        Text.Sample(text =>
        {
            var literal = text.EndsWith('*') ? text[..^1] : text;
            Assert.Equal(text == "*" || IdentityName.TryParse(literal, out _), NamePattern.TryParse(text) is not null);
        });

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,62}\z")]
    private static partial Regex Grammar();
}
