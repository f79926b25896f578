using BackupCodeBroker.Benchmarks;

// A receiver of telemetry, for the broker that is measured with one: a process of its own, as it would be.
if (args is [OtlpSink.Verb])
{
    await OtlpSink.RunAsync();
    return 0;
}

// A bare client against the broker, on one Vault in one run: ratios are what counts, absolute figures are the machine's.
if (Console.IsOutputRedirected)
{
    Spectre.Console.AnsiConsole.Profile.Width = 140;
}

await using var bench = await BenchDeployment.StartAsync(args.FirstOrDefault() ?? "artifacts/bcb/bcb");
await new ConsumeBenchmark(bench).RunAsync();
await new TelemetryBenchmark(bench).RunAsync();
return 0;
