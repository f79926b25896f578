using BackupCodeBroker.Health;
using Xunit;

namespace BackupCodeBroker.Tests.Doctor;

public sealed class ClockSkewTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    // Sent and received after the start, Vault's second; what is certain.
    [InlineData(0.0, 0.01, 0, 0.0)]
    [InlineData(0.9, 0.95, 0, 0.0)]
    [InlineData(0.0, 0.1, 10, 9.9)]
    [InlineData(20.0, 20.2, 10, -9.0)]
    // A slow answer accuses no clock.
    [InlineData(0.0, 9.0, 9, 0.0)]
    [InlineData(0.0, 9.0, 0, 0.0)]
    public void Only_what_rounding_and_the_network_cannot_explain_is_certain(double sent, double received, int vault, double certain) =>
        Assert.Equal(certain, ClockSkew.Of(Start.AddSeconds(sent), Start.AddSeconds(received), Start.AddSeconds(vault)).Certain.TotalSeconds, 6);

    [Fact]
    public void More_answers_narrow_the_bounds_and_a_clock_that_was_set_begins_anew()
    {
        var first = ClockSkew.Of(Start, Start.AddSeconds(0.1), Start);
        var second = first.With(ClockSkew.Of(Start.AddSeconds(0.95), Start.AddSeconds(0.98), Start));
        Assert.True(second.Most - second.Least < first.Most - first.Least);

        var jumped = ClockSkew.Of(Start.AddSeconds(60), Start.AddSeconds(60.1), Start);
        Assert.Equal(jumped, second.With(jumped));
    }
}
