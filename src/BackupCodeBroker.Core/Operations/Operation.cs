namespace BackupCodeBroker.Core.Operations;

/// <summary>
/// What a caller can ask for. One table: operation, what its path in Vault is about, route, verb. Authorisation, routes, OpenAPI, help and the shipped
/// policies are tested against it.
/// </summary>
/// <param name="Name">The operation's name: the first segment of the path that policy must grant with <c>read</c>.</param>
/// <param name="Target">What stands behind it in the path.</param>
/// <param name="CanBeOwned">Whether a grant on <c>@owned</c> works for it.</param>
public sealed record Operation(string Name, OperationTarget Target, bool CanBeOwned)
{
    /// <summary>Second segment of the grant for whoever owns the identity.</summary>
    public const string Owned = "@owned";

    /// <summary>Both segments of the path that nobody grants on purpose: a token that may read it is granted by a wildcard.</summary>
    public const string Probe = "@probe";

    /// <summary>Whether callers ask Vault for it with a token of their own. Nobody asks for <see cref="Recover"/>: the code is all that its caller has.</summary>
    public bool IsAsked { get; init; } = true;

    /// <summary>Bind an identity to owner, entity, profile and labels.</summary>
    public static Operation Register { get; } = new("register", OperationTarget.Identity, CanBeOwned: false);

    /// <summary>Make a pending set and wrap its plaintext.</summary>
    public static Operation Issue { get; } = new("issue", OperationTarget.Identity, CanBeOwned: true);

    /// <summary>Receive codes: activate them, or report that they were intercepted.</summary>
    public static Operation Retrieve { get; } = new("retrieve", OperationTarget.Identity, CanBeOwned: true);

    /// <summary>Spend one code for one purpose.</summary>
    public static Operation Consume { get; } = new("consume", OperationTarget.Identity, CanBeOwned: true);

    /// <summary>Spend one code for a credential, with no other proof than the code.</summary>
    public static Operation Recover { get; } = new("recover", OperationTarget.Identity, CanBeOwned: false) { IsAsked = false };

    /// <summary>Prove that a code would work, without spending it.</summary>
    public static Operation Drill { get; } = new("drill", OperationTarget.Identity, CanBeOwned: true);

    /// <summary>See the state of an identity's codes, and the reasons of refusals.</summary>
    public static Operation Status { get; } = new("status", OperationTarget.Identity, CanBeOwned: true);

    /// <summary>End an identity's sets.</summary>
    public static Operation Revoke { get; } = new("revoke", OperationTarget.Identity, CanBeOwned: true);

    /// <summary>Give or refuse a second person's consent.</summary>
    public static Operation Approve { get; } = new("approve", OperationTarget.Identity, CanBeOwned: true);

    /// <summary>Give an identity to another owner.</summary>
    public static Operation Transfer { get; } = new("transfer", OperationTarget.Identity, CanBeOwned: true);

    /// <summary>End an identity for good.</summary>
    public static Operation Retire { get; } = new("retire", OperationTarget.Identity, CanBeOwned: true);

    /// <summary>Issue while a lockdown is in force over the identity.</summary>
    public static Operation IssueInLockdown { get; } = new("issue-in-lockdown", OperationTarget.Identity, CanBeOwned: true);

    /// <summary>Declare and lift lockdowns.</summary>
    public static Operation Lockdown { get; } = new("lockdown", OperationTarget.Prefix, CanBeOwned: false);

    /// <summary>List all identities.</summary>
    public static Operation List { get; } = new("list", OperationTarget.None, CanBeOwned: false);

    /// <summary>Read the report over all identities.</summary>
    public static Operation Report { get; } = new("report", OperationTarget.None, CanBeOwned: false);

    /// <summary>Report a code that was found somewhere.</summary>
    public static Operation Leaks { get; } = new("leaks", OperationTarget.None, CanBeOwned: false);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Operation> All { get; } =
    [
        Register, Issue, Retrieve, Consume, Recover, Drill, Status, Revoke, Approve, Transfer, Retire, IssueInLockdown, Lockdown, List, Report, Leaks,
    ];

    /// <summary>The operation of that name, or null.</summary>
    public static Operation? Named(string name) => All.FirstOrDefault(o => o.Name == name);
}

/// <summary>What an operation's path in Vault is about.</summary>
public enum OperationTarget
{
    /// <summary>One identity.</summary>
    Identity,

    /// <summary>The literal prefix of a pattern over identities.</summary>
    Prefix,

    /// <summary>Nothing: the path is the operation alone.</summary>
    None,
}
