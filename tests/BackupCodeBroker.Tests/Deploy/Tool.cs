using System.Diagnostics;
using Xunit;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>Runs a tool that knows a file's format better than a test can, on machines that have it; elsewhere the test is skipped and says so.</summary>
internal static class Tool
{
    /// <summary>Runs it and expects success.</summary>
    public static async Task<string> RunAsync(string name, params string[] arguments)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{name} is not installed here: what it would check is checked by form alone");
        using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var told = await output + await error;
        Assert.True(process.ExitCode == 0, $"{name} {string.Join(' ', arguments)}: {told}");
        return told;
    }
}
