using System.Security.Cryptography;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>
/// Makes and wraps what a recovery hands out, of the role that is called like the identity, and ends it by its accessor. Both with the broker's own token, which
/// may do so only where an administrator gave it the optional policy for recoveries.
/// </summary>
internal sealed partial class RecoveryDesk(VaultClient vault, VaultSettings settings, OwnToken own, ILogger<RecoveryDesk> logger)
{
    /// <summary>Makes a credential and wraps it. What was made of one that could not be wrapped is ended.</summary>
    public Task<MadeRecovery> MakeAsync(OperationScope scope, string identity, RecoveryForm form, TimeSpan wrapTtl) => form switch
    {
        RecoveryForm.AppRole => SecretIdAsync(scope, identity, wrapTtl),
        RecoveryForm.Token => TokenAsync(scope, identity, wrapTtl),
        _ => throw new InvalidOperationException("a profile without recovery hands nothing out"),
    };

    /// <summary>
    /// Ends what was handed out; whether it is certainly gone. It is tried also when the operation's time is over: the call's own time-out bounds it. Where the
    /// broker has no token it is not gone: it throws no fault, for it stands where something else has failed.
    /// </summary>
    public async Task<bool> EndAsync(VaultCall call, string identity, string form, string accessor)
    {
        var gone = false;
        try
        {
            call = call with { Cancellation = CancellationToken.None };
            var token = own.Take().Token;
            gone = form == RecoveryForm.AppRole.Name()
                ? await vault.EndRecoverySecretIdAsync(token, identity, accessor, call)
                : await vault.EndTokenAsync(token, accessor, call);
        }
        catch (BrokerFaultException)
        {
            // Told below.
        }

        if (!gone)
        {
            LogNotEnded(form);
        }

        return gone;
    }

    /// <summary>Ends everything of a document that is marked to end; the accessors of what is certainly gone. What is not is tried again by the worker.</summary>
    public async Task<IReadOnlyList<string>> EndMarkedAsync(VaultCall call, IdentityDocument document)
    {
        List<string> gone = [];
        foreach (var recovery in document.Recoveries.Where(r => r.EndedAt is not null))
        {
            if (await EndAsync(call, document.Identity, recovery.Form, recovery.Accessor))
            {
                gone.Add(recovery.Accessor);
            }
        }

        return gone;
    }

    // The wrap holds what a log-in needs. The secret-id is in this process for as long as that takes: Vault gives its accessor in no other way.
    private async Task<MadeRecovery> SecretIdAsync(OperationScope scope, string identity, TimeSpan wrapTtl)
    {
        var token = own.Take();
        var reading = vault.ReadRecoveryRoleIdAsync(token.Token, identity, scope.Call);
        var making = vault.MakeRecoverySecretIdAsync(token.Token, identity, scope.Id, scope.Call);
        await Task.WhenAll(reading, making);
        var made = Value(token, await making, vault.RecoveryAppRole(identity));
        try
        {
            var roleId = Value(token, await reading, vault.RecoveryAppRole(identity));
            return new MadeRecovery(RecoveryForm.AppRole, made.Accessor, await WrapAsync(scope, token, RecoveryPayload.Write(identity, settings.RecoveryMount, roleId, made.SecretId), wrapTtl));
        }
        catch
        {
            await EndAsync(scope.Call, identity, RecoveryForm.AppRole.Name(), made.Accessor);
            throw;
        }
    }

    private async Task<Wrapping.Wrapped> WrapAsync(OperationScope scope, Vault.Login.SessionState.LoggedIn token, byte[] payload, TimeSpan wrapTtl)
    {
        try
        {
            return await vault.WrapAsync(token.Token, payload, wrapTtl, scope.Call) switch
            {
                Wrapping.Wrapped wrapped => wrapped,
                Wrapping.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
                Wrapping.Denied denied => throw own.Denied(token, denied.Why, "to wrap"),
                _ => throw new InvalidOperationException("a wrapping of unknown kind"),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(payload);
        }
    }

    private async Task<MadeRecovery> TokenAsync(OperationScope scope, string identity, TimeSpan wrapTtl)
    {
        var token = own.Take();
        var made = Value(token, await vault.MakeRecoveryTokenAsync(token.Token, identity, scope.Id, wrapTtl, scope.Call), vault.RecoveryTokenRole(identity));
        try
        {
            Examine(Value(token, await vault.LookupAccessorAsync(token.Token, made.Accessor, scope.Call), vault.RecoveryTokenRole(identity)), identity);
            return new MadeRecovery(RecoveryForm.Token, made.Accessor, made.Wrap);
        }
        catch
        {
            await EndAsync(scope.Call, identity, RecoveryForm.Token.Name(), made.Accessor);
            throw;
        }
    }

    // A token role without allowed_policies gives its tokens the policies of whoever makes them: a code would be worth the broker itself.
    private void Examine(TokenFacts made, string identity)
    {
        if (!made.Orphan || made.Policies.Any(policy => policy == "root" || settings.IsOwnPolicy(policy)))
        {
            throw new BrokerFaultException(
                FaultKind.NotReady,
                $"{vault.RecoveryTokenRole(identity)} makes tokens with policies of the broker's own, or that die with it: allowed_policies and orphan have to be set",
                told: "This identity's recovery role in Vault is not as it has to be: an administrator runs `bcb doctor`. This request spent no code");
        }
    }

    private T Value<T>(Vault.Login.SessionState.LoggedIn token, VaultAnswer<T> answer, string role) => answer switch
    {
        VaultAnswer<T>.Ok ok => ok.Value,
        VaultAnswer<T>.Absent => throw new BrokerFaultException(
            FaultKind.NotReady, $"there is no {role}", told: "This identity has no recovery role in Vault: an administrator makes it. This request spent no code"),
        VaultAnswer<T>.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
        VaultAnswer<T>.Denied denied => throw own.Denied(token, denied.Why, $"to use {role} (the policy bcb-recovery)"),
        _ => throw new InvalidOperationException("an answer of unknown kind"),
    };

    [LoggerMessage(EventId = 46, Level = LogLevel.Warning, Message = "what a recovery handed out ({Form}) could not be ended yet")]
    private partial void LogNotEnded(string form);
}

/// <summary>A credential that was made, and the wrap that it leaves in.</summary>
/// <param name="Form">What it is.</param>
/// <param name="Accessor">Its accessor.</param>
/// <param name="Wrap">The wrap.</param>
internal sealed record MadeRecovery(RecoveryForm Form, string Accessor, Wrapping.Wrapped Wrap);
