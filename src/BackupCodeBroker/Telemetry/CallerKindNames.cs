using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Telemetry;

/// <summary>How records and spans say who called.</summary>
internal static class CallerKindNames
{
    /// <summary>The kind in one word; null where it is not known.</summary>
    public static string? Name(this CallerKind kind) => kind switch
    {
        CallerKind.Person => "person",
        CallerKind.Machine => "machine",
        _ => null,
    };
}
