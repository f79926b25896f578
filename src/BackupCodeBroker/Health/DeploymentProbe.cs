using BackupCodeBroker.Access;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Health;

/// <summary>
/// Finds out, at start and every half minute, whether Vault is set up so that the broker's promises hold: KV v2 with check-and-set required, the
/// mount that callers are authorised by, the state document, the decoy with its document, an epoch that is not below the floor. While anything is
/// missing the broker is up, not ready, and says what; nothing is served. A look that was too slow says little of a broker that was ready, and would
/// make an outage of a busy moment: it is repeated soon, and the next one counts.
/// </summary>
internal sealed partial class DeploymentProbe(
    VaultClient vault, BrokerSession session, OwnToken own, IdentityChildren children, Deployment deployment, NodeWatch node, BrokerSettings settings, AccessLog access, OperationMetrics metrics, TimeProvider time, ILogger<DeploymentProbe> logger)
    : BackgroundService
{
    private static readonly TimeSpan WhileReady = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private bool _isInDoubt;

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        var missing = new List<Shortcoming>();
        DeploymentFacts? facts = null;
        using var work = new OwnWorkScope(OwnWork.Readiness, access, metrics, time);
        var watching = WatchAsync(either.Token);
        try
        {
            facts = await FindAsync(work.Call(either.Token), missing);
        }
        catch (BrokerFaultException fault)
        {
            missing.Add(ReadinessWords.Of(fault, session.State is SessionState.LoggedIn));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            missing.Add(ReadinessWords.Slow);
        }

        work.Conclude(missing.Count == 0 ? Outcomes.Done : Outcomes.Fault, missing.Count == 0 ? null : FaultKind.NotReady.Name());
        Conclude(facts, missing);
        await watching;
    }

    // Beside the look, and in nobody's way: what is in the way of it is told by the look itself.
    private async Task WatchAsync(CancellationToken cancellation)
    {
        try
        {
            await node.LookAsync(VaultCall.Fresh(cancellation));
        }
        catch (OperationCanceledException)
        {
            // The look's deadline is over, or the host stops.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstRetry;
        while (!stoppingToken.IsCancellationRequested)
        {
            var wasLoggedIn = session.FirstLogin.IsCompleted;
            await LookAsync(stoppingToken);
            var ready = deployment.State is DeploymentState.Ready && !_isInDoubt;
            pause = ready ? FirstRetry : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LastRetry.Ticks));
            await Pause(ready ? WhileReady : pause, wasLoggedIn, stoppingToken);
        }
    }

    // The first log-in ends the pause, also one that came during the look, too late for it: readiness must not wait for a timer.
    private async Task Pause(TimeSpan length, bool wasLoggedIn, CancellationToken stop)
    {
        var pause = Task.Delay(length, time, stop);
        await Task.WhenAny(wasLoggedIn ? pause : session.FirstLogin, pause);
    }

    private void Conclude(DeploymentFacts? facts, List<Shortcoming> missing)
    {
        if (facts is not null && missing.Count == 0)
        {
            if (deployment.State is not DeploymentState.Ready)
            {
                LogReady();
            }

            deployment.Ready(facts);
            _isInDoubt = false;
            return;
        }

        _isInDoubt = !_isInDoubt && deployment.State is DeploymentState.Ready && missing.All(m => m.IsLoad);
        if (_isInDoubt)
        {
            LogInDoubt(string.Join("; ", missing.Select(m => m.Reason)));
            return;
        }

        if (deployment.State is not DeploymentState.NotReady { Missing: var before } || !before.SequenceEqual(missing))
        {
            LogNotReady(string.Join("; ", missing.Select(m => m.Reason)));
        }

        deployment.NotReady(missing);
    }

    private async Task<DeploymentFacts?> FindAsync(VaultCall call, List<Shortcoming> missing)
    {
        var token = own.Take();
        if (!await MountIsSoundAsync(token, call, missing) || !await AskingMountIsSoundAsync(token, call, missing))
        {
            return null;
        }

        if (await children.MintAsync(Decoy.Alias, call) is not ChildMinting.Minted { Child: var child })
        {
            missing.Add(new(StepIds.DecoyEntity, "the decoy's entity in Vault was given a policy or is disabled", "take it back (`bcb doctor` names the command)"));
            return null;
        }

        await StateIsSoundAsync(child, call, missing);
        var decoy = await DecoyAsync(child, call, missing);
        var accessor = await AccessorAsync(token.Token, child, call, missing);
        return decoy is null || accessor is null ? null : new DeploymentFacts(accessor, decoy);
    }

    private async Task<bool> MountIsSoundAsync(SessionState.LoggedIn token, VaultCall call, List<Shortcoming> missing)
    {
        switch (await vault.ReadKvConfigAsync(token.Token, call))
        {
            case VaultAnswer<KvConfig>.Ok { Value.CasRequired: true }:
                return true;
            case VaultAnswer<KvConfig>.Ok:
                missing.Add(new(StepIds.DocumentConfig, $"the mount {settings.Vault.KvMount} does not require check-and-set (cas_required)", ReadinessWords.Bootstrap));
                return false;
            case VaultAnswer<KvConfig>.Faulted faulted:
                missing.Add(ReadinessWords.Of(faulted.Fault));
                return false;
            case VaultAnswer<KvConfig>.Denied { Why: VaultDenial.InvalidToken }:
                throw own.Denied(token, VaultDenial.InvalidToken, "");
            default:
                missing.Add(new(StepIds.DocumentMount, $"the mount {settings.Vault.KvMount} is not KV v2, or the broker may not read its configuration", ReadinessWords.Check));
                return false;
        }
    }

    private async Task<bool> AskingMountIsSoundAsync(SessionState.LoggedIn token, VaultCall call, List<Shortcoming> missing)
    {
        var mount = settings.Vault.AskMount;
        switch (await vault.AskingMountIsThereAsync(token.Token, call))
        {
            case VaultAnswer<bool>.Ok:
                return true;
            case VaultAnswer<bool>.Faulted { Fault: VaultFault.WronglySetUp(var detail) }:
                missing.Add(new(StepIds.AskMount, $"the mount {mount}, which callers are authorised by, is missing or not KV version 1 ({detail})", ReadinessWords.Bootstrap));
                return false;
            case VaultAnswer<bool>.Faulted faulted:
                missing.Add(ReadinessWords.Of(faulted.Fault));
                return false;
            case VaultAnswer<bool>.Denied { Why: VaultDenial.InvalidToken }:
                throw own.Denied(token, VaultDenial.InvalidToken, "");
            default:
                missing.Add(new(StepIds.BrokerPolicies, $"the broker's policy is older than this broker, it may not read {mount}/@ready", ReadinessWords.Bootstrap));
                return false;
        }
    }

    private async Task StateIsSoundAsync(Child child, VaultCall call, List<Shortcoming> missing)
    {
        switch (await vault.ReadKvAsync(child.Token, "broker/state", call))
        {
            case KvRead.Found found when DocumentJson.TryReadState(found.Json.Span, out var state, out var error):
                var isSound = deployment.SawState(state, found.Version);
                if (settings.Epoch < state.EpochFloor)
                {
                    missing.Add(ReadinessWords.BelowFloor(settings.Epoch, state.EpochFloor));
                }
                else if (!isSound)
                {
                    missing.Add(ReadinessWords.SetBack);
                }

                break;
            case KvRead.Found found:
                DocumentJson.TryReadState(found.Json.Span, out _, out var wrong);
                missing.Add(new("state-content", "broker/state cannot be read: " + wrong, "a newer schema needs a newer broker; `bcb doctor` says more"));
                break;
            case KvRead.Faulted faulted:
                missing.Add(ReadinessWords.Of(faulted.Fault));
                break;
            case KvRead.Denied:
                missing.Add(ReadinessWords.ChildrenMayNot(settings.Vault.TokenRole, "broker/state"));
                break;
            default:
                missing.Add(new(StepIds.State, "broker/state is missing in Vault", ReadinessWords.Bootstrap));
                break;
        }
    }

    private async Task<IdentityDocument?> DecoyAsync(Child child, VaultCall call, List<Shortcoming> missing)
    {
        switch (await vault.ReadKvAsync(child.Token, "identities/" + Decoy.Alias, call))
        {
            case KvRead.Found found when DocumentJson.TryReadIdentity(found.Json.Span, Decoy.Name, out var document, out _):
                return document;
            case KvRead.Found:
                missing.Add(new("decoy-content", "the decoy's document cannot be read", "`bcb doctor` says how it is made anew"));
                return null;
            case KvRead.Faulted faulted:
                missing.Add(ReadinessWords.Of(faulted.Fault));
                return null;
            case KvRead.Denied:
                missing.Add(ReadinessWords.ChildrenMayNot(settings.Vault.TokenRole, "the decoy's document"));
                return null;
            default:
                missing.Add(new(StepIds.DecoyDocument, "the decoy's document is missing in Vault", ReadinessWords.Bootstrap));
                return null;
        }
    }

    private async Task<string?> AccessorAsync(VaultToken token, Child child, VaultCall call, List<Shortcoming> missing)
    {
        if (await vault.ReadEntityAsync(token, child.EntityId, call) is VaultAnswer<EntityFacts>.Ok { Value.Aliases: var aliases }
            && aliases.FirstOrDefault(a => a.Name == Decoy.Alias) is { } alias)
        {
            return alias.MountAccessor;
        }

        missing.Add(new(StepIds.DecoyEntity, "the decoy's entity cannot be read in Vault", ReadinessWords.Check));
        return null;
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "ready")]
    private partial void LogReady();

    [LoggerMessage(EventId = 25, Level = LogLevel.Warning, Message = "whether it is ready could not be told, looking again: {Reasons}")]
    private partial void LogInDoubt(string reasons);

    [LoggerMessage(EventId = 21, Level = LogLevel.Warning, Message = "not ready: {Reasons}")]
    private partial void LogNotReady(string reasons);
}
