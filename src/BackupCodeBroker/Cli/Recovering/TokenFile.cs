using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli.Recovering;

/// <summary>
/// Where the token of a recovery goes: <c>~/.vault-token</c>, as a log-in by <c>vault</c> leaves it, or a file of the user's choice. It is written beside its
/// place before the code is spent, so that a wrong path or a full disk shows while nothing is lost, and moved there once it holds the token.
/// </summary>
internal sealed class TokenFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _beside;
    private readonly FileStream _stream;

    private TokenFile(string path, string beside, FileStream stream) => (Path, _beside, _stream) = (path, beside, stream);

    /// <summary>Where it will be.</summary>
    public string Path { get; }

    /// <summary>Makes it, beside its place; what is there is left until then.</summary>
    public static TokenFile? TryCreate(string path, out string error)
    {
        try
        {
            var full = System.IO.Path.GetFullPath(path);
            var beside = $"{full}.{Environment.ProcessId}.new";
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            error = Directory.Exists(full) ? $"{Screen.Clean(path)} is a folder" : "";
            return error.Length > 0 ? null : new TokenFile(full, beside, new FileStream(beside, options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            error = $"the file {Screen.Clean(path)} cannot be made ({e.GetType().Name})";
            return null;
        }
    }

    /// <summary>Writes the token and puts the file in its place.</summary>
    /// <returns>Null, or what went wrong.</returns>
    public string? Write(SecretText token)
    {
        try
        {
            using (var writer = new StreamWriter(_stream, leaveOpen: true))
            {
                writer.Write(token.Reveal());
            }

            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
            File.Move(_beside, Path, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the file {Screen.Clean(Path)} cannot be written ({e.GetType().Name})";
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        File.Delete(_beside);
    }
}
