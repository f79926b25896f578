using System.Collections.Concurrent;
using System.Text;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Scanning;

/// <summary>
/// Looks for codes in files, folders and standard input: as many files at once as there are processors, each in a buffer of its own, so that memory does not depend
/// on what is looked at. Names are looked at as well. What cannot be read is reported, and the rest is looked at all the same.
/// </summary>
internal sealed class ScanRun(FoundCodes codes, Func<Stream> input, Action<long, long> progress)
{
    /// <summary>What stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Most finds, and most unreadable files, that are listed.</summary>
    public const int MaxListed = 10_000;

    private readonly Lock _lock = new();
    private readonly List<Find> _finds = [];
    private readonly List<(string Path, string Why)> _unreadable = [];
    private long _unlisted, _unlistedUnreadable, _files, _bytes, _packed;

    /// <summary>Looks.</summary>
    /// <param name="paths">Files and folders; <c>-</c> for standard input.</param>
    /// <param name="cancellation">Breaks it off.</param>
    public ScanReport Run(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        if (paths.Contains(StandardInput))
        {
            using var scan = Scan(StandardInput);
            Look(scan, StandardInput, input, cancellation);
        }

        var walk = new FileWalk(Miss);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        var met = Partitioner.Create(walk.Under(paths.Where(p => p != StandardInput)), EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(
            met,
            parallel,
            () => new Worker(this),
            (one, _, worker) =>
            {
                worker.Look(one, cancellation);
                return worker;
            },
            worker => worker.Dispose());
        return new ScanReport
        {
            Finds = [.. _finds.Distinct().OrderBy(f => f.Path, StringComparer.Ordinal).ThenBy(f => f.Line).ThenBy(f => f.Column)],
            Unlisted = _unlisted,
            Different = codes.All.Count,
            NotKept = codes.NotKept,
            Unreadable = [.. _unreadable.OrderBy(u => u.Path, StringComparer.Ordinal)],
            UnlistedUnreadable = _unlistedUnreadable,
            Files = _files,
            Bytes = _bytes,
            Packed = _packed,
            Links = walk.Links,
            ObjectStores = [.. walk.ObjectStores.Select(ScanWords.Path).Order(StringComparer.Ordinal)],
        };
    }

    private StreamScan Scan(string path) => new((code, line, column) => Found(path, code, line, column), Read);

    private void Look(StreamScan scan, string path, Func<Stream> open, CancellationToken cancellation)
    {
        try
        {
            using var stream = open();
            if (!scan.Run(stream, cancellation))
            {
                Interlocked.Increment(ref _packed);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException)
        {
            Miss(path, ScanWords.Of(e));
        }

        Interlocked.Increment(ref _files);
    }

    private void Read(int bytes) => progress(Interlocked.Read(ref _files), Interlocked.Add(ref _bytes, bytes));

    private void Found(string path, BackupCode code, long line, long column)
    {
        var find = new Find(ScanWords.Path(path), line, column, code.Selector, code.Kind);
        lock (_lock)
        {
            codes.Add(code);
            if (_finds.Count < MaxListed)
            {
                _finds.Add(find);
            }
            else
            {
                _unlisted++;
            }
        }
    }

    private void Miss(string path, string why)
    {
        lock (_lock)
        {
            if (_unreadable.Count < MaxListed)
            {
                _unreadable.Add((ScanWords.Path(path), why));
            }
            else
            {
                _unlistedUnreadable++;
            }
        }
    }

    /// <summary>One file after the other.</summary>
    private sealed class Worker : IDisposable
    {
        private static readonly FileStreamOptions Reading = new()
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.SequentialScan,
            // The scan has its own buffer.
            BufferSize = 0,
        };

        private readonly ScanRun _run;
        private readonly StreamScan _scan;
        private string _path = "";

        public Worker(ScanRun run)
        {
            _run = run;
            _scan = new StreamScan((code, line, column) => run.Found(_path, code, line, column), run.Read);
        }

        public void Look(Met met, CancellationToken cancellation)
        {
            _path = met.Path;
            Name();
            if (!met.NameOnly)
            {
                _run.Look(_scan, met.Path, () => new FileStream(met.Path, Reading), cancellation);
            }
        }

        public void Dispose() => _scan.Dispose();

        // A code that was meant for a file's content and became its name.
        private void Name()
        {
            using var code = CodeFinder.Next(Encoding.UTF8.GetBytes(Path.GetFileName(_path)), isEnd: true, out _, out _);
            if (code is not null)
            {
                _run.Found(_path, code, 0, 0);
            }
        }
    }
}
