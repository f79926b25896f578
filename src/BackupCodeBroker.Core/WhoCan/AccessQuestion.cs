using BackupCodeBroker.Core.Operations;

namespace BackupCodeBroker.Core.WhoCan;

/// <summary>Who is asked for: those who may do one operation, on one identity where it is about one.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Target">What stands behind it in the path: an identity, a prefix, or nothing.</param>
public sealed record AccessQuestion(Operation Operation, string? Target)
{
    /// <summary>Entity or group that owns the identity; null where that is not known, so that nobody holds anything as its owner.</summary>
    public string? Owner { get; init; }

    /// <summary>The path that a policy grants by name.</summary>
    public string Path(string mount) => Target is null ? $"{mount}/{Operation.Name}" : $"{mount}/{Operation.Name}/{Target}";

    /// <summary>The path that grants it to the owner; null where there is no such grant.</summary>
    public string? OwnedPath(string mount) => Operation.CanBeOwned ? $"{mount}/{Operation.Name}/{Operation.Owned}" : null;
}
