using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Bootstrap;

/// <summary>How something in Vault stands. Closed.</summary>
internal abstract record Reading
{
    private Reading()
    {
    }

    /// <summary>As it should be; <paramref name="Saw"/> is what else is worth knowing of it, for who looks closely.</summary>
    internal sealed record AsDesired(string Saw = "") : Reading;

    /// <summary>Not there, or otherwise, and a change sets it right.</summary>
    internal sealed record Differs(string How) : Reading
    {
        /// <summary>Whether it grants somebody more than it should.</summary>
        public bool Widened { get; init; }
    }

    /// <summary>Otherwise, and overwriting it would lose what only a person can decide about.</summary>
    internal sealed record NeedsPerson(string Why, Remedy Remedy) : Reading;

    /// <summary>The token may not look.</summary>
    internal sealed record Denied(VaultDenial Why, string Path) : Reading;

    /// <summary>Vault did not say.</summary>
    internal sealed record Faulted(VaultFault Fault) : Reading;

    /// <summary>What an answer says: nothing there is a difference, and what is there is for <paramref name="judge"/>.</summary>
    public static Reading Of<T>(VaultAnswer<T> answer, Func<T, Reading> judge) => answer switch
    {
        VaultAnswer<T>.Ok ok => judge(ok.Value),
        VaultAnswer<T>.Absent => new Differs("not there"),
        VaultAnswer<T>.Denied denied => new Denied(denied.Why, denied.Path),
        VaultAnswer<T>.Faulted faulted => new Faulted(faulted.Fault),
        _ => throw new InvalidOperationException("an answer of no known kind"),
    };

    /// <summary>As desired where no difference is listed.</summary>
    public static Reading Of(IReadOnlyList<string> differences, string saw = "") =>
        differences.Count == 0 ? new AsDesired(saw) : new Differs(string.Join(", ", differences));
}

/// <summary>What a person does about something: in words, and the commands to paste where there are some.</summary>
internal sealed record Remedy(string Words, params IReadOnlyList<string> Commands)
{
    /// <summary>In one line.</summary>
    public override string ToString() => Commands.Count == 0 ? Words : $"{Words} ({string.Join("; ", Commands)})";

    /// <summary>By the words and the commands, not by the list's identity.</summary>
    public bool Equals(Remedy? other) => other is not null && Words == other.Words && Commands.SequenceEqual(other.Commands, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Words, Commands.Count);
}

/// <summary>What came of a change. Closed.</summary>
internal abstract record Changing
{
    private Changing()
    {
    }

    /// <summary>Vault carried it out.</summary>
    internal sealed record Made : Changing;

    /// <summary>The token may not.</summary>
    internal sealed record Denied(VaultDenial Why, string Path) : Changing;

    /// <summary>It did not work.</summary>
    internal sealed record Failed(string Why) : Changing;

    /// <summary>What the answer to a write says.</summary>
    public static Changing Of<T>(VaultAnswer<T> answer) => answer switch
    {
        VaultAnswer<T>.Ok => new Made(),
        VaultAnswer<T>.Absent => new Failed("Vault has no such path"),
        VaultAnswer<T>.Denied denied => new Denied(denied.Why, denied.Path),
        VaultAnswer<T>.Faulted faulted => new Failed(faulted.Fault.Describe()),
        _ => throw new InvalidOperationException("an answer of no known kind"),
    };
}

/// <summary>
/// One thing that has to stand in Vault (or on disk): how it is looked at, which also says what it should be, and how it is set
/// right. Doing both twice is the same as once. Looking alone is what <c>bcb doctor</c> does with a step.
/// </summary>
internal sealed record BootstrapStep
{
    /// <summary>Its name for programs, the same for steps of one kind.</summary>
    public required string Id { get; init; }

    /// <summary>What it is, for people.</summary>
    public required string What { get; init; }

    /// <summary>What the broker goes without where the token may not look or change: a sentence.</summary>
    public required string Lost { get; init; }

    /// <summary>Steps without which this one would do harm or cannot work.</summary>
    public IReadOnlyList<BootstrapStep> Needs { get; init; } = [];

    /// <summary>Looks, and changes nothing.</summary>
    public required Func<CancellationToken, Task<Reading>> Read { get; init; }

    /// <summary>Sets it right; called only after a reading that differs.</summary>
    public required Func<CancellationToken, Task<Changing>> Change { get; init; }
}
