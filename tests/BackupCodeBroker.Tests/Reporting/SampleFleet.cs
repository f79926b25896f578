using System.Globalization;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Reporting.Rendering;

namespace BackupCodeBroker.Tests.Reporting;

/// <summary>Fleets as they are: most of it well, some of it not, in every way that there is. The same every time.</summary>
internal static class SampleFleet
{
    public static readonly DateTimeOffset At = new(2026, 11, 29, 7, 0, 0, TimeSpan.Zero);

    private static readonly string[] Services = ["build-bot", "deployer", "db-backup", "root-ca", "pipeline", "mail-relay", "billing-sync", "ldap-admin", "edge-router", "metrics"];
    private static readonly (string Id, string Name, string? Kind)[] Owners =
    [
        ("6f1c2b1e-5b7e-4c52-9d0f-0a8f1f0f5a01", "olga.weber", null), ("0d7f3a52-9c1d-4d52-8f2b-3f8a4f1f5a02", "platform-team", "group"),
        ("b53c91d0-22aa-4cf3-b8d2-6c7a7f9e5a03", "sam.okafor", null), ("c8e1a9b7-7f44-4e0e-8a51-b15c0c1e5a04", "payments", "group"),
        ("e0b9f2f4-1b3a-4a35-93cf-27d0a9be5a05", "lee.tanaka", null), ("41d2c6a8-6d0c-4b9c-b0b4-54e8e7ab5a06", "security-operations-centre", "group"),
    ];

    /// <summary>A fleet of some identities.</summary>
    public static FleetReport Of(int count) => Report([.. Enumerable.Range(0, count).Select(Row)]);

    /// <summary>A report of some rows.</summary>
    public static FleetReport Report(IReadOnlyList<ReportRow> rows) => new() { Rows = rows, TakenAt = At, TakenUntil = At, IsFleet = true };

    private static ReportRow Row(int i)
    {
        var person = i % 5 == 3;
        var name = person
            ? string.Create(CultureInfo.InvariantCulture, $"people.{(char)('a' + i % 26)}{i:d4}-admin")
            : string.Create(CultureInfo.InvariantCulture, $"team-{(char)('a' + i / 5 % 6)}.{Services[i * 7 % Services.Length]}-{i:d4}");
        var owner = Owners[i * 11 % Owners.Length];
        var days = 3 + i * 37 % 74;
        var used = i % 4 == 0 ? 2 : i % 9 == 0 ? 1 : 0;
        var well = new ReportRow
        {
            Identity = name,
            State = "active",
            Readiness = Readiness.Ready,
            ExternalId = person ? $"{name.Split('.')[1]}@example.org" : i % 3 == 0 ? $"spiffe://example.org/ns/prod/sa/{name}" : null,
            Profile = person ? "printable" : "machine",
            Owner = new ReportOwner(owner.Id, owner.Kind, owner.Name),
            Labels = new Dictionary<string, string> { ["team"] = name.Split('.')[0], ["tier"] = (i % 3).ToString(CultureInfo.InvariantCulture) },
            RegisteredAt = At.AddDays(-400 - i % 100),
            Active = Set(i, person, days, used),
            LastRotatedAt = i % 3 == 0 ? null : At.AddDays(-days).AddMinutes(4),
            LastConsumedAt = used > 0 ? At.AddDays(-(days / 2)) : null,
            LastConsumedBy = used > 0 ? "approle-idp" : null,
            LastProvenAt = At.AddDays(-(days / 2)),
            Previous = i % 3 == 0 ? null : new ReportEnd(
                i % 4, i % 7 == 0 ? SetEnd.UsedUp : i % 11 == 0 ? SetEnd.RoleChanged : i % 13 == 0 ? SetEnd.Expired : SetEnd.Replaced, At.AddDays(-days), i % 7 == 0 ? 10 : i % 4, i % 7 == 0 ? 0 : 10 - i % 4),
            Last30Days = days < 30 ? new ReportActivity(1, 1, i % 3 == 0 ? 0 : 1, used, 0) : ReportActivity.None,
            Last90Days = new ReportActivity(1, 1, i % 3 == 0 ? 0 : 1, used, 0),
        };
        return Ill(well, i);
    }

    private static ReportSet Set(int i, bool person, int days, int used) => new(
        1 + i % 4, person ? "printable" : "machine", At.AddDays(-days), "userpass-olga", Owners[0].Id, At.AddDays(-days).AddMinutes(4), "userpass-olga", At.AddDays(90 - days), 10, 10 - used, used);

    private static ReportRow Ill(ReportRow row, int i) => (i % 50) switch
    {
        4 => Lost(row, "exhausted", ReadinessCause.UsedUp, ReadinessCause.Overdue) with { Active = row.Active! with { Remaining = 0, Used = 10 }, LastConsumedAt = At.AddDays(-1), LastConsumedBy = "userpass-helpdesk" },
        11 => Lost(row, "owner-gone", ReadinessCause.Ownerless) with { Owner = new ReportOwner("9a2fd0be-33aa-4f0f-8f0c-d53b5f2e5a07", null, null, "owner-gone") },
        17 => Lost(row, "suspended", ReadinessCause.Suspended, ReadinessCause.NeverProven) with { Suspension = new ReportSuspension(At.AddDays(-2), "owner-changed"), LastProvenAt = null },
        23 => Lost(row, "registered", ReadinessCause.NoCodes) with { Active = null, LastProvenAt = null, LastConsumedAt = null, Previous = null },
        29 => ReportRow.OfNothing(row.Identity, removed: i % 100 > 50),
        7 or 31 or 44 => Risk(row, ReadinessCause.Low) with { Active = row.Active! with { Remaining = 2, Used = 8 } },
        13 or 38 => Risk(row, ReadinessCause.Overdue) with { Active = row.Active! with { IssuedAt = At.AddDays(-82), ExpiresAt = At.AddDays(8) } },
        2 or 20 or 35 or 47 => Risk(row, ReadinessCause.NeverProven) with { LastProvenAt = null },
        49 => row with { State = "retired", Readiness = Readiness.Retired, RetiredAt = At.AddDays(-20), Active = null, Previous = new ReportEnd(3, SetEnd.Retired, At.AddDays(-20), 0, 10) },
        _ => row,
    };

    private static ReportRow Lost(ReportRow row, string state, params ReadinessCause[] causes) =>
        row with { State = state, Readiness = Readiness.NotRecoverable, Causes = [.. causes.Select(c => c.Name())] };

    private static ReportRow Risk(ReportRow row, params ReadinessCause[] causes) => row with { Readiness = Readiness.AtRisk, Causes = [.. causes.Select(c => c.Name())] };
}
