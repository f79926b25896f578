namespace BackupCodeBroker.Core.Identities;

/// <summary>
/// The identity that answers in place of names that nobody registered, so that an unknown name costs what a known one costs and strangers
/// create nothing in Vault. Its name is outside the alphabet of identities: nobody can register or ask for it.
/// </summary>
public static class Decoy
{
    /// <summary>The decoy's alias and the name of its document.</summary>
    public const string Alias = "bcb._decoy";

    /// <summary>What stands in its document's <c>identity</c>.</summary>
    public const string Name = "_decoy";
}
