using System.Diagnostics;
using System.Globalization;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>A verb of <c>bcb</c> as people run it: a process of its own, their token where <c>vault login</c> leaves it, secrets on standard input.</summary>
internal static class CliProcess
{
    /// <summary>Runs a verb to its end.</summary>
    /// <param name="home">Home of whoever runs it, with <c>.vault-token</c> in it.</param>
    /// <param name="broker">Where the broker is.</param>
    /// <param name="vault">Where Vault is.</param>
    /// <param name="input">What they type; empty for nothing.</param>
    /// <param name="args">The verb with its arguments.</param>
    public static async Task<CliResult> RunAsync(string home, string broker, string vault, string input, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "bcb.dll"), .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home,
        };
        start.Environment["HOME"] = home;
        start.Environment["BCB_ADDR"] = broker;
        start.Environment["VAULT_ADDR"] = vault;
        start.Environment.Remove("VAULT_TOKEN");
        using var process = Process.Start(start)!;
        // While it waits for its input, others can see this of it.
        var seen = ProcessView.Of(process.Id);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new CliResult(process.ExitCode, await output, await error, seen);
    }
}

/// <summary>What a verb came to.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error, string Seen);

/// <summary>What every user of a machine can see of its processes.</summary>
internal static class ProcessView
{
    /// <summary>Arguments and environment.</summary>
    public static string Of(int process) => string.Join('\n', new[] { "cmdline", "environ" }
        .Select(f => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{f}"))
        .Where(File.Exists)
        .Select(File.ReadAllText));
}
