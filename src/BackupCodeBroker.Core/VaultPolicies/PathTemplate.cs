using System.Text;

namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>
/// Templates in a policy's paths: <c>{{identity.entity...}}</c> and <c>{{identity.groups...}}</c> stand for what is known of the
/// token's entity. A directive that has no value makes the whole path unrenderable, and a stanza with such a path grants nothing.
/// </summary>
/// <remarks>
/// Vault also renders <c>{{time.now}}</c>; here it never has a value, because what a policy grants would change with the clock.
/// </remarks>
internal static class PathTemplate
{
    private const string Open = "{{";
    private const string Close = "}}";

    public static bool IsTemplated(string path) => path.Contains(Open, StringComparison.Ordinal);

    /// <summary>Whether every opening has its closing.</summary>
    public static bool IsBalanced(string path)
    {
        string[] pieces = path.Split(Open);
        return !pieces[0].Contains(Close, StringComparison.Ordinal) && pieces.Skip(1).All(piece => piece.Split(Close).Length == 2);
    }

    /// <summary>The path for one subject, or null where a directive has no value.</summary>
    public static string? Render(string path, PolicySubject? subject)
    {
        string[] pieces = path.Split(Open);
        var rendered = new StringBuilder(pieces[0]);
        foreach (string piece in pieces.Skip(1))
        {
            string[] parts = piece.Split(Close);
            if (parts.Length != 2 || subject is null || Resolve(parts[0].Trim(), subject) is not { } value)
            {
                return null;
            }

            rendered.Append(value).Append(parts[1]);
        }

        return rendered.ToString();
    }

    private static string? Resolve(string directive, PolicySubject subject) =>
        After(directive, "identity.entity.") is { } ofEntity ? OfEntity(ofEntity, subject)
        : After(directive, "identity.groups.") is { } ofGroups ? OfGroups(ofGroups, subject)
        : null;

    private static string? OfEntity(string selector, PolicySubject subject) => selector switch
    {
        "id" => NotEmpty(subject.EntityId),
        "name" => NotEmpty(subject.EntityName),
        _ when After(selector, "metadata.") is { } key => subject.Metadata.GetValueOrDefault(key),
        _ when After(selector, "aliases.") is { } ofAlias => OfAlias(ofAlias, subject),
        _ => null,
    };

    private static string? OfAlias(string selector, PolicySubject subject)
    {
        (string accessor, string field) = Cut(selector);
        SubjectAlias? alias = subject.Aliases.FirstOrDefault(candidate => candidate.MountAccessor == accessor);
        return field switch
        {
            _ when alias is null => null,
            "id" => NotEmpty(alias.Id),
            "name" => NotEmpty(alias.Name),
            _ when After(field, "custom_metadata.") is { } custom => alias.CustomMetadata.GetValueOrDefault(custom),
            _ => After(field, "metadata.") is { } key ? alias.Metadata.GetValueOrDefault(key) : null,
        };
    }

    private static string? OfGroups(string selector, PolicySubject subject)
    {
        (string by, string rest) = Cut(selector);
        (string wanted, string field) = Cut(rest);
        SubjectGroup? group = by switch
        {
            "ids" => subject.Groups.FirstOrDefault(candidate => candidate.Id == wanted),
            "names" => subject.Groups.FirstOrDefault(candidate => candidate.Name == wanted),
            _ => null,
        };
        return field switch
        {
            _ when group is null => null,
            "id" => group.Id,
            "name" => NotEmpty(group.Name),
            _ => After(field, "metadata.") is { } key ? group.Metadata.GetValueOrDefault(key) : null,
        };
    }

    private static (string Head, string Tail) Cut(string selector) =>
        selector.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? (selector[..dot], selector[(dot + 1)..]) : (selector, "");

    private static string? After(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;

    private static string? NotEmpty(string value) => value.Length == 0 ? null : value;
}
