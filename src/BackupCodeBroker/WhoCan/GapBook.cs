using System.Collections.Concurrent;
using System.Globalization;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.WhoCan;

/// <summary>Collects what could not be read, from many reads at a time, and keeps them within bounds.</summary>
internal sealed class GapBook(CancellationToken cancellation)
{
    /// <summary>Reads under way at once: enough to keep a Vault busy, few enough for it to serve others.</summary>
    private const int AtOnce = 16;

    /// <summary>More entities, or policies, or roles of one mount, are not read.</summary>
    private const int Most = 100_000;

    /// <summary>So many gaps are told one by one.</summary>
    private const int MostGaps = 50;

    /// <summary>After so many denials of one kind no more of it is asked: somebody's audit log would fill with them.</summary>
    private const int MostDenials = 16;

    private readonly ConcurrentQueue<AccessGap> _gaps = [];
    private readonly ConcurrentDictionary<string, int> _denied = new(StringComparer.Ordinal);

    /// <summary>One more.</summary>
    public void Add(AccessGap gap) => _gaps.Enqueue(gap);

    /// <summary>An answer that was none: a denial is one gap, however many things it hides. Always false.</summary>
    public bool Missed<T>(VaultAnswer<T> answer, string about, string pattern, string capability)
    {
        switch (answer)
        {
            case VaultAnswer<T>.Denied:
                if (_denied.AddOrUpdate(pattern, 1, (_, denials) => denials + 1) == 1)
                {
                    _gaps.Enqueue(AccessGap.Denied(pattern, pattern, capability));
                }

                break;
            case VaultAnswer<T>.Faulted { Fault: var fault }:
                _gaps.Enqueue(AccessGap.Faulted(about, fault));
                break;
            default:
                _gaps.Enqueue(new AccessGap(about, "Vault says that there is no such thing"));
                break;
        }

        return false;
    }

    /// <summary>Whether asking more of a kind is of no use.</summary>
    public bool IsDenied(string pattern) => _denied.TryGetValue(pattern, out var denials) && denials >= MostDenials;

    /// <summary>A name that cannot be asked for; always false.</summary>
    public bool NotAPath(string about)
    {
        _gaps.Enqueue(new AccessGap(about, "its name has characters that this program does not put into a path"));
        return false;
    }

    /// <summary>As many of some names as are read.</summary>
    public IReadOnlyCollection<string> Bounded(IReadOnlyCollection<string> names, string about)
    {
        if (names.Count <= Most)
        {
            return names;
        }

        _gaps.Enqueue(new AccessGap(about, string.Create(CultureInfo.InvariantCulture, $"only the first {Most} of {names.Count} were read")));
        return [.. names.Take(Most)];
    }

    /// <summary>Reads each of some names, a bounded number at a time.</summary>
    public Task EachAsync(IReadOnlyCollection<string> names, Func<string, Task> read) => Parallel.ForEachAsync(
        names, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (name, _) => await read(name));

    /// <summary>All of them, in an order of their own; the last says how many more there are.</summary>
    public IReadOnlyList<AccessGap> Told()
    {
        var gaps = _gaps.OrderBy(gap => gap.About, StringComparer.Ordinal).ToList();
        var rest = gaps.Count - MostGaps;
        return rest <= 0 ? gaps : [.. gaps.Take(MostGaps), new AccessGap("", string.Create(CultureInfo.InvariantCulture, $"and {rest} more like these"))];
    }
}
