using System.Security.Cryptography;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Verbs;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli.Retrieving;

/// <summary>
/// Receiving codes so that theft shows. First the wrap is looked up, which spends nothing: it must have been made when the broker says it made
/// it. Then it is opened, at Vault and with the user's own token, so that the audit log names the recipient; what is inside must be what was
/// announced. Only then is receipt proven, which makes the codes usable. Whatever does not fit is reported to the broker, which ends the set:
/// a thief is left with codes that never work.
/// <para>
/// Once the wrap is open the codes exist here and nowhere else, so from there on nothing interrupts: they are written to the disk before the old
/// set is given up, and shown where it is not known whether it was.
/// </para>
/// </summary>
internal sealed class Retrieval(CliContext context, IdentityName identity, Announcement announced, CodeFile? file)
{
    /// <summary>Receives what the wrapping token opens.</summary>
    public async Task<Outcome> RunAsync(VaultToken wrapping, CancellationToken cancellation)
    {
        var look = await context.Vault.LookupWrapAsync(wrapping, context.Call(cancellation));
        return look switch
        {
            VaultAnswer<WrapFacts>.Ok { Value.CreationTime: var created } when announced.IsAfter(created) => Refused(
                "not-this-wrap", "That wrapping token is older than the codes that wait: it is from an earlier issue. The waiting codes are untouched; nothing was reported"),
            VaultAnswer<WrapFacts>.Ok { Value.CreationTime: var created } when created != announced.CreationTime =>
                await InterceptedAsync(Suspicion.Rewrapped),
            VaultAnswer<WrapFacts>.Ok => await OpenAsync(wrapping, cancellation),
            VaultAnswer<WrapFacts>.Absent when announced.IsOver => TooLate(),
            VaultAnswer<WrapFacts>.Absent => await InterceptedAsync(Suspicion.Gone),
            VaultAnswer<WrapFacts>.Denied => Refused(
                "vault", "Vault does not let anybody look wraps up. The wrap is untouched; nothing was reported"),
            VaultAnswer<WrapFacts>.Faulted faulted => Unavailable(faulted.Fault.Describe() + ". The wrap is untouched: try again"),
            _ => throw new InvalidOperationException("an answer of no known kind"),
        };
    }

    private async Task<Outcome> OpenAsync(VaultToken wrapping, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return await context.Vault.UnwrapAsync(context.Token.ForVault, wrapping, context.Call(CancellationToken.None)) switch
        {
            VaultAnswer<byte[]>.Ok ok => await CheckAsync(ok.Value),
            VaultAnswer<byte[]>.Absent => await InterceptedAsync(Suspicion.Snatched),
            VaultAnswer<byte[]>.Denied denied => Outcome.Failed(
                ExitCode.Refused, VaultWords.Denied(context, denied.Why, denied.Path, "update")),
            VaultAnswer<byte[]>.Faulted faulted => Unavailable(
                $"{faulted.Fault.Describe()}. Whether the wrap was opened is not known. Who has the wrapping token runs "
                + $"bcb retrieve {identity} again; without it, or should it be gone, ask for new codes with bcb issue"),
            _ => throw new InvalidOperationException("an answer of no known kind"),
        };
    }

    private async Task<Outcome> CheckAsync(byte[] json)
    {
        try
        {
            switch (WrapContent.Read(json, identity, announced.Generation))
            {
                case WrapContent.Genuine genuine:
                    using (genuine.Codes)
                    {
                        return await new Receipt(context, genuine.Codes, file).RunAsync();
                    }

                case WrapContent.Foreign foreign:
                    return await InterceptedAsync(Suspicion.Foreign(foreign.What));
                default:
                    throw new InvalidOperationException("a content of no known kind");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    private async Task<Outcome> InterceptedAsync(Suspicion suspicion)
    {
        var answer = await Repeating.UntilSettledAsync(
            () => context.Broker.InterceptedAsync(identity, announced.Generation, suspicion.Reason, CancellationToken.None),
            context.Surroundings,
            CancellationToken.None);
        var (then, problem) = answer switch
        {
            BrokerAnswer<Nothing>.Done done => (
                "This was reported and the waiting codes were ended: whoever has them can do nothing with them. Codes that you had before "
                + $"work as they did, unless they have ended since (bcb status {identity}). Tell your security team, and ask for new codes with bcb issue",
                context.Problem("intercepted", "") with
                {
                    OperationId = (string?)done.Json["operation_id"],
                    TraceId = (string?)done.Json["trace_id"] ?? context.TraceId,
                }),
            BrokerAnswer<Nothing>.Refused refused => (NotReported(refused.Problem), refused.Problem),
            BrokerAnswer<Nothing>.Unavailable open => (NotReported(open.Problem), open.Problem),
            _ => throw new InvalidOperationException("an answer of no known kind"),
        };
        return Outcome.Failed(ExitCode.Refused, problem with
        {
            Code = "intercepted",
            Reason = suspicion.Reason,
            Detail = $"{suspicion.Words} Do not use any of these codes. {then}",
        });
    }

    private string NotReported(Problem problem) =>
        $"It could NOT be reported to the broker ({problem.Detail}), so tell your security team now and have the codes ended with "
        + $"bcb revoke {identity}; unless somebody proves receipt, they lapse by themselves";

    private Outcome TooLate() => Refused(
        "lapsed", "it is too late: the wrap's time is over and nothing can be retrieved any more. Ask for new codes with bcb issue");

    private Outcome Refused(string code, string detail) => Outcome.Failed(ExitCode.Refused, context.Problem(code, detail));

    private Outcome Unavailable(string detail) => Outcome.Failed(ExitCode.Unavailable, context.Problem("vault", detail));
}
