using System.Buffers;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Tests.Architecture;
using Xunit;

namespace BackupCodeBroker.Tests.Telemetry;

/// <summary>Every name that leaves the program stands in one file, and the documentation knows those names and no others.</summary>
public sealed partial class NamesTests
{
    private const string Place = "src/BackupCodeBroker/Telemetry/TelemetryNames.cs";

    // What a name begins with is part of no sentence.
    private static readonly string[] Prefixes = [TelemetryNames.SpanPrefix];

    private static readonly string Document = Repository.Read("src/docs/telemetry.md");

    private static readonly IReadOnlyList<string> Names =
    [
        .. typeof(TelemetryNames).GetFields(BindingFlags.Static | BindingFlags.Public).Select(f => (string)f.GetRawConstantValue()!).Except(Prefixes),
    ];

    [Fact]
    public void The_documentation_knows_every_name() => Assert.All(Names, name => Assert.Contains($"`{name}`", Document, StringComparison.Ordinal));

    [Fact]
    public void The_documentation_knows_no_other_name()
    {
        var spans = Operation.All.Select(o => o.Name).Concat(OwnWork.All).Select(n => TelemetryNames.SpanPrefix + n);
        var told = Quoted().Matches(Document).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.True(told.Count > 30);
        Assert.Empty(told.Except(Names).Except(spans));
    }

    [Fact]
    public void Nothing_else_spells_one()
    {
        Assert.True(Names.Count > 40);
        var spelled =
            from source in Repository.Sources("src")
            where source.Path != Place
            from name in Names.Where(n => n.Contains('.', StringComparison.Ordinal) || n == TelemetryNames.Service)
            where source.Text.Contains($"\"{name}\"", StringComparison.Ordinal)
            select $"{source.Path}: {name}";
        Assert.Empty(spelled);
    }

    [Fact]
    public void Names_are_told_apart() => Assert.Equal(Names.Count, Names.Distinct().Count());

    [Fact]
    public void The_documentation_knows_every_field_of_the_access_file()
    {
        var line = new ArrayBufferWriter<byte>();
        AccessRecordJson.Write(line, Given.Most);
        using var json = JsonDocument.Parse(line.WrittenMemory);
        Assert.All(json.RootElement.EnumerateObject(), member => Assert.Contains($"`{member.Name}`", Document, StringComparison.Ordinal));
    }

    [Fact]
    public void The_documentation_knows_every_variable()
    {
        var variables = Repository.Sources("src/BackupCodeBroker/Configuration").SelectMany(s => Variable().Matches(s.Text)).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.True(variables.Count > 20);
        Assert.All(variables, variable => Assert.Contains($"`{variable}", Document, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"`((?:bcb|vault|http)\.[a-z][a-z0-9_.-]*)`")]
    private static partial Regex Quoted();

    [GeneratedRegex("\"(OTEL_[A-Z_]*[A-Z])\"")]
    private static partial Regex Variable();
}
