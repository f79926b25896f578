using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Notices;
using BackupCodeBroker.Tests.Core.Decisions;
using Xunit;

namespace BackupCodeBroker.Tests.Notices;

/// <summary>What the sink <c>log</c> writes: one line that says what there is to say.</summary>
public sealed class NoticeLineTests
{
    [Fact]
    public void What_there_is_nothing_to_say_about_is_left_out()
    {
        var notice = Notice.OfLockdown("l-1", new OutboxEntry { Id = "n1", Notice = "lockdown-declared", At = Given.Now, OperationId = "op1", By = new Actor("e1", "", ""), Cause = "void" });
        var line = new NoticeLine(notice, notice.Subject);
        Assert.Equal($"notice lockdown-declared about lockdowns/l-1 at {Given.Now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}, cause void, by e1, operation op1, id n1", line.ToString());
        Assert.Equal(["Notice", "Subject", "At", "Cause", "ActorEntity", "OperationId", "NoticeId"], line.Select(a => a.Key));
    }

    [Fact]
    public void All_that_a_notice_has_stands_in_the_line_and_among_the_attributes()
    {
        var entry = new OutboxEntry
        {
            Id = "n2",
            Notice = "failed-attempts",
            At = Given.Now,
            OperationId = "op2",
            By = new Actor("e2", "", "approle"),
            Generation = 3,
            Remaining = 7,
            Failures = 4,
            Cause = "why",
        };
        var line = new NoticeLine(new Notice("team-a.x", "team-a.x", null, null, entry), "pseudonym");
        Assert.EndsWith(", generation 3, remaining 7, failures 4, cause why, by e2 approle, operation op2, id n2", line.ToString(), StringComparison.Ordinal);
        Assert.Contains(" about pseudonym ", line.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("team-a.x", line.ToString(), StringComparison.Ordinal);
        Assert.Equal((3, 7, 4), (Value(line, "Generation"), Value(line, "Remaining"), Value(line, "Failures")));
    }

    private static object? Value(NoticeLine line, string name) => line.Single(a => a.Key == name).Value;
}
