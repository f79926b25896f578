using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>Makes a party of what an entry says of its token.</summary>
internal static class Parties
{
    /// <summary>Who made a request; null where the log says nothing of them.</summary>
    public static Party? Of(AuditEntry entry)
    {
        var auth = entry.Auth;
        return auth.Entity.Length == 0 && auth.Name.Length == 0 && auth.Policies.Count == 0 && entry.Accessor.IsNone && string.IsNullOrEmpty(entry.Address)
            ? null
            : new Party
            {
                Entity = auth.Entity.Length > 0 ? auth.Entity : null,
                Name = auth.Name.Length > 0 ? auth.Name : null,
                Accessor = entry.Accessor.IsNone || entry.Accessor.InClear ? null : entry.Accessor.ToString(),
                Policies = auth.Policies,
                Address = string.IsNullOrEmpty(entry.Address) ? null : entry.Address,
            };
    }

    /// <summary>A sentence's beginning.</summary>
    public static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>Somebody in a sentence.</summary>
    public static string Named(Party? party) => party switch
    {
        null => "somebody whom the log does not name",
        { Root: true } => "a root token",
        { Name: { } name } when name.Length > 0 && name != "token" => name,
        { Entity: { } entity } => "entity " + entity,
        { Policies: { Count: > 0 } policies } => "a token with the policies " + string.Join(", ", policies.Take(4)),
        _ => "a token without a name",
    };
}
