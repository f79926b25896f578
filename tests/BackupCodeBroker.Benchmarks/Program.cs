using System.Globalization;
using BackupCodeBroker.Benchmarks;

const string Built = "artifacts/bcb/bcb";

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

if (args is [AuditBenchmark.Only, .. var size])
{
    return await new AuditBenchmark(Built, size is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : null).RunAsync() ? 0 : 1;
}

if (args is [ScanBenchmark.Only, .. var tree])
{
    return await new ScanBenchmark(Built, tree is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : null).RunAsync() ? 0 : 1;
}

if (args is [ConsumeBenchmark.Only])
{
    await using var bench = await BenchDeployment.StartAsync(Built);
    await new ConsumeBenchmark(bench).RunAsync();
    return 0;
}

if (args is [TelemetryBenchmark.Only])
{
    await using var bench = await BenchDeployment.StartAsync(Built);
    await new TelemetryBenchmark(bench).RunAsync();
    return 0;
}

if (args is [SweepBenchmark.Only, .. var fleet])
{
    await using var bench = await BenchDeployment.StartAsync(Built);
    return await new SweepBenchmark(bench, fleet is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : null).RunAsync() ? 0 : 1;
}

if (args is [ReportBenchmark.Only, .. var shown])
{
    await using var bench = await BenchDeployment.StartAsync(Built);
    return await new ReportBenchmark(bench, shown is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : null).RunAsync() ? 0 : 1;
}

if (args is [WhoCanBenchmark.Only])
{
    await using var bench = await BenchDeployment.StartAsync(Built);
    return await new WhoCanBenchmark(bench, Built).RunAsync() ? 0 : 1;
}

var program = args.FirstOrDefault() ?? Built;
await using (var bench = await BenchDeployment.StartAsync(program))
{
    await new ConsumeBenchmark(bench).RunAsync();
    await new TelemetryBenchmark(bench).RunAsync();
}

bool swept;
await using (var bench = await BenchDeployment.StartAsync(program))
{
    swept = await new SweepBenchmark(bench).RunAsync();
}

bool reported;
await using (var bench = await BenchDeployment.StartAsync(program))
{
    reported = await new ReportBenchmark(bench).RunAsync();
}

bool told;
await using (var bench = await BenchDeployment.StartAsync(program))
{
    told = await new WhoCanBenchmark(bench, program).RunAsync();
}

var scanned = await new ScanBenchmark(program).RunAsync();
return await new AuditBenchmark(program).RunAsync() && swept && reported && told && scanned ? 0 : 1;
