namespace BackupCodeBroker.Core.WhoCan;

/// <summary>One auth mount.</summary>
/// <param name="Path">Where it is, such as <c>auth/oidc</c>, without a slash at its end.</param>
/// <param name="Type">Its method.</param>
/// <param name="Accessor">By which aliases name it.</param>
public sealed record LogIn(string Path, string Type, string Accessor)
{
    /// <summary>The mount by which tokens make tokens; it is no log-in of its own.</summary>
    public const string TokenPath = "auth/token";

    /// <summary>What of it gives policies.</summary>
    public IReadOnlyList<LogInRole> Roles { get; init; } = [];

    /// <summary>Whether these are all; where not, what somebody gets by logging in cannot be said whole.</summary>
    public bool RolesAreKnown { get; init; } = true;
}

/// <summary>What a role, a user or a group of an auth mount is, for whoever logs in.</summary>
public enum LogInRoleKind
{
    /// <summary>A role that whoever logs in chooses; what it asks of them is the method's business.</summary>
    Role,

    /// <summary>A role that stands for one entity (AppRole).</summary>
    Account,

    /// <summary>One user.</summary>
    User,

    /// <summary>A group of the method's own directory (LDAP, Okta, GitHub's teams).</summary>
    Group,

    /// <summary>A role by which tokens are made from tokens; whoever makes one picks some of its policies.</summary>
    TokenRole,
}

/// <summary>Something of an auth mount that gives policies to who logs in by it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Policies">What it gives.</param>
/// <param name="BringsDefault">Whether the <c>default</c> policy comes with them.</param>
public sealed record LogInRole(LogInRoleKind Kind, string Name, IReadOnlyList<string> Policies, bool BringsDefault = true)
{
    /// <summary>Of a token role: the patterns of aliases that a token may be made for.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Of a token role: patterns of further policies that it gives.</summary>
    public IReadOnlyList<string> PolicyPatterns { get; init; } = [];

    /// <summary>Of a token role: policies, and patterns of them, that it never gives.</summary>
    public IReadOnlyList<string> Withheld { get; init; } = [];

    /// <summary>What it is, for people.</summary>
    public string Word => Kind switch
    {
        LogInRoleKind.User => "user",
        LogInRoleKind.Group => "group",
        LogInRoleKind.TokenRole => "token role",
        _ => "role",
    };
}
