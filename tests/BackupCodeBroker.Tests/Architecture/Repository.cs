namespace BackupCodeBroker.Tests.Architecture;

/// <summary>The files of the repository that conventions and documents are tested in.</summary>
internal static class Repository
{
    private static readonly Lazy<string> Found = new(Find);

    /// <summary>A file or folder, by its path from the top.</summary>
    public static string PathOf(string relative) => Path.Combine(Found.Value, relative);

    /// <summary>The text of a file.</summary>
    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>Every source file below a folder, by its path from the top with forward slashes.</summary>
    public static IEnumerable<(string Path, string Text)> Sources(string folder) =>
        Directory.EnumerateFiles(PathOf(folder), "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(Found.Value, file).Replace('\\', '/'), File: file))
            .Where(file => !file.Path.Contains("/obj/", StringComparison.Ordinal) && !file.Path.Contains("/bin/", StringComparison.Ordinal))
            .Select(file => (file.Path, File.ReadAllText(file.File)));

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests run outside their repository");
    }
}
