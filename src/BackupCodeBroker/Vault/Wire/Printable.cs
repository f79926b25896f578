namespace BackupCodeBroker.Vault.Wire;

/// <summary>Makes text from outside fit for a log line or a problem's detail: error texts of Vault can carry names that somebody chose.</summary>
internal static class Printable
{
    private const int MaxLength = 256;

    /// <summary>At most 256 characters, control characters and line breaks turned to spaces.</summary>
    public static string Line(string text)
    {
        var shortened = text.Length > MaxLength ? text.AsSpan(0, MaxLength) : text.AsSpan();
        return string.Create(shortened.Length, shortened, static (into, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                into[i] = char.IsControl(from[i]) || from[i] is '\u2028' or '\u2029' ? ' ' : from[i];
            }
        }).Trim();
    }
}
