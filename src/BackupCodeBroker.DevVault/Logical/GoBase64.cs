namespace BackupCodeBroker.DevVault.Logical;

/// <summary>Standard base64 as Go reads it: line breaks are passed over, and an error names the byte it stands at.</summary>
internal static class GoBase64
{
    public static byte[]? Decode(string text, out string? error)
    {
        int at = ErrorAt(text);
        error = at < 0 ? null : $"illegal base64 data at input byte {at}";
        return at < 0 ? Convert.FromBase64String(text.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal)) : null;
    }

    private static int ErrorAt(string text)
    {
        int at = 0;
        while (true)
        {
            for (int j = 0; j < 4; j++)
            {
                at = SkipLineBreaks(text, at);
                if (at == text.Length)
                {
                    return j == 0 ? -1 : at - j;
                }

                char c = text[at++];
                if (IsDigit(c))
                {
                    continue;
                }

                return c == '=' && j >= 2 ? PaddingErrorAt(text, at, j) : at - 1;
            }
        }
    }

    private static int PaddingErrorAt(string text, int at, int j)
    {
        if (j == 2)
        {
            at = SkipLineBreaks(text, at);
            if (at == text.Length)
            {
                return text.Length;
            }

            if (text[at] != '=')
            {
                return at - 1;
            }

            at++;
        }

        at = SkipLineBreaks(text, at);
        return at < text.Length ? at : -1;
    }

    private static int SkipLineBreaks(string text, int at)
    {
        while (at < text.Length && text[at] is ('\r' or '\n'))
        {
            at++;
        }

        return at;
    }

    private static bool IsDigit(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '/';
}
