using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Scanning;

/// <summary>A code in plain view.</summary>
/// <param name="Path">File, with codes in its name masked; <c>-</c> for standard input.</param>
/// <param name="Line">Line, from 1; 0 where the code stands in the file's or folder's name.</param>
/// <param name="Column">Column in characters, from 1.</param>
/// <param name="Selector">Which code it is; no secret.</param>
/// <param name="Kind">Form of the code.</param>
internal sealed record Find(string Path, long Line, long Column, string Selector, CodeKind Kind);

/// <summary>What a look through files came to.</summary>
internal sealed record ScanReport
{
    /// <summary>Where codes stand, by path and place.</summary>
    public required IReadOnlyList<Find> Finds { get; init; }

    /// <summary>Codes that stand somewhere beyond those that are listed.</summary>
    public required long Unlisted { get; init; }

    /// <summary>Different codes among them.</summary>
    public required int Different { get; init; }

    /// <summary>Finds beyond those whose codes are kept, so that they can be reported.</summary>
    public long NotKept { get; init; }

    /// <summary>What could not be read to its end, and why.</summary>
    public required IReadOnlyList<(string Path, string Why)> Unreadable { get; init; }

    /// <summary>As much more of that.</summary>
    public required long UnlistedUnreadable { get; init; }

    /// <summary>Files that were looked at.</summary>
    public required long Files { get; init; }

    /// <summary>Bytes that were looked at, unpacked.</summary>
    public required long Bytes { get; init; }

    /// <summary>Files among them that something other than gzip packed: they were looked at as they are, and not into.</summary>
    public required long Packed { get; init; }

    /// <summary>Links that were not followed.</summary>
    public required int Links { get; init; }

    /// <summary>Folders of git objects that were not looked into.</summary>
    public required IReadOnlyList<string> ObjectStores { get; init; }

    /// <summary>Whether everything was looked at.</summary>
    public bool IsComplete => Unreadable.Count == 0;
}
