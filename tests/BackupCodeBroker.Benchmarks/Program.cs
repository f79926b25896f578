using BackupCodeBroker.Benchmarks;

// A bare client against the broker, on one Vault in one run: ratios are what counts, absolute figures are the machine's.
if (Console.IsOutputRedirected)
{
    Spectre.Console.AnsiConsole.Profile.Width = 140;
}

var program = args.FirstOrDefault(a => a != AuditBenchmark.Only) ?? "artifacts/bcb/bcb";
if (!args.Contains(AuditBenchmark.Only))
{
    await using var bench = await BenchDeployment.StartAsync(program);
    await new ConsumeBenchmark(bench).RunAsync();
}

return await new AuditBenchmark(program).RunAsync() ? 0 : 1;
