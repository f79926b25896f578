using System.Diagnostics;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Operations;

/// <summary>
/// One operation from its first byte to its answer: its id, its trace, its deadline, and what it has found out so far for the access record.
/// It is handed from hand to hand and never stored.
/// </summary>
internal sealed class OperationScope : IDisposable
{
    /// <summary>
    /// Longest time that an operation works that could spend a code or make one, and that a request takes to arrive; holding a wrong answer back comes
    /// on top. A lockdown counts on it: so long after it was declared, nothing that did not see it succeeds.
    /// </summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _deadline;
    private readonly OperationSpan _span;
    private readonly CancellationTokenRegistration _stopping;

    /// <param name="operation">What is asked for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="parent">The caller's span.</param>
    /// <param name="deadline">Longest time that it works.</param>
    /// <param name="stopping">Where given, ends it before its deadline for as long as it has not committed itself: the end of the broker does not wait for it.</param>
    public OperationScope(Operation operation, TimeProvider time, ActivityContext parent, TimeSpan? deadline = null, CancellationToken stopping = default)
    {
        (Operation, Time, Longest, Stopping) = (operation, time, deadline ?? Deadline, stopping);
        _deadline = new CancellationTokenSource(Longest, time);
        _stopping = stopping.Register(_deadline.Cancel);
        _span = new OperationSpan(operation.Name, ActivityKind.Server, time, parent);
        Call = _span.Call(_deadline.Token);
    }

    /// <summary>Id of the operation: 128 random bits, 32 hex digits.</summary>
    public string Id => _span.Id;

    /// <summary>Id of the trace that the operation is part of.</summary>
    public string TraceId => _span.TraceId;

    /// <summary>Its span, as the parent of what it sets off.</summary>
    public ActivityContext Context => _span.Context;

    /// <summary>What is asked for.</summary>
    public Operation Operation { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>When it began, as a time stamp of <see cref="Time"/>.</summary>
    public long Started => _span.Started;

    /// <summary>Longest time that it works.</summary>
    public TimeSpan Longest { get; }

    /// <summary>The end of the broker, where the operation does not outlast it.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Whether its time is over: a success is not answered any more, since a lockdown may have come meanwhile.</summary>
    public bool IsLate => Time.GetElapsedTime(Started) > Longest;

    /// <summary>What every call to Vault of this operation carries.</summary>
    public VaultCall Call { get; }

    /// <summary>Identity that it is about; null for operations over all.</summary>
    public IdentityName? Identity { get; set; }

    /// <summary>The caller, once Vault has said who it is.</summary>
    public Actor? Caller { get; set; }

    /// <summary>Whether a person or a machine calls, as far as their log-in tells.</summary>
    public CallerKind CallerKind { get; set; }

    /// <summary>Vault entity that owns the identity, once its document was read.</summary>
    public string? Owner { get; set; }

    /// <summary>Generation of the code set concerned, once known.</summary>
    public int? Generation { get; set; }

    /// <summary>The profile in force, once known.</summary>
    public Profile? Profile { get; set; }

    /// <summary>Id of the approval that it runs under, or answers; null where there is none.</summary>
    public string? Approval { get; set; }

    /// <summary>Kind of the code that the operation answers for with a success.</summary>
    public CodeKind? Spent { get; set; }

    /// <summary>Whether a person spent a code of a non-human identity.</summary>
    public bool PersonUsedMachineCode => Spent == CodeKind.Machine && CallerKind == CallerKind.Person;

    /// <summary>Now, UTC, in whole milliseconds: what is stored and what is answered are the same time.</summary>
    public DateTimeOffset Now => Time.Moment();

    /// <summary>It is about to write: from here on it is finished, within the time of an ordinary operation, also where the broker stops.</summary>
    public void Commit()
    {
        _stopping.Dispose();
        _deadline.CancelAfter(Deadline);
    }

    /// <summary>Gives the span its HTTP request.</summary>
    public void Request(string method, string? route)
    {
        _span.Tag(TelemetryNames.HttpMethod, method);
        _span.Tag(TelemetryNames.HttpRoute, route);
    }

    /// <summary>The operation came to this and is over: tells the span, and gives the record to write while the span is current.</summary>
    /// <param name="outcome">What it came to.</param>
    /// <param name="reason">Why.</param>
    /// <param name="status">Status of its HTTP answer.</param>
    /// <param name="shown">How telemetry names the identity.</param>
    public AccessRecord Conclude(string outcome, string? reason, int status, string? shown)
    {
        var rules = Profile?.Digest;
        _span.Conclude(outcome, reason);
        _span.Tag(TelemetryNames.HttpStatus, status);
        _span.Tag(TelemetryNames.Identity, shown);
        _span.Tag(TelemetryNames.CallerEntity, Given(Caller?.EntityId));
        _span.Tag(TelemetryNames.CallerKind, CallerKind.Name());
        _span.Tag(TelemetryNames.Owner, Owner);
        _span.Tag(TelemetryNames.Generation, Generation);
        _span.Tag(TelemetryNames.Profile, Profile?.Name);
        _span.Tag(TelemetryNames.ProfileDigest, rules);
        _span.Tag(TelemetryNames.Approval, Approval);
        _span.Tag(TelemetryNames.PersonUsedMachineCode, PersonUsedMachineCode ? true : null);
        return _span.Record(outcome, reason) with
        {
            Identity = Identity?.Value,
            CallerEntity = Given(Caller?.EntityId),
            CallerAccessor = Given(Caller?.Accessor),
            CallerName = Given(Caller?.DisplayName),
            CallerKind = CallerKind,
            Owner = Owner,
            Generation = Generation,
            Profile = Profile?.Name,
            ProfileDigest = rules,
            Approval = Approval,
            PersonUsedMachineCode = PersonUsedMachineCode,
        };
    }

    /// <summary>Tells the spans of the operation and of its calls; the operation's lasts until <see cref="Conclude"/>, however long after that this is.</summary>
    public void Dispose()
    {
        _stopping.Dispose();
        _deadline.Dispose();
        _span.Dispose();
    }

    // Root has no entity, a batch token no accessor.
    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
