using System.Buffers;
using System.Threading.Channels;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Telemetry;

/// <summary>
/// The access file: one JSON line per record, for <c>bcb audit</c>. Operations put records into a bounded queue and go on; one writer appends what has
/// come together and opens the file anew each time, so a rotation that renames it needs no signal. While the disk refuses, the writer keeps what it
/// holds and tries again; what does not fit into the queue meanwhile is dropped and counted. A file belongs to one process, by a lock beside it.
/// </summary>
internal sealed class AccessFile : IAsyncDisposable
{
    /// <summary>Records that wait for the writer at most: some 4 MiB, and seconds of a busy broker.</summary>
    public const int Capacity = 8_192;

    private const int BatchSize = 1_024;

    /// <summary>Lets records come together: opening a file for each would cost more than writing it.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly TelemetryLoss? _loss;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ArrayBufferWriter<byte> _lines = new(64 * 1024);
    private readonly Channel<AccessRecord> _queue;
    private readonly Task _writing;

    private AccessFile(string path, FileStream exclusive, TelemetryLoss? loss)
    {
        (_path, _lock, _loss) = (path, exclusive, loss);
        _queue = Channel.CreateBounded<AccessRecord>(new BoundedChannelOptions(Capacity) { SingleReader = true });
        _loss?.Watch(Sink.AccessFile, () => _queue.Reader.Count);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Opens the file for this process alone, and makes sure that it can be written.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="loss">Counts what is dropped.</param>
    /// <exception cref="AccessFileException">It cannot be had.</exception>
    public static AccessFile Open(string path, TelemetryLoss? loss)
    {
        path = Path.GetFullPath(path);
        FileStream? exclusive = null;
        try
        {
            exclusive = new FileStream(path + ".lock", Options(FileMode.OpenOrCreate, FileShare.None));
            using (new FileStream(path, Options(FileMode.OpenOrCreate, FileShare.ReadWrite | FileShare.Delete)))
            {
            }

            return new AccessFile(path, exclusive, loss);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            exclusive?.Dispose();
            throw new AccessFileException(e is IOException && exclusive is null && File.Exists(path + ".lock")
                ? $"telemetry.access_file: another process writes {path}; each broker needs a file of its own"
                : $"telemetry.access_file: {path} cannot be written: {e.Message}");
        }
    }

    /// <summary>Opens the file for a command; where no path is given there is none, and that is well.</summary>
    /// <param name="path">Where it is, or null.</param>
    /// <param name="file">The file, or null.</param>
    /// <param name="error">Why it cannot be had.</param>
    public static bool TryOpen(string? path, out AccessFile? file, out string error)
    {
        (file, error) = (null, "");
        try
        {
            file = path is null ? null : Open(path, loss: null);
            return true;
        }
        catch (AccessFileException e)
        {
            error = e.Message;
            return false;
        }
    }

    /// <summary>Takes a record to be written; never waits.</summary>
    public void Write(AccessRecord record)
    {
        if (!_queue.Writer.TryWrite(record))
        {
            _loss?.Overflowed(Sink.AccessFile);
        }
    }

    /// <summary>Writes what there is and lets go of the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_queue.Writer.TryComplete())
        {
            await _stopping.CancelAsync();
            await _writing;
            await _lock.DisposeAsync();
            _stopping.Dispose();
        }
    }

    private static FileStreamOptions Options(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private async Task WriteAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            await Pause(Linger);
            var count = Take();
            while (!Append())
            {
                if (_stopping.IsCancellationRequested)
                {
                    _loss?.LeftBehind(Sink.AccessFile, count);
                    break;
                }

                await Pause(RetryPause);
            }

            _lines.ResetWrittenCount();
        }
    }

    private int Take()
    {
        var count = 0;
        while (count < BatchSize && _queue.Reader.TryRead(out var record))
        {
            AccessRecordJson.Write(_lines, record);
            count++;
        }

        return count;
    }

    // A line that a crash or a full disk cut short must not swallow the next one; what this process cut short it takes back.
    private bool Append()
    {
        try
        {
            using var file = new FileStream(_path, Options(FileMode.OpenOrCreate, FileShare.ReadWrite | FileShare.Delete));
            var end = file.Length;
            try
            {
                if (end > 0 && LastByte(file) != '\n')
                {
                    file.Write("\n"u8);
                }

                file.Write(_lines.WrittenSpan);
            }
            catch (IOException)
            {
                file.SetLength(end);
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _loss?.Failed(Sink.AccessFile, e.Message);
            return false;
        }

        _loss?.Worked(Sink.AccessFile);
        return true;
    }

    private static int LastByte(FileStream file)
    {
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte();
    }

    private async Task Pause(TimeSpan length) =>
        await Task.Delay(length, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

/// <summary>The access file cannot be had; the message is for people.</summary>
internal sealed class AccessFileException(string message) : Exception(message);
