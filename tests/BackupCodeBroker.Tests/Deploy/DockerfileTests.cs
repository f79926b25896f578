using System.Text.RegularExpressions;
using BackupCodeBroker.Tests.Architecture;
using Xunit;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>The image, as far as its recipe shows it: no engine is needed here, and none builds it.</summary>
public sealed class DockerfileTests
{
    // It has a package that the image's builder need not find.
    private const string Optional = "BackupCodeBroker.VaultSharp";

    private static readonly List<(string Word, string Text)> Instructions = Read();

    [Fact]
    public void What_runs_has_no_SDK_and_is_pinned_to_a_tag()
    {
        var from = Instructions.Where(i => i.Word == "FROM").Select(i => i.Text.Split(' ')[0]).ToList();
        Assert.Equal(2, from.Count);
        Assert.All(from, image => Assert.Matches(@":\d+\.\d+[\w.-]*$", image));
        Assert.Contains("/sdk:", from[0], StringComparison.Ordinal);
        Assert.DoesNotContain("sdk", from[^1], StringComparison.Ordinal);
        Assert.Contains("chiseled", from[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(Last(), i => i.Word == "RUN");
    }

    [Fact]
    public void It_runs_as_a_number_that_is_not_root()
    {
        var user = Assert.Single(Last(), i => i.Word == "USER").Text;
        Assert.Matches("^[1-9][0-9]*:[1-9][0-9]*$", user);
        Assert.True(Last().FindIndex(i => i.Word == "USER") < Last().FindIndex(i => i.Word == "ENTRYPOINT"));
    }

    [Fact]
    public void Its_commands_are_ones_that_the_program_knows()
    {
        var health = Regex.Match(Assert.Single(Last(), i => i.Word == "HEALTHCHECK").Text, @"CMD (\[.*\])$").Groups[1].Value;
        var entry = Words(Assert.Single(Last(), i => i.Word == "ENTRYPOINT").Text);
        Assert.Equal(["dotnet", "/app/bcb.dll"], entry);
        Assert.Equal(entry, Words(health).Take(2));
        Assert.Empty(DeployFiles.CommandLineErrors(Words(health).Skip(2)));
        Assert.Empty(DeployFiles.CommandLineErrors(Words(Assert.Single(Last(), i => i.Word == "CMD").Text)));
    }

    [Fact]
    public void Packages_are_restored_from_the_lock_files_of_every_project_that_it_builds()
    {
        Assert.Contains(Instructions, i => i.Word == "RUN" && i.Text.Contains("restore", StringComparison.Ordinal) && i.Text.Contains("--locked-mode", StringComparison.Ordinal));
        Assert.Contains(Instructions, i => i.Word == "RUN" && i.Text.Contains("publish", StringComparison.Ordinal) && i.Text.Contains("--no-restore", StringComparison.Ordinal));
        foreach (var project in Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
            .Select(p => Path.GetFileNameWithoutExtension(p)).Where(p => p != Optional))
        {
            Assert.Contains(Instructions, i => i.Word == "COPY" && i.Text == $"src/{project}/{project}.csproj src/{project}/packages.lock.json src/{project}/");
        }
    }

    [Fact]
    public void What_is_copied_exists_and_is_sent_to_the_builder_and_nothing_else_is()
    {
        var sent = DeployFiles.Text("Dockerfile.dockerignore").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith('#')).ToList();
        Assert.Equal("*", sent[0]);
        foreach (var copied in Instructions.Where(i => i.Word == "COPY" && !i.Text.StartsWith("--from", StringComparison.Ordinal)).SelectMany(i => i.Text.Split(' ')[..^1]))
        {
            Assert.True(Path.Exists(Repository.PathOf(copied)), copied);
            Assert.Contains("!" + copied.Split('/')[0], sent);
        }

        Assert.Contains("**/bin", sent);
        Assert.Contains("**/obj", sent);
    }

    [Fact]
    public void Nothing_secret_can_be_in_a_layer()
    {
        string[] open = ["VERSION", "REVISION"];
        Assert.All(Instructions.Where(i => i.Word == "ARG"), i => Assert.Contains(i.Text.Split('=')[0], open));
        Assert.DoesNotContain(Instructions, i => i.Word is "ARG" or "ENV" or "RUN" or "COPY" or "ADD" && Regex.IsMatch(i.Text, "token|secret|password|credential", RegexOptions.IgnoreCase));
        Assert.Contains(Last(), i => i.Word == "ENV" && i.Text.Contains("DOTNET_EnableDiagnostics=0", StringComparison.Ordinal));
        Assert.Contains(Last(), i => i.Word == "LABEL" && i.Text.Contains("org.opencontainers.image.title=", StringComparison.Ordinal));
    }

    private static List<(string Word, string Text)> Last() => Instructions[Instructions.FindLastIndex(i => i.Word == "FROM")..];

    private static string[] Words(string json) => System.Text.Json.JsonSerializer.Deserialize<string[]>(json)!;

    private static List<(string Word, string Text)> Read()
    {
        var lines = DeployFiles.Text("Dockerfile").Split('\n').Where(l => l.Length > 0 && !l.StartsWith('#'));
        return [.. string.Join('\n', lines).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
            .Select(l => l.Split(' ', 2)).Select(l => (l[0], Regex.Replace(l[1].Trim(), " +", " ")))];
    }
}
