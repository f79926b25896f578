namespace BackupCodeBroker.Api;

/// <summary>A response-wrapping token and what its recipient compares before unwrapping.</summary>
/// <param name="Token">The wrapping token: whoever holds it first has what is inside, and is seen.</param>
/// <param name="Accessor">Its accessor.</param>
/// <param name="Ttl">Its life, in seconds.</param>
/// <param name="CreationTime">When Vault made it, in Vault's own text.</param>
/// <param name="CreationPath">Path that made it.</param>
internal sealed record WrappingAnswer(string Token, string Accessor, int Ttl, string CreationTime, string CreationPath)
{
    /// <inheritdoc />
    public override string ToString() => "[wrapping " + Accessor + "]";
}
