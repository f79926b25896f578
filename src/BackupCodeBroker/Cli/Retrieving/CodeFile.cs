using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli.Retrieving;

/// <summary>
/// A file that only its owner reads and that was not there before. It is made before the wrap is opened, as a wrap opens only once: a full
/// disk or a wrong path must show while nothing can be lost yet. Unless it is kept, it is removed.
/// </summary>
internal sealed class CodeFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _stream;
    private bool _kept;

    private readonly CodeForm _form;

    private CodeFile(string path, FileStream stream, CodeForm form)
    {
        Path = path;
        _stream = stream;
        _form = form;
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Makes it, empty; never over another.</summary>
    public static CodeFile? TryCreate(string path, CodeForm form, out string error)
    {
        try
        {
            var full = System.IO.Path.GetFullPath(path);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            error = "";
            return new CodeFile(full, new FileStream(full, options), form);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            error = File.Exists(path)
                ? $"the file {Screen.Clean(path)} exists already and is not overwritten"
                : $"the file {Screen.Clean(path)} cannot be made ({e.GetType().Name})";
            return null;
        }
    }

    /// <summary>Writes the codes and waits until they are on the disk.</summary>
    /// <returns>Null, or what went wrong.</returns>
    public string? Write(ReceivedCodes codes)
    {
        using var page = new SecretPage();
        _form(codes, page);
        try
        {
            _stream.Write(page.Written);
            _stream.Flush(flushToDisk: true);
            return null;
        }
        catch (IOException e)
        {
            return $"the file {Screen.Clean(Path)} cannot be written ({e.GetType().Name})";
        }
    }

    /// <summary>The file stays.</summary>
    public void Keep() => _kept = true;

    /// <summary>The file goes after all.</summary>
    public void Drop() => _kept = false;

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_kept)
        {
            File.Delete(Path);
        }
    }
}
