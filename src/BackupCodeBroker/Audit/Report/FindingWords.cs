using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Report;

/// <summary>How a kind of finding is told to people.</summary>
/// <param name="Group">What it is about.</param>
/// <param name="Title">The kind in words.</param>
/// <param name="Advice">What an auditor does about it.</param>
internal sealed record FindingWords(FindingGroup Group, string Title, string Advice)
{
    private static readonly Dictionary<FindingKind, FindingWords> All = new()
    {
        [FindingKind.ForeignAccess] = new(
            FindingGroup.Access, "Code data touched past the broker",
            "Find out whose token it was and revoke it; take the policy away that let it. If it wrote, or cannot be accounted for, issue the identity's codes anew."),
        [FindingKind.AccessWithoutRecord] = new(
            FindingGroup.Access, "A broker's token was used and no operation is on record",
            "First see that every broker's access file was given, rotated ones too. If it was: revoke the broker's token, which ends all its children, and issue the codes anew."),
        [FindingKind.AccessBeyondOperation] = new(
            FindingGroup.Access, "More was done than the operation does",
            "Somebody used a child token beside its operation, or a record was altered. Revoke the broker's token and look at that broker's machine."),
        [FindingKind.StorageAccess] = new(
            FindingGroup.Access, "Vault's storage was reached past its interfaces",
            "A snapshot or raw read is a copy of every hash; a restore brings spent codes back. Account for the copy; after a restore raise the epoch (lockdown)."),
        [FindingKind.UnwrappedByAnother] = new(
            FindingGroup.Delivery, "Codes were opened by somebody other than their recipient",
            "The codes are useless until receipt is proven. Revoke the set, find who held the wrapping token, and issue anew."),
        [FindingKind.WrappedAgain] = new(
            FindingGroup.Delivery, "What a wrap held was wrapped again",
            "Somebody opened the codes and put them back so that it would not show. Revoke the set and issue anew over another channel."),
        [FindingKind.SecondUnwrap] = new(
            FindingGroup.Delivery, "A wrap was tried again after it was opened",
            "Ask the recipient whether it was them. If it was not, two people held the wrapping token: revoke the set and issue anew."),
        [FindingKind.TakenNotActivated] = new(
            FindingGroup.Delivery, "Codes were taken and never activated",
            "Ask the recipient whether they opened it. If they did not, somebody else did; either way issue anew."),
        [FindingKind.OperationWithoutEntries] = new(
            FindingGroup.Gap, "An operation's calls are missing from Vault's log",
            "First see that every file of the period was given, from every node. If it was, entries were removed or the device was off: look for a change of audit."),
        [FindingKind.AskWithoutRecord] = new(
            FindingGroup.Gap, "A caller's permission was asked and no operation is on record",
            "A broker's record is missing (see that every access file was given), or the caller asked Vault directly, which grants them nothing."),
        [FindingKind.UnreadableEntries] = new(
            FindingGroup.Gap, "Entries of Vault's log could not be read",
            "Look at the lines that are named. A damaged file: find another copy. An entry beyond all measure: somebody sent what makes one, perhaps to hide what else the request did."),
        [FindingKind.PolicyChange] = new(
            FindingGroup.Change, "A policy was changed",
            "Compare it with what your change records allow; `bcb bootstrap --check` shows how the broker's own differ from what they should be."),
        [FindingKind.MountChange] = new(
            FindingGroup.Change, "A mount of the broker was changed",
            "Compare it with your change records; `bcb bootstrap --check` shows what differs. A mount that was disabled took its data with it."),
        [FindingKind.AuditChange] = new(
            FindingGroup.Change, "An audit device, or what it shows, was changed",
            "Between its disabling and its enabling nothing was logged: what happened then cannot be explained by any log. See that `traceparent` is audited in clear."),
        [FindingKind.RoleChange] = new(
            FindingGroup.Change, "A role or credential of the broker was changed",
            "A new secret-id is a way to become the broker. If nobody rotated credentials, destroy it and revoke the tokens that came of it."),
        [FindingKind.EntityChange] = new(
            FindingGroup.Change, "An identity's entity or alias was changed",
            "It decides whose codes they are. Codes of before are refused; see under changes below that they were."),
        [FindingKind.KeyChange] = new(
            FindingGroup.Change, "The pepper's key was changed or exported",
            "An exported key makes printable codes guessable by whoever also has their hashes: rotate it and issue those codes anew."),
        [FindingKind.RootToken] = new(
            FindingGroup.Change, "A root token was made",
            "It may do everything and is explained by nothing here. See that the ceremony is on record and that the token was revoked."),
        [FindingKind.BrokerTokenMade] = new(
            FindingGroup.Change, "A token with the broker's powers was made by hand",
            "Revoke it. The broker makes its own tokens, from its role; nobody else needs one."),
        [FindingKind.RawAuditDevice] = new(
            FindingGroup.Change, "The audit log holds values in clear",
            "Set `log_raw` off. Tokens in the log can be used by its readers until they end: treat the log as a secret and revoke what it shows."),
    };

    /// <summary>The words for a kind.</summary>
    public static FindingWords For(FindingKind kind) => All[kind];
}

/// <summary>What a finding is about, gravest first.</summary>
internal enum FindingGroup
{
    /// <summary>Code data was touched.</summary>
    Access,

    /// <summary>Codes on their way to their owner.</summary>
    Delivery,

    /// <summary>One of the two records lacks what the other one has.</summary>
    Gap,

    /// <summary>Something that protects codes was changed.</summary>
    Change,
}
