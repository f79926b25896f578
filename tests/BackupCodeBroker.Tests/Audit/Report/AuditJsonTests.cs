using System.Text.Json.Nodes;
using BackupCodeBroker.Audit.Report;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Tests.Architecture;
using Xunit;

namespace BackupCodeBroker.Tests.Audit.Report;

public sealed class AuditJsonTests
{
    [Fact]
    public void Is_the_report_under_names_in_snake_case()
    {
        var at = new DateTimeOffset(2026, 11, 16, 1, 2, 3, 4, TimeSpan.FromHours(2));
        var who = new Party { Name = "root", Policies = ["root"] };
        var report = new AuditReport
        {
            Since = at,
            Sources = [new("audit.log", "vault-audit", 2, 1, at, null)],
            Totals = new AuditTotals { Requests = 7, ByOutcome = new Dictionary<string, long> { ["consume refused"] = 1 } },
            Findings = [new Finding { Kind = FindingKind.ForeignAccess, At = at, What = "Read.", Who = who, Requests = 1, Paths = ["read x"], RequestIds = ["id"] }],
            Notices = [new(at, "So.")],
            Sets = [new("team-a.x", 1, [new LifeEvent { At = at, Step = LifeStep.UnwrapFailed, RequestId = "r" }])],
            Rotations = [new("team-a.x", 1, 2, 3, null, TimeSpan.FromSeconds(1.5))],
            Changes = [new("team-a.x", "owner changed", at, null, at)],
            Unreadable = [new("audit.log", 2, 99, "cut short")],
        };
        var expected = JsonNode.Parse("""
            {
              "version": 1, "explained": false, "verdict": "1 finding: 1 unexplained access; 1 line could not be read",
              "since": "2026-11-15T23:02:03.004Z",
              "sources": [{"name": "audit.log", "kind": "vault-audit", "lines": 2, "unreadable": 1, "first": "2026-11-15T23:02:03.004Z"}],
              "totals": {
                "requests": 7, "broker_requests": 0, "explained": 0, "to_know": 0, "operations": 0, "operations_found": 0, "operations_outside": 0,
                "by_outcome": {"consume refused": 1}, "person_used_machine_code": 0
              },
              "findings": [{
                "kind": "foreign-access", "at": "2026-11-15T23:02:03.004Z", "what": "Read.", "who": {"name": "root", "policies": ["root"], "root": true},
                "requests": 1, "paths": ["read x"], "request_ids": ["id"]
              }],
              "findings_not_listed": 0,
              "notices": [{"at": "2026-11-15T23:02:03.004Z", "what": "So."}],
              "sets": [{
                "identity": "team-a.x", "generation": 1, "events": [{"at": "2026-11-15T23:02:03.004Z", "step": "unwrap-failed", "request_id": "r"}], "events_not_listed": 0
              }],
              "rotations": [{"identity": "team-a.x", "issues": 1, "activations": 2, "consumptions": 3, "longest_gap": 1.5}],
              "changes": [{"identity": "team-a.x", "change": "owner changed", "changed_at": "2026-11-15T23:02:03.004Z", "ended_at": "2026-11-15T23:02:03.004Z"}],
              "unreadable": [{"source": "audit.log", "line": 2, "offset": 99, "why": "cut short"}]
            }
            """);
        var json = AuditJson.Write(report);
        Assert.True(JsonNode.DeepEquals(expected, json), json.ToJsonString());
    }

    [Fact]
    public void Every_member_and_every_kind_stands_in_the_document_for_auditors()
    {
        var document = Repository.Read("src/docs/auditing.md");
        var names = Names(AuditJson.Write(SampleReports.Week())).Distinct().ToList();
        Assert.True(names.Count > 50);
        Assert.DoesNotContain(names, name => !document.Contains($"`{name}`", StringComparison.Ordinal));
        var kinds = AuditJson.Write(SampleReports.OfEachKind())["findings"]!.AsArray().Select(f => f!["kind"]!.GetValue<string>()).ToList();
        Assert.Equal(Enum.GetValues<FindingKind>().Length, kinds.Count);
        // A row of the table each: kind, what it means, what to do.
        Assert.DoesNotContain(kinds, kind => !document.Contains($"\n| `{kind}` | ", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Names(JsonNode? node) => node switch
    {
        // Names of operations and outcomes are values.
        JsonObject members => members.SelectMany(m => m.Key == "by_outcome" ? [m.Key] : Names(m.Value).Prepend(m.Key)),
        JsonArray items => items.SelectMany(Names),
        _ => [],
    };
}
