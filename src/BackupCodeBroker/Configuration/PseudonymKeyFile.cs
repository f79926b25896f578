using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Configuration;

/// <summary>The key of the pseudonyms: the file's bytes as they are.</summary>
internal static class PseudonymKeyFile
{
    private const int MaxLength = 4096;

    /// <summary>The pseudonyms under the key of a file; null where it cannot be used, which is said in <paramref name="error"/>.</summary>
    public static Pseudonyms? Read(string path, out string error)
    {
        error = "";
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length is >= Pseudonyms.MinKeyLength and <= MaxLength)
            {
                var key = new byte[file.Length];
                file.ReadExactly(key);
                return new Pseudonyms(key);
            }

            error = $"telemetry.pseudonym_key_file: {path} must hold {Pseudonyms.MinKeyLength} to {MaxLength} bytes";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            error = $"telemetry.pseudonym_key_file: {path} cannot be read";
        }

        return null;
    }
}
