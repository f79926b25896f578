using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>How many wrong secrets are borne (SP 800-63B-4, 3.2.2: at most 100 in a row).</summary>
/// <param name="PerCode">On one code before that code is void.</param>
/// <param name="PerSet">On a set before it is disabled.</param>
public sealed record FailureLimits(int PerCode = 10, int PerSet = 100)
{
    /// <summary>Longest time that a wrong answer is held back.</summary>
    public static readonly TimeSpan MaxHold = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan FirstHold = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the answer after the n-th failure in a row is held back: doubling from 50 ms, at most 4 s.</summary>
    public static TimeSpan Hold(int failures) =>
        failures <= 0 ? TimeSpan.Zero
        : failures > 7 ? MaxHold
        : FirstHold * (1 << (failures - 1));
}

/// <summary>A wrong secret for a live code.</summary>
/// <param name="OperationId">Operation that met it.</param>
/// <param name="By">Who sent it.</param>
/// <param name="Generation">The code's set.</param>
/// <param name="Selector">The code.</param>
public sealed record Failure(string OperationId, Actor By, int Generation, string Selector);

/// <summary>What counting failures came to.</summary>
/// <param name="Next">The document to write; null where nothing counts any more (spent, ended or voided meanwhile).</param>
/// <param name="InARow">Failures of the set after it.</param>
/// <param name="Voided">Selectors that are now void.</param>
/// <param name="Disabled">Whether the set is now disabled.</param>
public sealed record FailureCount(IdentityDocument? Next, int InARow, IReadOnlyList<string> Voided, bool Disabled)
{
    /// <summary>Counts failures that arrived together.</summary>
    public static FailureCount Of(IdentityDocument document, IReadOnlyList<Failure> failures, FailureLimits limits, DateTimeOffset now)
    {
        if (document.Active is not { DisabledAt: null } set)
        {
            return new FailureCount(null, document.Active?.Failures ?? 0, [], false);
        }

        // All that arrived together met a live code; those beyond the limit of one code still count towards the set.
        var counted = failures.Where(f => f.Generation == set.Generation && set.Codes.Any(c => c.Selector == f.Selector && c.IsLive)).ToList();
        if (counted.Count == 0)
        {
            return new FailureCount(null, set.Failures, [], false);
        }

        StoredCode[] codes = [.. set.Codes.Select(c => Count(c, counted, limits, now))];
        string[] voided = [.. codes.Where(c => c.VoidedAt == now && counted.Any(f => f.Selector == c.Selector)).Select(c => c.Selector)];
        var total = set.Failures + counted.Count;
        var disabled = total >= limits.PerSet;
        var next = document with
        {
            Active = set with { Failures = total, Codes = codes, DisabledAt = disabled ? now : null },
        };
        return new FailureCount(Told(next, counted, disabled, voided.Length > 0, now), total, voided, disabled);
    }

    // Each batch is one notice, and what it led to another.
    private static IdentityDocument Told(IdentityDocument document, List<Failure> counted, bool disabled, bool voided, DateTimeOffset now)
    {
        var last = counted[^1];
        var entry = new DocumentEvent(now, disabled ? "disable" : "void", last.OperationId, last.By, last.Generation, "failures");
        var told = document.Telling(NoticeKinds.FailedAttempts, entry, failures: counted.Count);
        told = disabled || voided ? told.With(entry) : told;
        return voided ? ClaimNotices.After(told, entry, askBelow: 0) : told;
    }

    private static StoredCode Count(StoredCode code, List<Failure> failures, FailureLimits limits, DateTimeOffset now)
    {
        var added = failures.Count(f => f.Selector == code.Selector);
        if (added == 0)
        {
            return code;
        }

        var total = code.Failures + added;
        return code with { Failures = total, VoidedAt = total >= limits.PerCode ? now : null };
    }
}
