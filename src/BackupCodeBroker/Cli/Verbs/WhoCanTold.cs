using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.WhoCan;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>All that <c>bcb who-can</c> says of one identity, or of operations that are about none.</summary>
internal sealed record WhoCanTold
{
    /// <summary>The identity, or null.</summary>
    public required IdentityAccess? Identity { get; init; }

    /// <summary>Whether its owner is a group.</summary>
    public required bool OwnerIsGroup { get; init; }

    /// <summary>One answer an operation.</summary>
    public required IReadOnlyList<WhoCanAnswer> Answers { get; init; }

    /// <summary>Whose tokens the broker refuses.</summary>
    public required IReadOnlyList<Remarked> TooBroad { get; init; }

    /// <summary>Who carries a policy that could not be read.</summary>
    public required IReadOnlyList<Remarked> Unsure { get; init; }

    /// <summary>The log-ins that are taken to be down.</summary>
    public required IReadOnlyList<string> Without { get; init; }

    /// <summary>What is left without them; null where none was named.</summary>
    public required RecoveryStanding? Standing { get; init; }

    /// <summary>The circles that the identity's codes are in.</summary>
    public required IReadOnlyList<Circle> Circles { get; init; }

    /// <summary>What could not be read.</summary>
    public required IReadOnlyList<AccessGap> Gaps { get; init; }

    /// <summary>The authorisation mount.</summary>
    public required string Mount { get; init; }

    /// <summary>The trace of the run.</summary>
    public required string TraceId { get; init; }

    /// <summary>Incomplete before lost: whoever is not seen may be the one who is left.</summary>
    public ExitCode Exit => ExitOf(Gaps, Standing is { } standing && IsLost(standing.Outlook) || Standing is not null && Circles.Count > 0);

    /// <summary>How such a verb ends.</summary>
    public static ExitCode ExitOf(IReadOnlyList<AccessGap> gaps, bool anyLost) => gaps.Count > 0 ? ExitCode.Unavailable : anyLost ? ExitCode.Refused : ExitCode.Done;

    /// <summary>Whether an outlook is a finding.</summary>
    public static bool IsLost(Outlook outlook) => outlook is Outlook.Lost or Outlook.ApprovalLost or Outlook.Nobody;
}
