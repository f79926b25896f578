using System.Text.Json;

namespace BackupCodeBroker.Vault.Wire;

/// <summary>
/// What an answer means, by status and text; Vault has no error codes, so the texts are the protocol. They are those of Vault 1.8 to
/// today and of OpenBao. Everything that is not known here is <see cref="VaultFault.Unexpected"/>, and never good news.
/// </summary>
internal static class Verdict
{
    /// <summary>Longer than this nobody waits on Vault's word: the operation's own deadline is five seconds.</summary>
    public static readonly TimeSpan MaxRetryAfter = TimeSpan.FromSeconds(2);

    /// <summary>A decision about the token, or null.</summary>
    public static VaultDenial? Denial(VaultReply reply) => reply.Status switch
    {
        400 when reply.Says("missing client token") => VaultDenial.InvalidToken,
        403 when reply.Says("entity from given entity alias is disabled") => VaultDenial.EntityDisabled,
        403 when reply.Errors is ["permission denied"] or ["bad token"] => VaultDenial.InvalidToken,
        403 when reply.Says("invalid token") || reply.Says("missing client token") => VaultDenial.InvalidToken,
        403 => VaultDenial.NoCapability,
        _ => null,
    };

    /// <summary>Whether nothing is there: 404 with an empty list of errors and nothing else.</summary>
    public static bool IsAbsent(VaultReply reply)
    {
        if (reply is not { Status: 404, Root: { } root })
        {
            return false;
        }

        var members = 0;
        foreach (var member in root.EnumerateObject())
        {
            members++;
            if (member.Name != "errors" || member.Value.ValueKind != JsonValueKind.Array || member.Value.GetArrayLength() != 0)
            {
                return false;
            }
        }

        return members == 1;
    }

    /// <summary>Whether a check-and-set lost against another writer; Vault has no status of its own for it.</summary>
    public static bool IsConflict(VaultReply reply) =>
        reply.Status == 400 && reply.Says("check-and-set parameter did not match the current version");

    /// <summary>Why an answer that is neither a value nor a decision is none.</summary>
    public static VaultFault Fault(VaultReply reply) => reply switch
    {
        { Fault: { } fault } => fault,
        { Status: 503 } when reply.Says("Vault is sealed") || reply.Says("is sealed") => new VaultFault.Sealed(),
        { Status: 500 or 503 } when SaysNoLeader(reply) => new VaultFault.NoLeader(),
        { Status: 429 } => new VaultFault.RateLimited(reply.RetryAfter),
        { Status: 404 } when reply.Says("no handler for route") || reply.Says("unsupported path") => new VaultFault.WronglySetUp(reply.Detail),
        { Status: 404 } when Warns(reply, "versioned") => new VaultFault.WronglySetUp("the mount's kind is not what the broker expects"),
        { Status: 405 } => new VaultFault.WronglySetUp(reply.Detail),
        _ => new VaultFault.Unexpected(reply.Status, reply.Detail),
    };

    /// <summary>
    /// Whether a call that changes something certainly changed nothing: it never left, or Vault refused it before doing anything.
    /// After a 500 the change may be committed (the response's audit comes after it), after a 502 or 504 somebody between may have lost the answer.
    /// </summary>
    public static bool CertainlyNotExecuted(VaultReply reply, VaultRequest request) => reply.Status switch
    {
        0 => !request.MayHaveArrived,
        >= 300 and < 500 => true,
        503 => Fault(reply) is VaultFault.Sealed or VaultFault.NoLeader,
        _ => false,
    };

    /// <summary>Whether a read is worth another try.</summary>
    public static bool IsTransient(VaultReply reply) => Fault(reply) switch
    {
        VaultFault.Unreachable or VaultFault.NoLeader => true,
        VaultFault.RateLimited or VaultFault.Unexpected { Status: >= 500 } => !(reply.RetryAfter > MaxRetryAfter),
        VaultFault.Unexpected { Status: 400 } => IsUpgrading(reply),
        _ => false,
    };

    /// <summary>Whether an answer says that Vault as a whole is down: what the circuit breaker counts.</summary>
    public static bool MeansDown(VaultReply reply) => Fault(reply) is
        VaultFault.Unreachable or VaultFault.NoLeader or VaultFault.Sealed or VaultFault.Unexpected { Status: 502 or 503 or 504 };

    /// <summary>A KV v2 mount made a moment ago is not ready yet.</summary>
    private static bool IsUpgrading(VaultReply reply) => reply.Says("Upgrading from non-versioned to versioned data");

    private static bool SaysNoLeader(VaultReply reply) =>
        reply.Says("active cluster node not found") || reply.Says("no active Vault instance") || reply.Says("no leader");

    private static bool Warns(VaultReply reply, string text) =>
        reply.Root is { } root && root.Texts("warnings").Any(w => w.Contains(text, StringComparison.Ordinal));
}
