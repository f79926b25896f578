namespace BackupCodeBroker.Core.Documents;

/// <summary>Who did something, as Vault names them. Batch tokens have no accessor, tokens outside identity no entity.</summary>
/// <param name="EntityId">The caller's Vault entity, or empty.</param>
/// <param name="Accessor">Accessor of the caller's token, or empty.</param>
/// <param name="DisplayName">Vault's display name of the token.</param>
public sealed record Actor(string EntityId, string Accessor, string DisplayName)
{
    /// <summary>The broker's own worker, for what it does of itself.</summary>
    public static Actor Worker { get; } = new("", "", "bcb worker");

    /// <summary>Whoever holds a code and nothing else: no token says who that is.</summary>
    public static Actor CodeHolder { get; } = new("", "", "holder of a code");

    /// <summary>Longest display name that is kept: it stands at every consumption, and the size of a document is bounded.</summary>
    public const int MaxNameLength = 64;

    /// <summary>What tells two callers apart: the entity where there is one, else the token's accessor, else its display name.</summary>
    public string Key => EntityId.Length > 0 ? "entity:" + EntityId : Accessor.Length > 0 ? "accessor:" + Accessor : "name:" + DisplayName;
}
