using System.Security.Cryptography;
using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Worker;

/// <summary>
/// The leader's sign of life in <c>broker/state</c>: a count that only grows, with a mark of each beat. Whatever else stands in the document is left as it is
/// read: lockdowns are written there too, and who loses a check-and-set reads again.
/// </summary>
internal sealed class Heart(BrokerDesk desk, Deployment deployment, DeskOptions options, TimeProvider time)
{
    private const int MaxTries = 5;
    private const int MaxReads = 3;

    /// <summary>Beats once. Nothing is written over a state that fell behind what this replica has seen, nor with a clock that is behind.</summary>
    /// <returns>The state and its version.</returns>
    public async Task<(BrokerState State, long Version)> BeatAsync(VaultCall call)
    {
        for (var attempt = 1; attempt <= MaxTries; attempt++)
        {
            var (state, version) = await ReadAsync(call);
            if (options.Epoch <= state.EpochFloor && SetStanding.ClockIsBehind(state.Heartbeat, time.GetUtcNow()))
            {
                throw new BrokerFaultException(FaultKind.NotReady, "this machine's clock stands before the last beat");
            }

            var next = Next(state);
            switch (await desk.WriteAsync(call, BrokerDesk.State, DocumentJson.Write(next), version))
            {
                case KvWrite.Saved saved:
                    deployment.SawState(next, saved.Version);
                    return (next, saved.Version);
                case KvWrite.Faulted faulted:
                    throw BrokerFaultException.Of(faulted.Fault);
                case KvWrite.Denied:
                    throw new BrokerFaultException(FaultKind.NotReady, "Vault refuses the sweeper's child token at broker/state: run `bcb bootstrap --check`");
            }
        }

        throw new BrokerFaultException(FaultKind.Busy, "too many changes of broker/state at once");
    }

    /// <summary>Reads the state; a fault where it cannot be gone by. An answer that this replica's own beat has overtaken on its way is asked for once more.</summary>
    public async Task<(BrokerState State, long Version)> ReadAsync(VaultCall call)
    {
        for (var attempt = 0; attempt < MaxReads; attempt++)
        {
            switch (await desk.ReadAsync(call, BrokerDesk.State))
            {
                case KvRead.Found found when DocumentJson.TryReadState(found.Json.Span, out var state, out _):
                    if (deployment.SawState(state, found.Version))
                    {
                        return (state, found.Version);
                    }

                    break;
                case KvRead.Faulted faulted:
                    throw BrokerFaultException.Of(faulted.Fault);
                default:
                    throw new BrokerFaultException(FaultKind.NotReady, "broker/state cannot be read: run `bcb bootstrap --check`");
            }
        }

        throw new BrokerFaultException(FaultKind.Unavailable, "Vault serves an older broker/state than this replica has seen");
    }

    // A higher epoch in configuration is where the floor is from now on: no forgotten replica serves what was issued before. With it time begins
    // anew too, which is how a deployment gets out of a clock that was once far ahead. Lifted lockdowns whose time is over go with the same write.
    private BrokerState Next(BrokerState state)
    {
        var (now, mark) = (time.GetUtcNow(), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Heartbeat.MarkLength / 2)));
        var raised = options.Epoch > state.EpochFloor;
        var beat = raised ? state.Heartbeat with { At = now } : state.Heartbeat;
        return state.Remembering(now) with { EpochFloor = raised ? options.Epoch : state.EpochFloor, Heartbeat = beat.Next(mark, now) };
    }
}
