using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using Xunit;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace BackupCodeBroker.Tests.Architecture;

/// <summary>Who may know whom: Program → features → Access and Hashing → Vault → Core, and the embedded Vault aside.</summary>
public sealed class LayerTests
{
    private const string Root = "BackupCodeBroker";

    private static readonly ArchUnitNET.Domain.Architecture Code = new ArchLoader()
        .LoadAssemblies(
            System.Reflection.Assembly.Load("bcb"), System.Reflection.Assembly.Load("BackupCodeBroker.Core"), System.Reflection.Assembly.Load("BackupCodeBroker.DevVault"))
        .Build();

    public static TheoryData<string, string[]> Forbidden => new()
    {
        // What must not be known, by whom. A name stands for a folder and all below it.
        { "Core", ["Access", "Api", "Bootstrap", "Cli", "Configuration", "Dev", "DevVault", "Features", "Hashing", "Health", "Operations", "Server", "Telemetry", "Vault", "Doctor"] },
        { "DevVault", ["Access", "Api", "Bootstrap", "Cli", "Configuration", "Dev", "Features", "Hashing", "Health", "Operations", "Server", "Telemetry", "Vault", "Doctor"] },
        { "Vault", ["Notices", "Access", "Api", "Cli", "Configuration", "Dev", "DevVault", "Features", "Hashing", "Health", "Server", "Doctor"] },
        { "Hashing", ["Api", "Bootstrap", "Cli", "Dev", "DevVault", "Features", "Health", "Server", "Doctor"] },
        { "Access", ["Notices", "Api", "Bootstrap", "Cli", "Dev", "DevVault", "Features", "Hashing", "Health", "Server", "Doctor"] },
        { "Operations", ["Access", "Api", "Bootstrap", "Cli", "Configuration", "Dev", "DevVault", "Features", "Hashing", "Health", "Server", "Doctor"] },
        { "Features", ["Notices", "Bootstrap", "Cli", "Dev", "DevVault", "Health", "Server", "Doctor"] },
        { "Api", ["Bootstrap", "Cli", "Dev", "DevVault", "Server", "Doctor"] },
        { "Bootstrap", ["Access", "Api", "Dev", "DevVault", "Features", "Hashing", "Health", "Server", "Doctor"] },
        { "Doctor", ["Access", "Api", "Cli", "Dev", "DevVault", "Features", "Hashing", "Server"] },
        { "Server", ["Cli", "DevVault", "Doctor"] },
        { "Notices", ["Api", "Bootstrap", "Cli", "Dev", "DevVault", "Features", "Hashing", "Health", "Server", "Doctor"] },
        { "Reporting", ["Notices", "Access", "Api", "Bootstrap", "Configuration", "Dev", "DevVault", "Features", "Hashing", "Health", "Server", "Vault", "Doctor"] },
        { "Pages", ["Notices", "Access", "Api", "Bootstrap", "Cli", "Configuration", "Dev", "DevVault", "Features", "Hashing", "Health", "Operations", "Server", "Telemetry", "Vault", "Doctor"] },
        { "Audit", ["Access", "Api", "Dev", "DevVault", "Doctor", "Features", "Hashing", "Health", "Operations", "Server"] },
    };

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void Does_not_know(string folder, string[] others)
    {
        foreach (var other in others)
        {
            Types().That().ResideInNamespaceMatching(Below(folder))
                .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(Below(other)))
                .WithoutRequiringPositiveResults()
                .Check(Code);
        }
    }

    [Fact]
    public void Features_do_not_reach_into_each_other()
    {
        var features = Code.Namespaces.Select(n => n.FullName).Where(n => n.StartsWith(Root + ".Features.", StringComparison.Ordinal)).ToList();
        Assert.True(features.Count >= 7);
        foreach (var feature in features)
        {
            Types().That().ResideInNamespace(feature)
                .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(Below("Features")).And().DoNotResideInNamespace(feature))
                .Check(Code);
        }
    }

    [Fact]
    public void The_embedded_Vault_is_known_to_the_development_commands_alone() =>
        Types().That().ResideInNamespaceMatching("^BackupCodeBroker(\\.(?!DevVault|Cli|Dev)[A-Za-z]+.*)?$")
            .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(Below("DevVault")))
            .Check(Code);

    [Fact]
    public void The_rules_see_what_there_is()
    {
        // A rule about a namespace that is misspelt would hold for ever.
        foreach (var folder in Forbidden.SelectMany(row => row.Data.Item2.Append(row.Data.Item1)).Distinct())
        {
            Assert.True(Code.Types.Any(t => System.Text.RegularExpressions.Regex.IsMatch(t.Namespace.FullName, Below(folder))), folder);
        }
    }

    private static string Below(string folder) => $"^{Root}\\.{folder}(\\..*)?$";
}
