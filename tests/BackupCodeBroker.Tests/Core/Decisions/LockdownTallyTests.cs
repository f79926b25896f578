using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>A count over documents is complete where it has seen them all.</summary>
public sealed class LockdownTallyTests
{
    [Theory]
    [Trait("Requirement", "R-26")]
    [InlineData(Lockdown.Void)]
    [InlineData(Lockdown.Freeze)]
    public void One_that_missed_an_identity_is_not_complete(string mode)
    {
        var tally = new LockdownTally(new LockdownReach(Given.Locked(mode)));
        tally.Add(Given.Registered);
        Assert.True(tally.Result(Given.Now, Given.Now).Complete);
        tally.Miss();
        Assert.False(tally.Result(Given.Now, Given.Now).Complete);
    }
}
