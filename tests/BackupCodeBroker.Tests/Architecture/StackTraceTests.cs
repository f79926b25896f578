using System.Diagnostics;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Identities;
using Xunit;

namespace BackupCodeBroker.Tests.Architecture;

/// <summary>A stack trace in somebody's log names files by their place in the repository and says nothing about the machine that built them.</summary>
public sealed class StackTraceTests
{
    [Fact]
    public void A_stack_trace_shows_no_path_of_a_machine()
    {
        Action[] failing = [() => IdentityName.Parse("../x"), () => SettingsReader.Duration(null!)];
        Assert.All(failing, fail =>
        {
            var files = new StackTrace(Record.Exception(fail)!, fNeedFileInfo: true).GetFrames().Select(f => f.GetFileName()).OfType<string>().ToList();
            Assert.NotEmpty(files);
            Assert.All(files, file => Assert.StartsWith("/_/", file, StringComparison.Ordinal));
            Assert.StartsWith("/_/src/", files[0], StringComparison.Ordinal);
        });
    }
}
