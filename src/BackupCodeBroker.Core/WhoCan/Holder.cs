namespace BackupCodeBroker.Core.WhoCan;

/// <summary>What somebody who may do something is.</summary>
public enum HolderKind
{
    /// <summary>An entity.</summary>
    Entity,

    /// <summary>Whoever logs in by a role, a user that never did, a group of a method's directory, or makes a token by a token role.</summary>
    LogIn,

    /// <summary>Whoever is in an external group as they log in.</summary>
    ExternalGroup,
}

/// <summary>Somebody who may, or whoever does something in particular.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Id">The entity's or group's id; for a log-in its path and what gives the policies.</param>
/// <param name="Name">Entity's or group's name, or the role's. Somebody chose it: not fit for a terminal as it stands.</param>
public sealed record Holder(HolderKind Kind, string Id, string Name)
{
    /// <summary>Whether the entity is disabled: then none of its tokens is worth anything until it is enabled.</summary>
    public bool IsDisabled { get; init; }
}

/// <summary>Where a policy came from.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Givers">Who gives it: the entity itself, groups by their names with those they come through, or what of the log-in.</param>
public sealed record GivenPolicy(string Policy, IReadOnlyList<string> Givers);

/// <summary>One way in which a holder comes by a token that may.</summary>
/// <param name="LogIn">The auth mount's path; null where Vault knows none for this entity, so that only a token made by hand would serve.</param>
/// <param name="Role">What of it the token was made under; null where nothing was.</param>
/// <param name="IsCertain">Whether who the holder is decides it; otherwise it is one of several roles of which the method lets them in by some.</param>
/// <param name="Grant">What grants it.</param>
/// <param name="Given">The granting policies with where they came from.</param>
public sealed record Way(string? LogIn, LogInRole? Role, bool IsCertain, Grant Grant, IReadOnlyList<GivenPolicy> Given);

/// <summary>A holder with all their ways.</summary>
public sealed record HolderWays(Holder Holder, IReadOnlyList<Way> Ways);

/// <summary>Somebody whose tokens the broker refuses whatever they ask, or of whom nothing can be said.</summary>
/// <param name="Holder">Who.</param>
/// <param name="LogIns">By which log-ins.</param>
/// <param name="Stanzas">The stanzas that are too broad; empty for the root policy.</param>
/// <param name="Policies">The policies that it is about.</param>
public sealed record Remarked(Holder Holder, IReadOnlyList<string> LogIns, IReadOnlyList<GrantingStanza> Stanzas, IReadOnlyList<string> Policies);

/// <summary>A policy that grants what was asked for, by itself.</summary>
/// <param name="Stanza">By which stanza.</param>
/// <param name="IsOwners">Whether only to whoever owns the identity.</param>
/// <param name="IsGiven">Whether an entity, a group or a log-in that was seen gives it. Where not, only tokens that were made by hand carry it.</param>
public sealed record GrantingPolicy(GrantingStanza Stanza, bool IsOwners, bool IsGiven);

/// <summary>Who may do one thing.</summary>
public sealed record WhoCanAnswer
{
    /// <summary>What was asked.</summary>
    public required AccessQuestion Question { get; init; }

    /// <summary>Those who may, entities first, by name.</summary>
    public required IReadOnlyList<HolderWays> Holders { get; init; }

    /// <summary>Entities that are disabled and would otherwise be among them.</summary>
    public required IReadOnlyList<Holder> Disabled { get; init; }

    /// <summary>Those whom a policy grants it, and whose tokens may not ask Vault who they are, which the broker needs.</summary>
    public required IReadOnlyList<Holder> CannotAsk { get; init; }

    /// <summary>Roles whose templated policies may grant it, depending on who logs in by them.</summary>
    public required IReadOnlyList<Remarked> DependingOnWho { get; init; }

    /// <summary>The policies that grant it.</summary>
    public required IReadOnlyList<GrantingPolicy> Policies { get; init; }
}
