using System.Security.Cryptography;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli.Recovering;

/// <summary>
/// From the wrap to a log-in: looks whether it is the broker's own wrap, opens it, and logs in with what is inside. Whoever finds it opened has been robbed of
/// it: repeating the recovery with the same key gives another, and ends the first.
/// </summary>
internal sealed class WrapOpening(CliContext context, IdentityName identity, Recovered recovered, string key)
{
    /// <summary>Opens it; the log-in, or what is told in its place.</summary>
    public async Task<(LoginFacts? Login, Outcome? Failure)> RunAsync(CancellationToken cancellation)
    {
        if (VaultToken.TryParse(recovered.Wrapping.Token.Reveal(), out _) is not { } wrapping)
        {
            return (null, Open("unexpected-answer", "the broker's answer holds no wrapping token"));
        }

        var look = await context.Vault.LookupWrapAsync(wrapping, context.Call(cancellation));
        return look switch
        {
            VaultAnswer<WrapFacts>.Ok { Value.CreationTime: var created } when created != recovered.Wrapping.CreationTime => (null, Taken("it was wrapped again by somebody")),
            VaultAnswer<WrapFacts>.Ok when recovered.Form == RecoveryForm.Token.Name() => Of(await context.Vault.UnwrapLoginAsync(wrapping, Uninterrupted)),
            VaultAnswer<WrapFacts>.Ok => await LogInAsync(await context.Vault.UnwrapAloneAsync(wrapping, Uninterrupted)),
            VaultAnswer<WrapFacts>.Faulted faulted => (null, Open("vault", faulted.Fault.Describe())),
            _ => (null, Taken("it is gone")),
        };
    }

    // A wrap that is being opened is opened to the end.
    private VaultCall Uninterrupted => context.Call(CancellationToken.None);

    private async Task<(LoginFacts?, Outcome?)> LogInAsync(VaultAnswer<byte[]> opened)
    {
        if (opened is not VaultAnswer<byte[]>.Ok { Value: var json })
        {
            return (null, opened is VaultAnswer<byte[]>.Faulted faulted ? Open("vault", faulted.Fault.Describe()) : Taken("it is gone"));
        }

        try
        {
            return RecoveryPayload.Read(json) is { } inside && inside.Identity == identity.Value
                ? Of(await context.Vault.LoginAppRoleAsync(inside.RoleId, inside.SecretId, Uninterrupted, inside.Mount))
                : (null, Taken("what is inside is not what the broker puts there"));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    private (LoginFacts?, Outcome?) Of(VaultAnswer<LoginFacts> answer) => answer switch
    {
        VaultAnswer<LoginFacts>.Ok ok => (ok.Value, null),
        VaultAnswer<LoginFacts>.Absent => (null, Taken("it is gone")),
        VaultAnswer<LoginFacts>.Faulted faulted => (null, Open("vault", faulted.Fault.Describe())),
        _ => (null, Open("vault", "Vault does not take what was inside: its role may allow log-ins from other addresses only")),
    };

    private Outcome Taken(string how) => Outcome.Failed(ExitCode.Refused, context.Problem(
        "intercepted", $"the wrap with your log-in does not hold it any more: {how}. Somebody else may have it: tell your security team. {Again}"));

    private Outcome Open(string code, string detail) => Outcome.Failed(ExitCode.Unavailable, context.Problem(code, $"{detail}. {Again}"));

    private string Again =>
        $"Your code is spent; until the wrap's time is over the same command with --idempotency-key {key} and the same code gives a fresh log-in and ends this one";
}
