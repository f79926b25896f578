using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Tests.Telemetry;

/// <summary>Records to begin with.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Began = new(2026, 3, 4, 5, 6, 7, 8, TimeSpan.FromHours(1));

    /// <summary>What every record has, and nothing else.</summary>
    public static AccessRecord Least { get; } = new()
    {
        StartedAt = Began,
        EndedAt = Began.AddMilliseconds(12),
        OperationId = new string('1', 32),
        TraceId = new string('2', 32),
        SpanId = new string('3', 16),
        Operation = "list",
        Outcome = "done",
    };

    /// <summary>Everything that one can have.</summary>
    public static AccessRecord Most { get; } = Least with
    {
        Operation = "consume",
        Identity = "team-a.deploy",
        CallerEntity = "entity-1",
        CallerAccessor = "accessor-1",
        CallerName = "userpass-\"Zoë\"",
        CallerKind = CallerKind.Person,
        Owner = "entity-2",
        Outcome = "refused",
        Reason = "wrong",
        Generation = 3,
        Profile = "machine",
        ProfileDigest = "0123456789abcdef",
        Approval = new string('4', 32),
        PersonUsedMachineCode = true,
        Replica = "0a0b0c0d",
        VaultCalls = 7,
        VaultUncertain = 1,
        VaultRequests = ["id-1", "id-2"],
    };
}
