using System.Globalization;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Api;

/// <summary>
/// The one place that words errors: RFC 9457 problems. A refusal's reason goes into the body only for callers who may see the
/// identity's status; for everybody else all refusals are the same bytes but for the ids.
/// </summary>
internal static class Problems
{
    private static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(1);

    /// <summary>The problem of an outcome; null where it is a success.</summary>
    public static Problem? Of(Outcome outcome) => outcome switch
    {
        Outcome.Done => null,
        Outcome.Malformed malformed => new Problem(400, "malformed", "The request is malformed", Join(malformed.Errors)) { Errors = malformed.Errors },
        Outcome.Unauthenticated { Missing: true } =>
            new Problem(401, "missing-token", "No Vault token was sent", "Send your Vault token in X-Vault-Token, or as Authorization: Bearer."),
        Outcome.Unauthenticated =>
            new Problem(401, "invalid-token", "Vault does not take the token", "The token is expired, revoked, used up, or its entity is disabled. Log in to Vault again."),
        Outcome.NotPermitted denied => new Problem(
            403,
            "not-permitted",
            "Your Vault policies do not grant this operation",
            $"Vault policy must grant {denied.Capability} on {denied.Path}; ask whoever writes your policies for the stanza below.")
        {
            Path = denied.Path,
            Stanza = PolicyStanza.Granting(denied.Path, denied.Capability),
        },
        Outcome.TooBroad broad => new Problem(
            403,
            "too-broad",
            "Your Vault token is granted everything",
            "A wildcard, or root, grants this token every operation on every identity. Use a token whose policy names what it is for, such as the stanza below.")
        {
            Path = broad.Path,
            Stanza = PolicyStanza.Granting(broad.Path, "read"),
        },
        Outcome.Refused refused => new Problem(403, "refused", "Refused", refused.Tell ? RefusalAdvice.For(refused.Reason) : RefusalAdvice.None)
        {
            Reason = refused.Tell ? refused.Reason.Name() : null,
        },
        Outcome.Conflict conflict => OfConflict(conflict.Kind) with { Found = conflict.Found },
        Outcome.NoSuchLockdown => new Problem(404, "no-such-lockdown", "There is no such lockdown", "GET /v1/lockdowns lists them."),
        Outcome.Throttled throttled => new Problem(429, "throttled", "Too many requests", throttled.ByBroker
            ? "Too many attempts came to nothing, from your address or for this identity, or too many are being looked at. Wait and try again: a right code is not lost by it."
            : "A rate limit in Vault was reached for you.")
        {
            RetryAfter = throttled.RetryAfter ?? DefaultRetry,
        },
        _ => Internal(),
    };

    /// <summary>The problem of a fault.</summary>
    public static Problem Of(BrokerFaultException fault) => fault.Kind switch
    {
        FaultKind.Busy => new Problem(503, fault.Kind.Name(), "Too much at once", fault.Told),
        FaultKind.UnknownOutcome => new Problem(503, fault.Kind.Name(), "The outcome is not known", "Repeat the request with the same Idempotency-Key: " + fault.Told),
        FaultKind.NotReady => new Problem(503, fault.Kind.Name(), "The broker is not ready", fault.Told),
        _ => new Problem(503, fault.Kind.Name(), "Vault is not available", fault.Told),
    } with
    { RetryAfter = fault.RetryAfter ?? DefaultRetry };

    /// <summary>No such route.</summary>
    public static Problem NotFound() => new(404, "not-found", "There is no such path", "The routes are listed at /openapi/v1.json.");

    /// <summary>A route that does not take this method.</summary>
    public static Problem MethodNotAllowed() => new(405, "method-not-allowed", "The path does not take this method", "The routes are listed at /openapi/v1.json.");

    /// <summary>A body or headers over their limit.</summary>
    public static Problem TooLarge(int limit) =>
        new(413, "too-large", "The request is too large", string.Create(CultureInfo.InvariantCulture, $"A body has at most {limit} bytes."));

    /// <summary>A body that is not JSON.</summary>
    public static Problem UnsupportedMediaType() =>
        new(415, "unsupported-media-type", "The body is not JSON", "Send Content-Type: application/json in UTF-8, not encoded.");

    /// <summary>The HTTP of the request itself is broken.</summary>
    public static Problem BadHttp(int status) => new(status, "malformed", "The request is malformed", "The HTTP request could not be read.");

    /// <summary>The body did not arrive in time.</summary>
    public static Problem TooSlow() => new(408, "too-slow", "The request did not arrive in time", "Send the whole request at once.");

    /// <summary>A defect. Nothing of it goes outside; the log has it under the operation's id.</summary>
    public static Problem Internal() => new(500, "internal", "The broker failed", "This is a defect of the broker; its log has it under the operation's id.");

    private static Problem OfConflict(ConflictKind kind) => kind switch
    {
        ConflictKind.KeyReused => new(409, "key-reused", "The Idempotency-Key was used before", "The key belongs to another request; use a new one for each."),
        ConflictKind.OtherOwner => new(409, "other-owner", "The identity has another owner", "Registering and confirming do not change the owner, and a transfer that says from whom changes no other; look whose it is (status), then transfer it."),
        ConflictKind.SameOwner => new(409, "same-owner", "The identity has this owner already", "Nothing was changed. To say that a changed owner is still the right one, send confirm: true."),
        ConflictKind.Retired => new(409, "retired", "The identity was retired", "It was ended for good, and its name is not to be had again: register another."),
        ConflictKind.DocumentRemoved => new(409, "document-removed", "The identity's document was deleted in Vault", "It is not new, so it is not made again: an administrator must undelete it or delete its metadata."),
        ConflictKind.ExpectationFailed => new(409, "expectation-failed", "Another number of identities matches", "Nothing was declared. Look at the scope by a dry run, and expect what it finds."),
        ConflictKind.TooManyLockdowns => new(409, "too-many-lockdowns", "There are as many lockdowns as there can be", "Of names that begin so, or of all, as many are in force, or were void and lifted within the hour, as the state has room for. Lift those that are over, declare a wider one, or wait."),
        ConflictKind.NotComplete => new(409, "not-complete", "Not every match is ended yet", "A lockdown of mode void is lifted once the worker has ended what it is over; its progress says how far that is."),
        _ => new(409, "set-changed", "The identity was changed meanwhile", "Nothing was handed out; ask again."),
    };

    private static string Join(IReadOnlyList<FieldError> errors) => string.Join("; ", errors.Select(e => $"{e.Field}: {e.Message}"));
}

/// <summary>An RFC 9457 problem as this API words it.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">The problem's name, stable: the last part of its type.</param>
/// <param name="Title">The same for every occurrence.</param>
/// <param name="Detail">What to do about this one.</param>
internal sealed record Problem(int Status, string Code, string Title, string Detail)
{
    /// <summary>URI of the problem's type.</summary>
    public string Type => "urn:bcb:problem:" + Code;

    /// <summary>Id of the operation.</summary>
    public string OperationId { get; init; } = "";

    /// <summary>Id of the trace.</summary>
    public string TraceId { get; init; } = "";

    /// <summary>The number found where another was expected.</summary>
    public int? Found { get; init; }

    /// <summary>Reason of a refusal, for callers who may see it.</summary>
    public string? Reason { get; init; }

    /// <summary>Path in Vault that policy must grant.</summary>
    public string? Path { get; init; }

    /// <summary>Stanza that grants it.</summary>
    public string? Stanza { get; init; }

    /// <summary>What is wrong with a malformed request.</summary>
    public IReadOnlyList<FieldError>? Errors { get; init; }

    /// <summary>When trying again may help.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }
}
