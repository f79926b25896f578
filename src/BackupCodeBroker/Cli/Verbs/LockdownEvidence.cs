using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// A file that says what a lockdown did, for those who ask later: its story with the identities hit, and the ids by which <c>bcb audit</c> and telemetry
/// know its operations. For its owner alone, there whole or not at all, and never in the place of another.
/// </summary>
internal sealed class LockdownEvidence : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    private readonly string _path;
    private readonly string _beside;
    private readonly FileStream _stream;
    private string? _trouble;
    private bool _written;

    private LockdownEvidence(string path, string beside, FileStream stream) => (_path, _beside, _stream) = (path, beside, stream);

    /// <summary>The option that asks for it.</summary>
    public static Option<string?> Option() => new("--evidence") { HelpName = "FILE", Description = "Write what is known of the lockdown there, as JSON; the file must not exist." };

    /// <summary>
    /// Makes the file's beginning beside it, before anything is done that it would tell of: a wrong path must show first. Null where none is asked for, or,
    /// with the error, where it cannot be made.
    /// </summary>
    public static LockdownEvidence? TryBegin(string? path, out string error)
    {
        error = "";
        if (path is null)
        {
            return null;
        }

        try
        {
            var full = Path.GetFullPath(path);
            if (Path.Exists(full))
            {
                error = $"the file {Screen.Clean(path)} exists already and is not overwritten";
                return null;
            }

            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            var beside = $"{full}.{Guid.NewGuid():n}.part";
            return new LockdownEvidence(full, beside, new FileStream(beside, options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            error = $"the file {Screen.Clean(path)} cannot be made ({e.GetType().Name})";
            return null;
        }
    }

    /// <summary>Writes it, waits until it is on the disk, and puts it into its place.</summary>
    public void Write(JsonObject story, LockdownStanding standing, DateTimeOffset now)
    {
        var document = new JsonObject
        {
            ["written_at"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
            ["operations"] = new JsonArray([.. Operations(standing)]),
            ["lockdown"] = story.DeepClone(),
        };
        try
        {
            using (_stream)
            {
                JsonSerializer.Serialize(_stream, document, Readable);
                _stream.Flush(flushToDisk: true);
            }

            File.Move(_beside, _path, overwrite: false);
            _written = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _trouble = File.Exists(_path)
                ? $"the file {Screen.Clean(_path)} exists by now and is not overwritten"
                : $"the file {Screen.Clean(_path)} cannot be written ({e.GetType().Name})";
        }
    }

    /// <summary>Says where it is, or why it is not.</summary>
    public void Show(Screen screen)
    {
        if (_trouble is { } trouble)
        {
            screen.Warning("no evidence was written: " + trouble);
        }
        else
        {
            screen.Line($"Evidence: {_path}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_written)
        {
            File.Delete(_beside);
        }
    }

    private static IEnumerable<JsonNode> Operations(LockdownStanding standing)
    {
        yield return Operation("declared", standing.Declared);
        if (standing.Lifted is { } lifted)
        {
            yield return Operation("lifted", lifted);
        }
    }

    private static JsonObject Operation(string what, LockdownTurn turn) => new()
    {
        ["what"] = what,
        ["at"] = turn.At,
        ["entity"] = turn.Entity,
        ["name"] = turn.Name,
        ["operation_id"] = turn.OperationId,
        ["trace_id"] = turn.TraceId,
    };
}
