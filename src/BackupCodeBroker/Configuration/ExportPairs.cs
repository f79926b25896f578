using System.Net.Http.Headers;

namespace BackupCodeBroker.Configuration;

/// <summary>Lists such as <c>name=value,name=value</c>. Nothing of them is repeated in an error: a value may be a credential.</summary>
internal static class ExportPairs
{
    /// <summary>Whether it is such a list; one comma may end it.</summary>
    public static bool Understood(string list) => Pairs(list).All(p => p.Length == 2 && p[0].Length > 0);

    /// <summary>Whether it is such a list of headers that can be sent.</summary>
    public static bool UnderstoodAsHeaders(string list)
    {
        // Headers are percent-encoded as a whole, and the exporter decodes them before it looks for commas.
        var decoded = Uri.UnescapeDataString(list);
        using var message = new HttpRequestMessage();
        return Understood(decoded) && Pairs(decoded).All(p => Sends(message.Headers, p[0], p[1]));
    }

    private static bool Sends(HttpRequestHeaders headers, string name, string value) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)) && value.All(c => c is '\t' or (>= ' ' and <= '~'))
        && headers.TryAddWithoutValidation(name, value);

    private static IEnumerable<string[]> Pairs(string list) =>
        (list.EndsWith(',') ? list[..^1] : list).Split(',').Select(p => p.Split('=', 2, StringSplitOptions.TrimEntries));
}
