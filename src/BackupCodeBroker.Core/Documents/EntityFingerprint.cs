using System.Security.Cryptography;
using System.Text;

namespace BackupCodeBroker.Core.Documents;

/// <summary>What the broker knows of a Vault entity, or of a Vault group that owns, at one moment. A group is never disabled; its groups are those it is in.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Disabled">Whether it is disabled.</param>
/// <param name="Policies">Policies attached to the entity itself.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="GroupIds">Groups that it is in, directly or through other groups.</param>
/// <param name="Name">Its name in Vault.</param>
public sealed record EntitySnapshot(
    string Id,
    bool Disabled,
    IReadOnlyList<string> Policies,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<string> GroupIds,
    string Name = "");

/// <summary>
/// Which facets of an entity count as "the same owner", and their digest at issue. The facets are stored with the digest, so a change of
/// configuration does not suspend what was issued before.
/// </summary>
/// <param name="Facets">Names of the facets, sorted: <c>groups</c>, <c>name</c>, <c>policies</c>, <c>metadata.KEY</c>.</param>
/// <param name="Digest">SHA-256 over facets and values, lower-case hex.</param>
public sealed record EntityFingerprint(IReadOnlyList<string> Facets, string Digest)
{
    /// <summary>Facets that are compared without configuration: membership in groups, which is how roles are usually given.</summary>
    public static IReadOnlyList<string> DefaultFacets { get; } = ["groups"];

    /// <summary>Whether a text names a facet.</summary>
    public static bool IsFacet(string text) =>
        text is "groups" or "name" or "policies" || text.StartsWith("metadata.", StringComparison.Ordinal) && text.Length > "metadata.".Length;

    /// <summary>Takes the fingerprint of an entity.</summary>
    public static EntityFingerprint Of(EntitySnapshot entity, IEnumerable<string> facets)
    {
        string[] sorted = [.. facets.Distinct().Order(StringComparer.Ordinal)];
        return new EntityFingerprint(sorted, DigestOf(entity, sorted));
    }

    /// <summary>Whether the entity still looks as it did.</summary>
    public bool Fits(EntitySnapshot entity) => Digest == DigestOf(entity, Facets);

    private static string DigestOf(EntitySnapshot entity, IEnumerable<string> facets)
    {
        var text = new StringBuilder();
        foreach (var facet in facets)
        {
            Append(text, facet);
            foreach (var value in Values(entity, facet).Order(StringComparer.Ordinal))
            {
                Append(text, value);
            }

            text.Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    // Lengths stand before values, so that no two lists of values give one text.
    private static void Append(StringBuilder text, string value) => text.Append(value.Length).Append(':').Append(value);

    private static IEnumerable<string> Values(EntitySnapshot entity, string facet) => facet switch
    {
        "groups" => entity.GroupIds,
        "name" => [entity.Name],
        "policies" => entity.Policies,
        _ => entity.Metadata.TryGetValue(facet["metadata.".Length..], out var value) ? [value] : [],
    };
}
