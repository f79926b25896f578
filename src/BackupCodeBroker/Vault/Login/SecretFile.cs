namespace BackupCodeBroker.Vault.Login;

/// <summary>A small file with one secret in it, as administrators and agents leave them.</summary>
internal static class SecretFile
{
    private const int UsualMaxLength = 8192;

    /// <summary>The text without surrounding white space, or null with the reason, which names the file and never its content.</summary>
    /// <param name="path">The file.</param>
    /// <param name="why">Why there is no text; empty where there is.</param>
    /// <param name="maxLength">The most characters that it may have, white space included.</param>
    public static string? Read(string path, out string why, int maxLength = UsualMaxLength)
    {
        why = "";
        try
        {
            using var reader = new StreamReader(path);
            var buffer = new char[maxLength + 1];
            var length = reader.ReadBlock(buffer);
            var text = length > maxLength ? "" : new string(buffer, 0, length).Trim();
            Array.Clear(buffer);
            if (text.Length > 0)
            {
                return text;
            }

            why = $"'{path}' is empty or too large";
        }
        catch (Exception unreadable) when (unreadable is FileNotFoundException or DirectoryNotFoundException)
        {
            why = $"'{path}' does not exist";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            why = $"'{path}' cannot be read";
        }

        return null;
    }
}
