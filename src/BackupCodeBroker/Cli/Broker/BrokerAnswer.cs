using System.Text.Json.Nodes;

namespace BackupCodeBroker.Cli.Broker;

/// <summary>What the broker answered. Closed.</summary>
internal abstract record BrokerAnswer<T>
{
    private BrokerAnswer()
    {
    }

    /// <summary>Done. <paramref name="Json"/> is the answer as it came; <paramref name="At"/> is the broker's clock, where it told it.</summary>
    internal sealed record Done(T Value, JsonObject Json, DateTimeOffset? At) : BrokerAnswer<T>
    {
        /// <summary>Answers can hold wrapping tokens.</summary>
        public override string ToString() => nameof(Done);
    }

    /// <summary>The broker said no.</summary>
    internal sealed record Refused(Problem Problem) : BrokerAnswer<T>;

    /// <summary>Not now. <paramref name="MayBeDone"/> says whether the request may have been carried out all the same.</summary>
    internal sealed record Unavailable(Problem Problem, TimeSpan? RetryAfter, bool MayBeDone) : BrokerAnswer<T>;

    /// <summary>The failure as an outcome; for an answer that is none, a bug.</summary>
    public Outcome Failure() => this switch
    {
        Refused refused => Outcome.Failed(ExitCode.Refused, refused.Problem),
        Unavailable unavailable => Outcome.Failed(ExitCode.Unavailable, unavailable.Problem),
        _ => throw new InvalidOperationException("a success is not a failure"),
    };
}
