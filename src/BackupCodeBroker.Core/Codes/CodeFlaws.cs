namespace BackupCodeBroker.Core.Codes;

/// <summary>What is wrong with a mistyped code, in words that help whoever typed it and repeat nothing of it: the same from the server and the command line.</summary>
public static class CodeFlaws
{
    /// <summary>The words, as they follow "the code".</summary>
    public static string Word(CodeFlaw flaw) => flaw switch
    {
        CodeFlaw.Checksum => "is mistyped: its checksum does not match",
        CodeFlaw.Character => "has a character that codes do not have",
        CodeFlaw.Prefix => "does not begin with BCB1",
        CodeFlaw.TooLong => "is too long for a code",
        _ => "has too many or too few characters",
    };
}
