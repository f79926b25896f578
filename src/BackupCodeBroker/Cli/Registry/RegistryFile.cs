using System.Text;

namespace BackupCodeBroker.Cli.Registry;

/// <summary>
/// What a file says should be registered (<c>bcb apply -f</c>). Written by people and kept in a repository, so it is read strictly: every mistake is told by its
/// line, and where there is one nothing is sent. A file says everything about each identity that it names, and nothing about others.
/// </summary>
internal sealed record RegistryFile(IReadOnlyList<RegistryEntry> Entries, string? Reason)
{
    /// <summary>Most bytes of a file, and identities in it.</summary>
    public const int MaxBytes = 4 * 1024 * 1024, MaxEntries = 20_000;

    /// <summary>Reads a file; <c>-</c> is standard input.</summary>
    public static (RegistryFile? File, IReadOnlyList<string> Errors) Read(string path, CliSurroundings surroundings)
    {
        try
        {
            using var stream = path == "-" ? surroundings.Input() : File.OpenRead(path);
            return Read(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return (null, [$"{(path == "-" ? "standard input" : "the file")} cannot be read: {Words(e, path)}"]);
        }
    }

    /// <summary>Reads what is in it.</summary>
    public static (RegistryFile? File, IReadOnlyList<string> Errors) Read(Stream stream)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (var read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxBytes)
            {
                return (null, [$"the file is larger than {MaxBytes / (1024 * 1024)} MiB"]);
            }
        }

        try
        {
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
            return new RegistryReader(text).Read();
        }
        catch (DecoderFallbackException)
        {
            return (null, ["the file is not UTF-8"]);
        }
    }

    private static string Words(Exception e, string path) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is none",
        UnauthorizedAccessException when Directory.Exists(path) => "it is a folder",
        UnauthorizedAccessException => "no permission",
        _ => "it is no file",
    };
}

/// <summary>What is said of one identity.</summary>
internal sealed record RegistryEntry(string Identity, int Line, string Owner, string Profile)
{
    /// <summary>Its own entity.</summary>
    public string? Entity { get; init; }

    /// <summary>What it is called elsewhere.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Until when it must be confirmed.</summary>
    public DateTimeOffset? RecertifyBy { get; init; }

    /// <summary>Why it changes hands, where it does.</summary>
    public string? Reason { get; init; }
}
