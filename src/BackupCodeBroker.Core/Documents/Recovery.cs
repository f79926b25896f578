namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// What a recovery handed out, by its accessor: kept so that an incident, and whoever ends the identity's codes, ends that too. The accessor names the
/// credential and is none.
/// </summary>
/// <param name="OperationId">Operation that spent the code.</param>
/// <param name="At">When.</param>
/// <param name="Generation">Whose code it was.</param>
/// <param name="StateVersion">KV version of <c>broker/state</c> that it saw: a lockdown of a later version ends it.</param>
/// <param name="Form">Name of the <see cref="Profiles.RecoveryForm"/>.</param>
/// <param name="Accessor">Accessor of the secret-id or of the token.</param>
/// <param name="Deadline">Until when the same code with the same key gets a fresh one: the first wrap's end.</param>
/// <param name="EndedAt">When it was decided that it ends; it goes from the document once Vault has ended it. Null while it may be used.</param>
/// <param name="Epoch">The deployment's epoch then: a restore of storage brings back what had ended since.</param>
public sealed record Recovery(
    string OperationId, DateTimeOffset At, int Generation, long StateVersion, string Form, string Accessor, DateTimeOffset Deadline, DateTimeOffset? EndedAt = null, int? Epoch = null)
{
    /// <summary>Most that may be used at a time; with one more the oldest is marked to end.</summary>
    public const int Max = 8;

    /// <summary>Most that an identity keeps, with those that are marked to end and that Vault has not ended yet: where they leave no room nothing more is handed out.</summary>
    public const int MaxKept = 2 * Max;

    /// <summary>How long one that may be used is kept: Vault's own longest life of a token, unless an administrator raised it.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(32);
}
