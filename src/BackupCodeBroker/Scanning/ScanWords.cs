using System.Text;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Scanning;

/// <summary>How finds and files are shown: never with a code in them.</summary>
internal static class ScanWords
{
    /// <summary>A code as it may be shown: which one of its identity's it is, and nothing of its secret.</summary>
    public static string Masked(string selector, CodeKind kind) => $"BCB1-{selector}-***** ({kind.Name()})";

    /// <summary>A path with the codes in it masked: whoever names a file after a code should not see it printed.</summary>
    public static string Path(string path)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        var shown = new StringBuilder();
        for (var rest = bytes.AsSpan(); ;)
        {
            using var code = CodeFinder.Next(rest, isEnd: true, out var start, out var end);
            shown.Append(Encoding.UTF8.GetString(rest[..start]));
            if (code is null)
            {
                return shown.ToString();
            }

            shown.Append(Masked(code.Selector, code.Kind));
            rest = rest[end..];
        }
    }

    /// <summary>Why something cannot be read, without what the system says about it: that holds paths.</summary>
    public static string Of(Exception fault) => fault switch
    {
        UnauthorizedAccessException => "permission denied",
        FileNotFoundException or DirectoryNotFoundException => "is gone",
        InvalidDataException => "is packed by gzip, and damaged or cut off",
        PathTooLongException => "its path is too long",
        _ => $"cannot be read ({fault.GetType().Name})",
    };
}
