using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Worker;

/// <summary>
/// Somebody who wants to see every identity once a sweep, such as a count of who was issued anew after a lockdown. All that are registered with the
/// container are asked at the beginning of each sweep.
/// </summary>
internal interface ISweepObserver
{
    /// <summary>A sweep begins; what takes notes of it, or null where nothing is of interest in this one.</summary>
    ISweepNotes? Begin(SweepBeginning sweep);
}

/// <summary>Notes on one sweep. Its methods are called one at a time. What throws is logged, and hinders no sweep.</summary>
internal interface ISweepNotes
{
    /// <summary>An identity as it is after the sweep has done what there was to do. Documents that are gone or cannot be read are not shown.</summary>
    void Saw(IdentityDocument after);

    /// <summary>A document that is there, or may be, and could not be read.</summary>
    void Unread(IdentityName identity)
    {
    }

    /// <summary>An identity was passed by, because Vault gave no useful answer about it: what is counted is not of all.</summary>
    void Missed()
    {
    }

    /// <summary>A page of at most 500 identities is done.</summary>
    Task PageEndedAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>The sweep has seen all that it was to see. It is not called where a sweep was broken off.</summary>
    Task EndAsync(CancellationToken cancellation);
}

/// <summary>A sweep that begins.</summary>
/// <param name="State">The broker's state as it was read at the beginning.</param>
/// <param name="StateVersion">Its KV version.</param>
/// <param name="IsWhole">Whether it sees all identities; one that goes on where another leader was broken off sees the rest.</param>
/// <param name="Identities">How many names there are.</param>
internal sealed record SweepBeginning(BrokerState State, long StateVersion, bool IsWhole, int Identities);
