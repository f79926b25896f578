using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Doctor;

/// <summary>
/// How an audit device is exchanged for one with other options, which Vault cannot change. The new one is enabled first, at a path and in a file of its
/// own: were the old one disabled first, and the only one, nobody would see what happens in between.
/// </summary>
internal static class SuccessorDevice
{
    private const string Suffix = "-2";

    /// <summary>What is pasted, in order. All options of the old device are kept, but for those that are <paramref name="without"/>.</summary>
    public static string[] Commands(AuditDeviceFacts device, params string[] without)
    {
        var options = device.Options
            .Where(option => !without.Contains(option.Key, StringComparer.Ordinal))
            .OrderBy(option => option.Key, StringComparer.Ordinal)
            .Select(option => $" {option.Key}={Word(option.Key is "file_path" or "path" ? NextTo(option.Value) : option.Value)}");
        return
        [
            $"vault audit enable -path={Word(device.Path.TrimEnd('/') + Suffix)} {device.Type}{string.Concat(options)}",
            $"vault audit disable {Word(device.Path)}",
        ];
    }

    // Before the extension, so that a rotation of *.log takes the new file as well. Words such as stdout are no files.
    private static string NextTo(string file)
    {
        if (!file.Contains('/', StringComparison.Ordinal))
        {
            return file;
        }

        var extension = Path.GetExtension(file);
        return file[..^extension.Length] + Suffix + extension;
    }

    // A word for the shell.
    private static string Word(string text) => text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-:@,+".Contains(letter, StringComparison.Ordinal))
        ? text
        : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
