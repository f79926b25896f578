using System.Diagnostics;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Features.Leaks;

/// <summary>A report on its way round.</summary>
internal sealed class LeakSeat(BackupCode code, ActivityContext parent)
{
    public BackupCode Code { get; } = code;

    public ActivityContext Parent { get; } = parent;

    public TaskCompletionSource<LeakLook> Round { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<Suspect> Suspects { get; } = [];

    /// <summary>Whether every document that it came past could be read.</summary>
    public bool IsComplete { get; set; } = true;

    /// <summary>Whether it has got on.</summary>
    public bool IsAboard { get; set; }

    /// <summary>After which name it got on; null where that was before all of them.</summary>
    public string? From { get; set; }

    /// <summary>Whether it has passed the last page.</summary>
    public bool IsSecondRound { get; set; }
}

/// <summary>What a look through all identities came to.</summary>
/// <param name="Suspects">Those that have a code of that selector.</param>
/// <param name="IsComplete">Whether all could be looked at; else the code may be of one that could not.</param>
internal sealed record LeakLook(IReadOnlyList<Suspect> Suspects, bool IsComplete);

/// <summary>An identity that has a code of that selector.</summary>
/// <param name="Identity">Its name.</param>
/// <param name="Material">What the reported code is to be verified against.</param>
internal sealed record Suspect(IdentityName Identity, CodeMaterial Material);
