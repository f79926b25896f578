using System.Text.Json.Serialization;

namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// A notice, written with the change that it tells of, so that a crash between the two cannot lose it. It stays until it is delivered: at least
/// once, always under the same id.
/// </summary>
public sealed record OutboxEntry
{
    /// <summary>Most that an identity keeps.</summary>
    public const int Max = 32;

    /// <summary>Cause: somebody opened a wrap, and nobody activated what was in it.</summary>
    public const string NotActivated = "not-activated";

    /// <summary>Id of the notice, the same at each delivery.</summary>
    public required string Id { get; init; }

    /// <summary>What it tells (<c>consumed</c>, <c>issued</c>, <c>claim-requested</c> …): the last part of the event's type.</summary>
    public required string Notice { get; init; }

    /// <summary>When that was.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Operation that it tells of.</summary>
    public required string OperationId { get; init; }

    /// <summary>Who did it; without the accessor.</summary>
    public required Actor By { get; init; }

    /// <summary>Who was responsible for the identity when it happened, so that a later owner changes nothing about what is told; null in entries of before this was kept, and in those of lockdowns.</summary>
    public string? Owner { get; init; }

    /// <summary>Of a change of owner: whose the identity was before; else null.</summary>
    public string? PreviousOwner { get; init; }

    /// <summary>The code set concerned, or null.</summary>
    public int? Generation { get; init; }

    /// <summary>Codes left after it, or null.</summary>
    public int? Remaining { get; init; }

    /// <summary>Why, a word of the broker's own (never somebody's text), or null.</summary>
    public string? Cause { get; init; }

    /// <summary>How many wrong secrets it tells of, or null.</summary>
    public int? Failures { get; init; }

    /// <summary>
    /// Whether it tells of a wrap that was taken and not activated: what the broker's own people are alarmed of as well, from here, so that no crash between the
    /// write and the alarm loses it.
    /// </summary>
    [JsonIgnore]
    public bool IsTakenNotActivated => Cause == NotActivated && Notice == NoticeKinds.PendingEnded;
}
