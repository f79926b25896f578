using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Worker;

/// <summary>
/// Which replica leads, settled by check-and-set on <c>broker/lease</c> and by no clock but each one's own. Who waits takes over once the lease's KV version
/// has stayed the same for as long as the lease says; who leads writes a new version several times in that span, and stops leading, reckoned from when
/// its last good renewal was sent, before anybody could have waited that long. Two leaders at once would do no harm (each change is a
/// check-and-set, decided anew), so what cannot be known is left to the next look. Used by one task at a time; <see cref="IsLeading"/> by anybody.
/// </summary>
internal sealed class Leadership(BrokerDesk desk, Replica replica, WorkerSettings settings, TimeProvider time)
{
    private volatile Held? _held;
    private (long Version, long Since)? _seen;

    /// <summary>Whether this replica leads, as far as its own clock tells.</summary>
    public bool IsLeading => Remaining > TimeSpan.Zero;

    /// <summary>How much longer it leads without another renewal.</summary>
    public TimeSpan Remaining => _held is { } held ? settings.Leading - time.GetElapsedTime(held.Sent) : TimeSpan.Zero;

    /// <summary>How far the sweep has come; the next renewal tells whoever comes after.</summary>
    public SweepCursor? Cursor { get; set; }

    /// <summary>Renews the lease, or looks whether it can be had.</summary>
    public Task LookAsync(VaultCall call)
    {
        if (_held is not null && !IsLeading)
        {
            Lose();
        }

        return _held is { } held ? RenewAsync(call, held) : CandidateAsync(call);
    }

    /// <summary>Gives the lease back, so that another need not wait.</summary>
    public async Task GiveBackAsync(VaultCall call)
    {
        if (_held is { } held)
        {
            Lose();
            await desk.WriteAsync(call, BrokerDesk.Lease, DocumentJson.Write(Lease("", held.Term)), held.Version);
        }
    }

    private async Task RenewAsync(VaultCall call, Held held)
    {
        var sent = time.GetTimestamp();
        switch (await desk.WriteAsync(call, BrokerDesk.Lease, DocumentJson.Write(Lease(replica.Name, held.Term)), held.Version))
        {
            case KvWrite.Saved saved:
                _held = held with { Version = saved.Version, Sent = sent };
                break;
            case KvWrite.Conflict:
                // Another's write, or one of ours that was not answered: then it counts from when that was sent.
                await FindAsync(call, held);
                break;
            case KvWrite.Unknown:
                await FindAsync(call, held with { Sent = sent });
                break;
            case KvWrite.Faulted faulted:
                throw BrokerFaultException.Of(faulted.Fault);
            case KvWrite.Denied:
                throw Refused();
        }
    }

    private async Task FindAsync(VaultCall call, Held held)
    {
        switch (await desk.ReadAsync(call, BrokerDesk.Lease))
        {
            case KvRead.Found found when DocumentJson.ReadLease(found.Json.Span) is { } lease && lease.Holder == replica.Name && lease.Term == held.Term:
                if (found.Version > held.Version)
                {
                    _held = held with { Version = found.Version };
                }

                break;
            case KvRead.Faulted faulted:
                throw BrokerFaultException.Of(faulted.Fault);
            default:
                Lose();
                break;
        }
    }

    private async Task CandidateAsync(VaultCall call)
    {
        switch (await desk.ReadAsync(call, BrokerDesk.Lease))
        {
            case KvRead.Absent:
                await TakeAsync(call, 0, null);
                break;
            case KvRead.Found found when DocumentJson.ReadLease(found.Json.Span) is { } lease:
                if (lease.IsFree || lease.Holder == replica.Name || HasStayed(found.Version, lease.Takeover))
                {
                    await TakeAsync(call, found.Version, lease.Cursor);
                }

                break;
            case KvRead.Found { Version: var unreadable }:
                await TakeAfterwardsAsync(call, unreadable);
                break;
            case KvRead.Removed { Version: var removed }:
                await TakeAfterwardsAsync(call, removed);
                break;
            case KvRead.Faulted faulted:
                throw BrokerFaultException.Of(faulted.Fault);
            default:
                throw Refused();
        }
    }

    // A lease that somebody deleted, or that is none: a leader may still be there, and would soon write over it.
    private Task TakeAfterwardsAsync(VaultCall call, long version) =>
        HasStayed(version, settings.Takeover) ? TakeAsync(call, version, null) : Task.CompletedTask;

    private bool HasStayed(long version, TimeSpan takeover)
    {
        if (_seen is { } seen && seen.Version == version)
        {
            return time.GetElapsedTime(seen.Since) >= takeover;
        }

        _seen = (version, time.GetTimestamp());
        return false;
    }

    // Where the outcome is not known, the next look finds this replica as the holder, and takes it once more.
    private async Task TakeAsync(VaultCall call, long version, SweepCursor? cursor)
    {
        var (sent, term) = (time.GetTimestamp(), version + 1);
        Cursor = cursor;
        if (await desk.WriteAsync(call, BrokerDesk.Lease, DocumentJson.Write(Lease(replica.Name, term)), version) is KvWrite.Saved saved)
        {
            _held = new Held(term, saved.Version, sent);
        }

        _seen = null;
    }

    private void Lose() => (_held, _seen) = (null, null);

    private WorkerLease Lease(string holder, long term) => new()
    {
        Schema = WorkerLease.CurrentSchema,
        Holder = holder,
        Term = term,
        TakeoverMilliseconds = (int)settings.Takeover.TotalMilliseconds,
        Cursor = Cursor,
    };

    private static BrokerFaultException Refused() =>
        new(FaultKind.NotReady, "Vault refuses the sweeper's child token at broker/lease: run `bcb bootstrap --check`");

    /// <param name="Term">Which turn.</param>
    /// <param name="Version">KV version of the lease as this replica wrote it last.</param>
    /// <param name="Sent">When that was sent.</param>
    private sealed record Held(long Term, long Version, long Sent);
}
