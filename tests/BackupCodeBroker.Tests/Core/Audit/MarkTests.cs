using BackupCodeBroker.Core.Audit;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Audit;

/// <summary>Values as the log tells them.</summary>
public sealed class MarkTests
{
    private const string Hmac = "hmac-sha256:1512c46c9f06f6696df72d8a93424a5c9ed4658f488ff4d21c6411a26168f77d";

    [Fact]
    public void An_hmac_is_itself()
    {
        Assert.Equal(Hmac, Mark.Of(Hmac).ToString());
        Assert.False(Mark.Of(Hmac).InClear);
        Assert.Equal(Mark.Of(Hmac), Mark.Of(Hmac));
        Assert.NotEqual(Mark.Of(Hmac), Mark.Of(Hmac[..^1] + "e"));
    }

    [Theory]
    [InlineData("hvs.CAESIJ")]
    [InlineData("hmac-sha256:xyz")]
    public void What_is_logged_in_clear_is_never_told(string text)
    {
        var mark = Mark.Of(text);
        Assert.True(mark.InClear);
        Assert.DoesNotContain(text, mark.ToString(), StringComparison.Ordinal);
        Assert.Equal(mark, Mark.Of(text));
    }

    [Fact]
    public void Nothing_is_none() => Assert.True(Mark.Of("").IsNone);
}
