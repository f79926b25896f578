using BackupCodeBroker.Benchmarks;

// A bare client against the broker, on one Vault in one run: ratios are what counts, absolute figures are the machine's.
if (Console.IsOutputRedirected)
{
    Spectre.Console.AnsiConsole.Profile.Width = 140;
}

await using var bench = await BenchDeployment.StartAsync(args.FirstOrDefault() ?? "artifacts/bcb/bcb");
await new ConsumeBenchmark(bench).RunAsync();
return 0;
