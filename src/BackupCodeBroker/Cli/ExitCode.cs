namespace BackupCodeBroker.Cli;

/// <summary>How a verb ends, for scripts.</summary>
internal enum ExitCode
{
    /// <summary>What was asked is done.</summary>
    Done = 0,

    /// <summary>Somebody said no: repeating it as it stands will not help.</summary>
    Refused = 1,

    /// <summary>The command line, the environment or the input is wrong; nothing was sent.</summary>
    Usage = 2,

    /// <summary>No answer, or none that settles the matter: repeating it may help.</summary>
    Unavailable = 3,
}
