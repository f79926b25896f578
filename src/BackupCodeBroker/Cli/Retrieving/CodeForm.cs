using System.Globalization;
using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli.Retrieving;

/// <summary>How codes are written into a file.</summary>
/// <param name="codes">The codes.</param>
/// <param name="page">Where to.</param>
internal delegate void CodeForm(ReceivedCodes codes, SecretPage page);

/// <summary>The forms there are.</summary>
internal static class CodeForms
{
    /// <summary>One a line, for programs, below two lines that say what they are.</summary>
    public static void Lines(ReceivedCodes codes, SecretPage page)
    {
        page.NewLine = "\n";
        page.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# Backup codes of {codes.Identity}, generation {codes.Generation}. Each works once."));
        page.WriteLine($"# Usable until {Screen.Clean(codes.ExpiresAt)}.");
        foreach (var code in codes.Codes)
        {
            page.Write(code);
            page.WriteLine();
        }
    }

    /// <summary>A page to be printed.</summary>
    public static void Sheet(ReceivedCodes codes, SecretPage page) => CodeSheet.Write(codes, page);
}
