using BackupCodeBroker.Access;

namespace BackupCodeBroker.Notices;

/// <summary>Somewhere that notices go.</summary>
internal interface INoticeSink
{
    /// <summary>Its name in configuration and metrics.</summary>
    string Name { get; }

    /// <summary>How many notices may be under way at once; those of one identity never are.</summary>
    int Lanes { get; }

    /// <summary>Offers a notice once.</summary>
    Task<SinkAnswer> TakeAsync(Notice notice, CancellationToken cancellation);
}

/// <summary>What a sink said. Closed.</summary>
internal abstract record SinkAnswer
{
    private SinkAnswer()
    {
    }

    /// <summary>It has it.</summary>
    internal sealed record Taken : SinkAnswer;

    /// <summary>It has not, or nobody knows.</summary>
    /// <param name="Cause">Why, a word for metrics and logs.</param>
    /// <param name="RetryAfter">When it wants to be asked again.</param>
    /// <param name="MindsThisOne">Whether it may be this notice that it does not like; others go on after some tries.</param>
    internal sealed record Failed(string Cause, TimeSpan? RetryAfter = null, bool MindsThisOne = false) : SinkAnswer;
}
