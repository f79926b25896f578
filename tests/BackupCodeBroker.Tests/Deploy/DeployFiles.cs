using System.Globalization;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli;
using BackupCodeBroker.Tests.Architecture;
using BackupCodeBroker.Tests.Cli;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>The files of <c>deploy/</c>, read as those who use them read them. What only a container engine can show is not shown here.</summary>
internal static class DeployFiles
{
    /// <summary>A file's text, by its path below <c>deploy/</c>.</summary>
    public static string Text(string relative) => Repository.Read("deploy/" + relative);

    /// <summary>Where it lies.</summary>
    public static string PathOf(string relative) => Path.GetFullPath(Repository.PathOf("deploy/" + relative));

    /// <summary>A YAML file with its anchors and merge keys resolved. Scalars stay text: no test depends on YAML's guesses.</summary>
    public static JsonNode Yaml(string relative)
    {
        using var reader = new StringReader(Text(relative));
        return Node(new DeserializerBuilder().Build().Deserialize<object?>(new MergingParser(new Parser(reader))))!;
    }

    /// <summary>The errors that the program's own parser has about the arguments of <c>bcb</c>.</summary>
    public static IReadOnlyList<string> CommandLineErrors(IEnumerable<string> arguments)
    {
        var root = CommandLineProgram.Root(new CliFrame(CliSurroundings.OfProcess()), CliRun.Servers);
        return [.. root.Parse([.. arguments]).Errors.Select(e => e.Message)];
    }

    private static JsonNode? Node(object? value) => value switch
    {
        Dictionary<object, object?> map => new JsonObject(map.Select(pair =>
            KeyValuePair.Create(Convert.ToString(pair.Key, CultureInfo.InvariantCulture)!, Node(pair.Value)))),
        List<object?> list => new JsonArray([.. list.Select(Node)]),
        null => null,
        _ => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)),
    };
}
