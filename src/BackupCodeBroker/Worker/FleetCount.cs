using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Reports;

namespace BackupCodeBroker.Worker;

/// <summary>The figures of all identities, counted by one sweep.</summary>
internal sealed class FleetCount(BrokerProfiles profiles)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _remaining = new(StringComparer.Ordinal);

    /// <summary>Identities by the word for where they stand.</summary>
    public IReadOnlyDictionary<string, int> States => _states;

    /// <summary>Codes that are left in active sets, by profile; empty where configuration has the profile no longer.</summary>
    public IReadOnlyDictionary<string, long> Remaining => _remaining;

    /// <summary>When the oldest active set was issued.</summary>
    public DateTimeOffset? OldestSet { get; private set; }

    /// <summary>Active sets that should have been replaced by now.</summary>
    public int Overdue { get; private set; }

    /// <summary>Identities whose owner is gone or disabled, with codes or without.</summary>
    public int Ownerless { get; private set; }

    /// <summary>Active sets of which nobody knows that they work (<see cref="Proving"/>).</summary>
    public int Unproven { get; private set; }

    /// <summary>Requests that wait for a second person.</summary>
    public int ApprovalsOpen { get; private set; }

    /// <summary>Uses that nobody has looked at.</summary>
    public int ReviewsOpen { get; private set; }

    /// <summary>Notices that were given up.</summary>
    public long DeadLetters { get; private set; }

    /// <summary>Documents that are deleted, unreadable, or of another identity.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Counts an identity as the sweep left it, by what was decided of it: the report says the same.</summary>
    public void Add(IdentityDocument after, Surroundings around, Readiness readiness, PeopleSeen seen)
    {
        lock (_lock)
        {
            Count(_states, ReportRows.StateOf(after, around, seen), 1);
            if (after.Active is { } set)
            {
                Count(_remaining, profiles.Of(after)?.Name ?? "", set.Remaining);
                OldestSet = OldestSet < set.IssuedAt ? OldestSet : set.IssuedAt;
            }

            Overdue += readiness.Has(ReadinessCause.Overdue) ? 1 : 0;
            Unproven += readiness.Has(ReadinessCause.NeverProven) || readiness.Has(ReadinessCause.ProofOld) ? 1 : 0;
            Ownerless += readiness.Has(ReadinessCause.Ownerless) ? 1 : 0;
            ApprovalsOpen += after.Approvals.Count(a => a.Consent is null && around.Now < a.ExpiresAt);
            ReviewsOpen += after.Reviews.Count;
            DeadLetters += after.DeadLetters;
        }
    }

    /// <summary>Counts a document that nothing can be done with.</summary>
    public void AddUnreadable()
    {
        lock (_lock)
        {
            Unreadable++;
        }
    }

    private static void Count(Dictionary<string, int> counts, string key, int by) => counts[key] = counts.GetValueOrDefault(key) + by;

    private static void Count(Dictionary<string, long> counts, string key, long by) => counts[key] = counts.GetValueOrDefault(key) + by;
}
