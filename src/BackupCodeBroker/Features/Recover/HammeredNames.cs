using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Throttling;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Features.Recover;

/// <summary>
/// Raises an alarm where a name's attempts stay used up: somebody keeps guessing at it. One an hour for each identity, of which so many are named; names that
/// nobody registered are a stranger's words, and all of them together are worth one alarm an hour that repeats none.
/// </summary>
internal sealed class HammeredNames(Alarms alarms, TimeProvider time)
{
    /// <summary>Identities that are named in an hour; who hammers at more has been noticed.</summary>
    public const int MaxNamed = 20;

    // Names that are watched at once.
    private const int MaxWatched = 10_000;

    private const string All = "";

    /// <summary>How long a name's attempts are used up before that is remarkable.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    // Since when attempts are refused; a name that has peace for longer than a minute or two begins anew.
    private readonly BoundedMemory<string, long> _since = new(MaxWatched, 2 * Patience, time);
    private readonly AttemptBook _each = new(new ThrottleRule(1, Period), time);
    private readonly AttemptBook _together = new(new ThrottleRule(MaxNamed, Period), time);

    /// <summary>Takes note that an attempt at a name was refused, as it has none left.</summary>
    public void Refused(string name, bool isKnown)
    {
        var since = _since.TryGet(name, out var first) ? first : time.GetTimestamp();
        _since.Set(name, since);
        if (time.GetElapsedTime(since) < Patience)
        {
            return;
        }

        if (!IsFree(_each, isKnown ? name : All))
        {
            return;
        }

        if (!isKnown)
        {
            alarms.RaiseOfUnknown(AlarmKind.RecoverHammered);
        }
        else if (IsFree(_together, All))
        {
            alarms.Raise(AlarmKind.RecoverHammered, name);
        }
        else
        {
            _each.Back(name);
        }
    }

    private static bool IsFree(AttemptBook book, string source) => book.Take(source) == TimeSpan.Zero;
}
