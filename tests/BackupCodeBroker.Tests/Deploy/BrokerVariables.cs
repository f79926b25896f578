using System.Text;
using BackupCodeBroker.Configuration;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>Which environment variables the program reads, asked of the program.</summary>
internal static class BrokerVariables
{
    // Those of the client and of the start, which are no settings of the server.
    private static readonly string[] NoSettings = ["BCB_ADDR", "BCB_CACERT", "BCB_CONFIG"];

    /// <summary>Those that begin with BCB_ and that nothing reads.</summary>
    public static IReadOnlyList<string> Unknown(IEnumerable<string> names)
    {
        var settings = names.Where(n => n.StartsWith("BCB_", StringComparison.Ordinal) && !NoSettings.Contains(n))
            .Select(n => KeyValuePair.Create(n["BCB_".Length..].Replace("__", ":", StringComparison.Ordinal).ToLowerInvariant(), (string?)"x")).ToList();
        var asIfOfAFile = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return [.. SettingsReader.Read(asIfOfAFile, asIfOfAFile, _ => null).Errors.Where(e => e.EndsWith(" is unknown", StringComparison.Ordinal))];
    }

    /// <summary>What the server would say of a configuration file with these settings laid over it.</summary>
    public static IReadOnlyList<string> Errors(string json, IEnumerable<KeyValuePair<string, string?>> over)
    {
        var file = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        var all = new ConfigurationBuilder().AddConfiguration(file).AddInMemoryCollection(over).Build();
        return SettingsReader.Read(file, all, _ => null).Errors;
    }
}
