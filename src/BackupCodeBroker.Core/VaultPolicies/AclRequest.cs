using System.Text.Json;

namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>What a request does at its path. Whether a write is a create or an update says the engine's existence check.</summary>
public enum AclOperation
{
    /// <summary>A write where nothing is yet.</summary>
    Create,

    /// <summary>A read.</summary>
    Read,

    /// <summary>A write over what is there; also every write where an engine has no existence check, and renewals and revocations.</summary>
    Update,

    /// <summary>A delete.</summary>
    Delete,

    /// <summary>A list.</summary>
    List,

    /// <summary>A partial write.</summary>
    Patch,

    /// <summary>A request for a path's help text, which is always allowed.</summary>
    Help,
}

/// <summary>
/// A request as the ACL sees it: the path without <c>v1/</c> (Vault adds the trailing slash of a list before it asks), the body's
/// (or for reads the query's) top-level fields, and the TTL asked for in <c>X-Vault-Wrap-TTL</c>, null where none was.
/// </summary>
public sealed record AclRequest(string Path, AclOperation Operation, JsonElement? Data = null, TimeSpan? WrapTtl = null);

/// <summary>Why a verdict is what it is.</summary>
public enum AclReason
{
    /// <summary>No rule's path matches.</summary>
    NoRule,

    /// <summary>The deciding rule says deny.</summary>
    ExplicitDeny,

    /// <summary>The deciding rule does not have the operation's capability.</summary>
    CapabilityMissing,

    /// <summary>The response is not wrapped as the rule requires, or for too short or too long.</summary>
    WrappingTtl,

    /// <summary>A required parameter is missing.</summary>
    ParameterRequired,

    /// <summary>A parameter, or its value, is denied.</summary>
    ParameterDenied,

    /// <summary>A parameter, or its value, is not among the allowed ones.</summary>
    ParameterNotAllowed,

    /// <summary>A rule grants the request.</summary>
    Granted,

    /// <summary>The root policy grants everything.</summary>
    Root,

    /// <summary>Help is for everybody.</summary>
    Help,
}

/// <summary>The verdict on a request.</summary>
/// <param name="Allowed">Whether it may go on.</param>
/// <param name="SudoGranted">Whether the deciding rule has <c>sudo</c>; a path that Vault keeps for root needs it besides.</param>
/// <param name="Reason">Why.</param>
/// <param name="Rule">The path of the rule that decided, wildcards included; null where none did.</param>
public readonly record struct AclVerdict(bool Allowed, bool SudoGranted, AclReason Reason, string? Rule = null);
