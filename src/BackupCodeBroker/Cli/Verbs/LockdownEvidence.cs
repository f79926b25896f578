using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// A file that says what a lockdown did, for those who ask later: its story, every identity hit, and the ids by which <c>bcb audit</c> and telemetry
/// know its operations. For its owner alone, there whole or not at all, and never in the place of another.
/// </summary>
internal sealed class LockdownEvidence : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly string _beside;
    private readonly FileStream _stream;
    private int _hits;
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

    /// <summary>
    /// Writes it with all identities hit, read a page at a time, waits until it is on the disk, and puts it into its place. The failure where that was not to be
    /// done; null where it is there.
    /// </summary>
    public async Task<Outcome?> WriteAsync(CliContext context, JsonObject story, LockdownStanding standing, CancellationToken cancellation)
    {
        try
        {
            await using (_stream)
            {
                await using var json = new Utf8JsonWriter(_stream, new JsonWriterOptions { Indented = true });
                Begin(json, story, standing, context.Surroundings.Time.GetUtcNow());
                if (await WriteHitsAsync(json, context, standing.Id, cancellation) is { } failed)
                {
                    return failed with { Exit = ExitCode.Unavailable };
                }

                json.WriteEndObject();
                await json.FlushAsync(cancellation);
                RandomAccess.FlushToDisk(_stream.SafeFileHandle);
            }

            File.Move(_beside, _path, overwrite: false);
            _written = true;
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var trouble = File.Exists(_path)
                ? $"the file {Screen.Clean(_path)} exists by now and is not overwritten"
                : $"the file {Screen.Clean(_path)} cannot be written ({e.GetType().Name})";
            return Outcome.Failed(ExitCode.Unavailable, context.Problem("no-evidence", $"no evidence was written: {trouble}. bcb lockdown status {standing.Id} --evidence FILE writes it anew"));
        }
    }

    /// <summary>Says where it is.</summary>
    public void Show(Screen screen) => screen.Line($"Evidence: {_path}, with {_hits} identities");

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_written)
        {
            File.Delete(_beside);
        }
    }

    private static void Begin(Utf8JsonWriter json, JsonObject story, LockdownStanding standing, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("written_at", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WritePropertyName("operations");
        new JsonArray([.. Operations(standing)]).WriteTo(json);
        json.WritePropertyName("lockdown");
        story.WriteTo(json);
    }

    private async Task<Outcome?> WriteHitsAsync(Utf8JsonWriter json, CliContext context, string id, CancellationToken cancellation)
    {
        json.WriteStartArray("identities");
        string? after = null;
        while (true)
        {
            var answer = await Repeating.UntilSettledAsync(() => context.Broker.LockdownHitsAsync(id, after, cancellation), context.Surroundings, cancellation);
            if (answer is not BrokerAnswer<LockdownStanding>.Done { Value.Hits: { } page })
            {
                return answer is BrokerAnswer<LockdownStanding>.Done
                    ? Outcome.Failed(ExitCode.Unavailable, context.Problem("no-evidence", "no evidence was written: the broker names no identities; it is of an earlier version"))
                    : answer.Failure();
            }

            foreach (var hit in page.Identities)
            {
                Write(json, hit);
                _hits++;
            }

            await json.FlushAsync(cancellation);
            // A page that leads back is the last.
            if (!IdentityName.TryParse(page.Next, out _) || string.CompareOrdinal(page.Next, after) <= 0)
            {
                json.WriteEndArray();
                return null;
            }

            after = page.Next;
        }
    }

    private static void Write(Utf8JsonWriter json, LockdownHit hit)
    {
        json.WriteStartObject();
        json.WriteString("identity", hit.Identity);
        json.WriteBoolean("ended", hit.Ended);
        json.WriteBoolean("reissued", hit.Reissued);
        json.WriteEndObject();
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
