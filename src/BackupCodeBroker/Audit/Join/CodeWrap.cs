using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>Somebody, as far as two of them have to be told apart.</summary>
/// <param name="Entity">Entity; empty where there is none.</param>
/// <param name="Token">Token.</param>
/// <param name="Accessor">Its accessor.</param>
/// <param name="Party">As a report names them.</param>
internal sealed record Someone(string Entity, Mark Token, Mark Accessor, Party? Party)
{
    /// <summary>Whether two are the same: by entity, else by token.</summary>
    public bool Is(Someone other) =>
        Entity.Length > 0 && Entity == other.Entity || !Token.IsNone && Token == other.Token || !Accessor.IsNone && Accessor == other.Accessor;
}

/// <summary>A wrap of codes, from its making to its end.</summary>
internal sealed class CodeWrap
{
    public required Mark Token { get; init; }

    public required string Identity { get; init; }

    public int? Generation { get; init; }

    /// <summary>Who asked for the codes: the recipient.</summary>
    public Someone? Asked { get; init; }

    public required DateTimeOffset Deadline { get; init; }

    /// <summary>Who opened it.</summary>
    public Someone? Opened { get; set; }

    /// <summary>When it was opened.</summary>
    public DateTimeOffset OpenedAt { get; set; }

    /// <summary>The request that opened it, as long as nobody has explained it.</summary>
    public AuditEntry? Doubtful { get; set; }

    /// <summary>Who proved receipt.</summary>
    public Someone? Activated { get; set; }

    public bool IsActivated { get; set; }

    /// <summary>Whether the set was ended on purpose before it was activated, or the wrap used up.</summary>
    public bool IsEnded { get; set; }

    /// <summary>The finding about it: whatever else happens to it belongs there.</summary>
    public Draft? Finding { get; set; }
}
