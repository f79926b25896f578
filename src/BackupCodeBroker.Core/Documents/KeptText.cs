namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// People's words as they are kept where many of them have to fit: whole where they take at most <see cref="MaxBytes"/> bytes in the document, which any
/// 256 ASCII characters do, else cut between two characters. What is decided on them (the hash of a request) is decided on all of them.
/// </summary>
public static class KeptText
{
    /// <summary>Most bytes that a text takes in a document; quotes and backslashes are written as two.</summary>
    public const int MaxBytes = 256;

    /// <summary>The text, or its beginning.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (bytes, length) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Value is '"' or '\\' ? 2 : rune.Utf8SequenceLength;
            if (bytes > MaxBytes)
            {
                return text[..length];
            }

            length += rune.Utf16SequenceLength;
        }

        return text;
    }
}
