using BackupCodeBroker.IntegrationTests.Kit;

namespace BackupCodeBroker.IntegrationTests.Ownership;

/// <summary>People at their own machines: each with their token where <c>vault login</c> leaves it, and <c>bcb</c>.</summary>
internal sealed class Homes(string broker, string vault) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-homes-").FullName;

    /// <summary>Runs a verb as somebody.</summary>
    public async Task<CliResult> RunAsync(Person person, string input, params string[] arguments)
    {
        var home = Directory.CreateDirectory(Path.Combine(_folder, person.EntityId)).FullName;
        await File.WriteAllTextAsync(Path.Combine(home, ".vault-token"), person.Token);
        return await CliProcess.RunAsync(home, broker, vault, input, arguments);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
