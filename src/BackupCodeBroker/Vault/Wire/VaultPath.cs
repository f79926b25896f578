using System.Buffers;

namespace BackupCodeBroker.Vault.Wire;

/// <summary>
/// A path below <c>/v1/</c> and the template of it that telemetry may show. Whatever goes into a path has been parsed long before it
/// comes here (identity names, ids that Vault made); that nothing hostile ever does is asserted once more, segment by segment, because
/// a path decides whose policy applies.
/// </summary>
internal readonly record struct VaultPath
{
    private const int MaxLength = 512;

    private static readonly SearchValues<char> Segment =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@");

    private VaultPath(string text, string template, bool isFolder = false)
    {
        Assert(isFolder ? text[..^1] : text);
        Text = text;
        Template = template;
    }

    /// <summary>The path as it is sent and as policies write it.</summary>
    public string Text { get; }

    /// <summary>The path with names replaced.</summary>
    public string Template { get; }

    /// <summary>A path without names in it.</summary>
    public static VaultPath Of(string text) => new(text, text);

    /// <summary>A path that ends in a name.</summary>
    public static VaultPath Of(string prefix, string name, string placeholder) => new(prefix + name, prefix + placeholder);

    /// <summary>A path with a name in its middle.</summary>
    public static VaultPath Of(string prefix, string name, string placeholder, string rest) => new(prefix + name + rest, prefix + placeholder + rest);

    /// <summary>A path that ends with a slash: all that lies below it.</summary>
    public static VaultPath Folder(string path, string placeholder) => new(path + "/", path + "/" + placeholder, isFolder: true);

    /// <summary>Whether a text is made of segments that may stand in a path, or names all that lies below such a one.</summary>
    public static bool IsPath(string text) => Fault(text.EndsWith('/') ? text[..^1] : text) is null;

    private static void Assert(string text)
    {
        if (Fault(text) is { } fault)
        {
            throw new ArgumentException(fault, nameof(text));
        }
    }

    private static string? Fault(string text)
    {
        if (text.Length is 0 or > MaxLength)
        {
            return "a Vault path has 1 to 512 characters";
        }

        foreach (var range in text.AsSpan().Split('/'))
        {
            var segment = text.AsSpan(range);
            if (segment.IsEmpty || segment is "." or ".." || segment.ContainsAnyExcept(Segment))
            {
                return "a segment of a Vault path is empty, relative, or has a character that names do not have";
            }
        }

        return null;
    }
}
