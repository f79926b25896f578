using System.Text;
using BackupCodeBroker.Core.Documents;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Documents;

/// <summary>Words are kept whole where they fit, else cut between characters; what is kept never takes more than was counted on.</summary>
public sealed class KeptTextTests
{
    [Theory]
    [InlineData("a", 256)]
    [InlineData("\"", 128)]
    [InlineData("\\", 128)]
    [InlineData("é", 128)]
    [InlineData("世", 85)]
    [InlineData("\U0001F512", 64)]
    public void It_takes_at_most_256_bytes(string character, int fit)
    {
        string Repeated(int times) => string.Concat(Enumerable.Repeat(character, times));
        Assert.Equal(Repeated(fit), KeptText.Of(Repeated(fit)));
        Assert.Equal(Repeated(fit), KeptText.Of(Repeated(fit + 1)));
        Assert.Equal("", KeptText.Of(""));
    }

    [Fact]
    public void What_is_kept_is_a_beginning_and_no_half_a_character() => Gen.String[0, 400].Select(s => string.Concat(s.EnumerateRunes())).Sample(text =>
    {
        var kept = KeptText.Of(text);
        Assert.StartsWith(kept, text, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(kept) + kept.Count(c => c is '"' or '\\'), 0, KeptText.MaxBytes);
        Assert.DoesNotContain('\uFFFD', kept.Replace("\uFFFD", text.Contains('\uFFFD', StringComparison.Ordinal) ? "" : "\uFFFD", StringComparison.Ordinal));
    });
}
