using System.Security.Cryptography;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>Codes that are well formed and wrong: what somebody sends who guesses.</summary>
internal static class MadeCodes
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>A code that nobody issued.</summary>
    public static string Unknown(CodeKind kind) => TextOf(BackupCode.Create(kind, RandomNumberGenerator.Fill));

    /// <summary>The same selector with another secret and a checksum that fits.</summary>
    public static string WrongSecretOf(string code)
    {
        var right = ((BackupCodeParse.Parsed)BackupCode.Parse(code)).Code;
        return TextOf(BackupCode.Create(right.Kind, bytes =>
        {
            RandomNumberGenerator.Fill(bytes);
            for (var i = 0; i < right.Selector.Length; i++)
            {
                bytes[i] = (byte)Alphabet.IndexOf(right.Selector[i], StringComparison.Ordinal);
            }
        }));
    }

    /// <summary>Which code of its identity it is.</summary>
    public static string SelectorOf(string code) => ((BackupCodeParse.Parsed)BackupCode.Parse(code)).Code.Selector;

    private static string TextOf(BackupCode code)
    {
        var text = new char[code.TextLength];
        code.WriteTo(text);
        return new string(text);
    }
}
