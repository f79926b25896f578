using BackupCodeBroker.Access;
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
/// missing the broker is up, not ready, and says what; nothing is served.
/// </summary>
internal sealed partial class DeploymentProbe(
    VaultClient vault, BrokerSession session, OwnToken own, IdentityChildren children, Deployment deployment, BrokerSettings settings, AccessLog access, OperationMetrics metrics, TimeProvider time, ILogger<DeploymentProbe> logger)
    : BackgroundService
{
    private static readonly TimeSpan WhileReady = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        var reasons = new List<string>();
        DeploymentFacts? facts = null;
        using var work = new OwnWorkScope(OwnWork.Readiness, access, metrics, time);
        try
        {
            facts = await FindAsync(work.Call(either.Token), reasons);
        }
        catch (BrokerFaultException fault)
        {
            reasons.Add(fault.Message);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            reasons.Add("Vault did not answer in time");
        }

        work.Conclude(reasons.Count == 0 ? Outcomes.Done : Outcomes.Fault, reasons.Count == 0 ? null : FaultKind.NotReady.Name());
        Conclude(facts, reasons);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstRetry;
        while (!stoppingToken.IsCancellationRequested)
        {
            await LookAsync(stoppingToken);
            var ready = deployment.State is DeploymentState.Ready;
            pause = ready ? FirstRetry : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LastRetry.Ticks));
            await Pause(ready ? WhileReady : pause, stoppingToken);
        }
    }

    // The first log-in ends the pause: readiness must not wait for a timer.
    private async Task Pause(TimeSpan length, CancellationToken stop)
    {
        var pause = Task.Delay(length, time, stop);
        await Task.WhenAny(session.FirstLogin.IsCompleted ? pause : session.FirstLogin, pause);
    }

    private void Conclude(DeploymentFacts? facts, List<string> reasons)
    {
        if (facts is not null && reasons.Count == 0)
        {
            if (deployment.State is not DeploymentState.Ready)
            {
                LogReady();
            }

            deployment.Ready(facts);
            return;
        }

        if (deployment.State is not DeploymentState.NotReady { Reasons: var before } || !before.SequenceEqual(reasons))
        {
            LogNotReady(string.Join("; ", reasons));
        }

        deployment.NotReady(reasons);
    }

    private async Task<DeploymentFacts?> FindAsync(VaultCall call, List<string> reasons)
    {
        var token = own.Take();
        if (!await MountIsSoundAsync(token, call, reasons) || !await AskingMountIsSoundAsync(token, call, reasons))
        {
            return null;
        }

        if (await children.MintAsync(Decoy.Alias, call) is not ChildMinting.Minted { Child: var child })
        {
            reasons.Add("the decoy's entity in Vault was given a policy or is disabled: take it back");
            return null;
        }

        await StateIsSoundAsync(child, call, reasons);
        var decoy = await DecoyAsync(child, call, reasons);
        var accessor = await AccessorAsync(token.Token, child, call, reasons);
        return decoy is null || accessor is null ? null : new DeploymentFacts(accessor, decoy);
    }

    private async Task<bool> MountIsSoundAsync(SessionState.LoggedIn token, VaultCall call, List<string> reasons)
    {
        switch (await vault.ReadKvConfigAsync(token.Token, call))
        {
            case VaultAnswer<KvConfig>.Ok { Value.CasRequired: true }:
                return true;
            case VaultAnswer<KvConfig>.Ok:
                reasons.Add($"the mount {settings.Vault.KvMount} does not require check-and-set (cas_required): run `bcb bootstrap`");
                return false;
            case VaultAnswer<KvConfig>.Faulted faulted:
                reasons.Add(faulted.Fault.Describe());
                return false;
            case VaultAnswer<KvConfig>.Denied { Why: VaultDenial.InvalidToken }:
                throw own.Denied(token, VaultDenial.InvalidToken, "");
            default:
                reasons.Add($"the mount {settings.Vault.KvMount} is not KV v2, or the broker may not read its configuration: run `bcb bootstrap --check`");
                return false;
        }
    }

    private async Task<bool> AskingMountIsSoundAsync(SessionState.LoggedIn token, VaultCall call, List<string> reasons)
    {
        var mount = settings.Vault.AskMount;
        switch (await vault.AskingMountIsThereAsync(token.Token, call))
        {
            case VaultAnswer<bool>.Ok:
                return true;
            case VaultAnswer<bool>.Faulted { Fault: VaultFault.WronglySetUp(var detail) }:
                reasons.Add($"the mount {mount}, which callers are authorised by, is missing or not KV version 1 ({detail}): run `bcb bootstrap`");
                return false;
            case VaultAnswer<bool>.Faulted faulted:
                reasons.Add(faulted.Fault.Describe());
                return false;
            case VaultAnswer<bool>.Denied { Why: VaultDenial.InvalidToken }:
                throw own.Denied(token, VaultDenial.InvalidToken, "");
            default:
                reasons.Add($"the broker's policy is older than this broker, it may not read {mount}/@ready: run `bcb bootstrap`");
                return false;
        }
    }

    private async Task StateIsSoundAsync(Child child, VaultCall call, List<string> reasons)
    {
        switch (await vault.ReadKvAsync(child.Token, "broker/state", call))
        {
            case KvRead.Found found when DocumentJson.TryReadState(found.Json.Span, out var state, out var error):
                deployment.SawState(found.Version);
                if (settings.Epoch < state.EpochFloor)
                {
                    reasons.Add($"the configured epoch {settings.Epoch} is below the floor {state.EpochFloor} in Vault: configure the epoch of this deployment");
                }

                break;
            case KvRead.Found found:
                DocumentJson.TryReadState(found.Json.Span, out _, out var wrong);
                reasons.Add("broker/state cannot be read: " + wrong);
                break;
            case KvRead.Faulted faulted:
                reasons.Add(faulted.Fault.Describe());
                break;
            default:
                reasons.Add("broker/state is missing in Vault: run `bcb bootstrap`");
                break;
        }
    }

    private async Task<IdentityDocument?> DecoyAsync(Child child, VaultCall call, List<string> reasons)
    {
        if (await vault.ReadKvAsync(child.Token, "identities/" + Decoy.Alias, call) is KvRead.Found found
            && DocumentJson.TryReadIdentity(found.Json.Span, Decoy.Name, out var document, out _))
        {
            return document;
        }

        reasons.Add("the decoy's document is missing in Vault: run `bcb bootstrap`");
        return null;
    }

    private async Task<string?> AccessorAsync(VaultToken token, Child child, VaultCall call, List<string> reasons)
    {
        if (await vault.ReadEntityAsync(token, child.EntityId, call) is VaultAnswer<EntityFacts>.Ok { Value.Aliases: var aliases }
            && aliases.FirstOrDefault(a => a.Name == Decoy.Alias) is { } alias)
        {
            return alias.MountAccessor;
        }

        reasons.Add("the decoy's entity cannot be read in Vault: run `bcb bootstrap --check`");
        return null;
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "ready")]
    private partial void LogReady();

    [LoggerMessage(EventId = 21, Level = LogLevel.Warning, Message = "not ready: {Reasons}")]
    private partial void LogNotReady(string reasons);
}
