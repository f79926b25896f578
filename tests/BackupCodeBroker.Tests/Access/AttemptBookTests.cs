using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Throttling;
using Xunit;

namespace BackupCodeBroker.Tests.Access;

/// <summary>The book of attempts never grows past its limit, and whoever fills it keeps nobody else out.</summary>
public sealed class AttemptBookTests
{
    [Fact]
    [Trait("Requirement", "R-44")]
    public void Very_many_sources_are_forgotten_and_none_is_kept_out_by_them()
    {
        var book = new AttemptBook(new ThrottleRule(2, TimeSpan.FromMinutes(1)), TimeProvider.System);
        for (var i = 0; i < AttemptBook.MaxSources + 1000; i++)
        {
            Assert.Equal(TimeSpan.Zero, book.Take("source " + i));
        }

        Assert.InRange(book.Count, 1, AttemptBook.MaxSources);
        Assert.Equal(TimeSpan.Zero, book.Take("somebody new"));
        Assert.Equal(TimeSpan.Zero, book.Take("somebody new"));
        Assert.NotEqual(TimeSpan.Zero, book.Take("somebody new"));
        book.Back("somebody new");
        Assert.Equal(TimeSpan.Zero, book.Take("somebody new"));
    }
}
