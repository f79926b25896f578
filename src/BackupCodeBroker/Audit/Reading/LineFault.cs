namespace BackupCodeBroker.Audit.Reading;

/// <summary>A line that is not what it should be. The message never holds any of its text.</summary>
internal sealed class LineFault : Exception
{
    public LineFault(string message)
        : base(message)
    {
    }

    public LineFault()
    {
    }

    public LineFault(string message, Exception inner)
        : base(message, inner)
    {
    }
}
