namespace BackupCodeBroker.Core.Codes;

/// <summary>What became of a text that was to be a code.</summary>
public abstract record BackupCodeParse
{
    private BackupCodeParse()
    {
    }

    /// <summary>It is a code by form and checksum; whether it is anybody's code is another question.</summary>
    public sealed record Parsed(BackupCode Code) : BackupCodeParse;

    /// <summary>It is not a code.</summary>
    public sealed record Malformed(CodeFlaw Flaw) : BackupCodeParse;
}

/// <summary>Why a text is not a code.</summary>
public enum CodeFlaw
{
    /// <summary>Too many or too few characters.</summary>
    Length,

    /// <summary>Longer than any code with its separators.</summary>
    TooLong,

    /// <summary>A character outside the alphabet.</summary>
    Character,

    /// <summary>It does not begin with BCB1.</summary>
    Prefix,

    /// <summary>The checksum does not belong to the rest: a typo.</summary>
    Checksum,
}
