using System.Text.Json.Nodes;
using BackupCodeBroker.Core.Audit;
using Xunit;

namespace BackupCodeBroker.Tests.Audit.Join;

/// <summary>Each kind of finding by what leads to it, once and nothing else.</summary>
public sealed class FindingTests
{
    private const string Document = "backup-codes/data/identities/bcb.a.x";

    private static readonly JsonObject Thief = Story.Person("thief", Story.Thief, "dev");

    public static TheoryData<string, FindingKind, bool> Offences => new(Commit.SelectMany(c => new[] { (c.Key, c.Value.Kind, false), (c.Key, c.Value.Kind, true) }));

    private static Dictionary<string, (FindingKind Kind, Action<Story> Do)> Commit { get; } = new()
    {
        ["read by root"] = (FindingKind.ForeignAccess, s => s.Say("read", Document, "root", Story.Root)),
        ["the list, by root"] = (FindingKind.ForeignAccess, s => s.Say("list", "backup-codes/metadata/identities/", "root", Story.Root)),
        ["destroyed by root"] = (FindingKind.ForeignAccess, s => s.Say("update", "backup-codes/destroy/identities/bcb.a.x", "root", Story.Root)),
        ["pepper used by another"] = (FindingKind.ForeignAccess, s => s.Say("update", "transit/hmac/bcb-pepper", "thief", Thief)),
        ["read by root in an operation's span"] = (FindingKind.ForeignAccess, s => s.Operate("consume", "a.x", "verifier", Story.Verifier, 1, more: (span, _) => { }, cold: true)
            .Also(span => s.Say("read", Document, "root", Story.Root, span: span))),
        ["child used without record"] = (FindingKind.AccessWithoutRecord, s => s.Say("read", Document, "child-a.x", Story.Child("a.x"), span: "00000000000000ff")),
        ["broker's token elsewhere"] = (FindingKind.AccessWithoutRecord, s => s.Say("read", "secret/data/x", "broker", Story.Broker)),
        ["record removed"] = (FindingKind.AccessWithoutRecord, s => s.Operate("consume", "a.x", "verifier", Story.Verifier, 1, record: false)),
        ["child used beyond its operation"] = (FindingKind.AccessBeyondOperation, s => s.Operate("consume", "a.x", "verifier", Story.Verifier, 1)
            .Also(span => s.Say("read", Document, "child-a.x", Story.Child("a.x"), answer: Story.Data(("data", "#x")), span: span))),
        ["an operation that does not write wrote"] = (FindingKind.AccessBeyondOperation, s => s.Operate("status", "a.x", "owner", Story.Owner, writes: true)),
        ["entries missing"] = (FindingKind.OperationWithoutEntries, s => s.Record("00000000000000aa", "consume", "a.x", null, "done", null, 1, s.Now, 5, [])),
        ["asked without record"] = (FindingKind.AskWithoutRecord, s => s.Say("read", "backup-codes-broker/consume/a.x", "thief", Thief)),
        ["unwrapped by another"] = (FindingKind.UnwrappedByAnother, s => { s.Issue("a.x", 2); s.Unwrap("a.x", 2, "thief", Story.Thief); s.Unwrap("a.x", 2, "owner", Story.Owner, fails: true); }
        ),
        ["unwrapped by nobody"] = (FindingKind.UnwrappedByAnother, s => { s.Issue("a.x", 2); s.Say("update", "sys/wrapping/unwrap", "wrap-a.x-2", Story.Auth("wrap-a.x-2", ["response-wrapping"], ""), answer: Story.Data(("activation", "#x"))); }
        ),
        ["the old way of opening"] = (FindingKind.UnwrappedByAnother, s => { s.Issue("a.x", 2); s.Say("read", "cubbyhole/response", "wrap-a.x-2", Story.Auth("wrap-a.x-2", ["response-wrapping"], ""), answer: Story.Data(("response", "#x"))); }
        ),
        ["second unwrap"] = (FindingKind.SecondUnwrap, s => { s.Claim("a.x", 2); s.Unwrap("a.x", 2, "thief", Story.Thief, fails: true); s.Unwrap("a.x", 2, "thief", Story.Thief, fails: true); }
        ),
        ["rewrapped"] = (FindingKind.WrappedAgain, Rewrap),
        ["opened and wrapped again"] = (FindingKind.WrappedAgain, WrapAgain),
        ["taken, not activated"] = (FindingKind.TakenNotActivated, s => { s.Issue("a.x", 2); s.Unwrap("a.x", 2, "owner", Story.Owner); s.Pass(TimeSpan.FromHours(1)); s.Say("read", "sys/mounts", "thief", Thief); }
        ),
        ["shipped policy"] = (FindingKind.PolicyChange, s => s.Say("update", "sys/policies/acl/bcb-broker", "root", Story.Root)),
        ["caller's policy, before the caller comes"] = (FindingKind.PolicyChange, s => { s.Say("update", "sys/policies/acl/newcomer", "root", Story.Root); s.Operate("status", "a.x", "newcomer", Story.Thief, writes: false); }
        ),
        ["mount moved"] = (FindingKind.MountChange, s => s.Say("update", "sys/remount", "root", Story.Root)),
        ["mount tuned"] = (FindingKind.MountChange, s => s.Say("update", "sys/mounts/backup-codes/tune", "root", Story.Root)),
        ["something stored where callers are authorised"] = (FindingKind.MountChange, s => s.Say("update", "backup-codes-broker/consume/a.x", "root", Story.Root)),
        ["audit device off"] = (FindingKind.AuditChange, s => s.Say("delete", "sys/audit/file", "root", Story.Root)),
        ["audited header off"] = (FindingKind.AuditChange, s => s.Say("delete", "sys/config/auditing/request-headers/traceparent", "root", Story.Root)),
        ["token role"] = (FindingKind.RoleChange, s => s.Say("update", "auth/token/roles/bcb-identity", "root", Story.Root)),
        ["secret-id"] = (FindingKind.RoleChange, s => s.Say("update", "auth/approle/role/bcb-broker/secret-id", "root", Story.Root)),
        ["alias entity"] = (FindingKind.EntityChange, s => s.Say("update", "identity/entity/id/e-a.x", "root", Story.Root)),
        ["alias"] = (FindingKind.EntityChange, s => s.Say("update", "identity/entity-alias", "root", Story.Root, new JsonObject { ["name"] = "#bcb.a.x" })),
        ["merged"] = (FindingKind.EntityChange, s => s.Say("update", "identity/entity/merge", "root", Story.Root, new JsonObject { ["from_entity_ids"] = new JsonArray("#e-a.x") })),
        ["put into a group"] = (FindingKind.EntityChange, s => s.Say("update", "identity/group/name/x", "root", Story.Root, new JsonObject { ["member_entity_ids"] = new JsonArray("#e-a.x") })),
        ["pepper exported"] = (FindingKind.KeyChange, s => s.Say("read", "transit/export/hmac-key/bcb-pepper", "root", Story.Root)),
        ["raw storage"] = (FindingKind.StorageAccess, s => s.Say("read", "sys/raw/logical/x", "root", Story.Root)),
        ["snapshot"] = (FindingKind.StorageAccess, s => s.Say("read", "sys/storage/raft/snapshot", "root", Story.Root)),
        ["root made"] = (FindingKind.RootToken, s => s.Say("update", "auth/token/create", "root", Story.Root, answer: Story.Made("new", ["root"], "", "service"))),
        ["broker's token made"] = (FindingKind.BrokerTokenMade, s => s.Say("update", "auth/token/create", "root", Story.Root, answer: Story.Made("new", ["bcb-broker"], "", "service"))),
        ["child made by hand and used"] = (FindingKind.BrokerTokenMade, MakeAndUse),
    };

    [Theory]
    [MemberData(nameof(Offences))]
    [Trait("Requirement", "R-08")]
    [Trait("Requirement", "R-38")]
    public void Is_found_once(string offence, FindingKind kind, bool isNewer)
    {
        var story = new Story(isNewer);
        story.Claim("a.x", 1);
        Commit[offence].Do(story);
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1);
        var report = story.Audit();
        Assert.Equal([kind], report.Findings.Select(f => f.Kind));
        Assert.DoesNotContain("hmac-sha256", report.Findings[0].What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_logs_in_clear_is_found_and_nothing_of_it_is_repeated()
    {
        var story = new Story();
        story.Claim("a.x", 1);
        story.Unwrap("a.x", 1, "thief", Story.Thief, fails: true);
        var report = Story.Audit([story.Lines("raw"), story.Records]);
        Assert.Contains(report.Findings, f => f.Kind == FindingKind.RawAuditDevice);
        Assert.Contains(report.Findings, f => f.Kind == FindingKind.SecondUnwrap);
        Assert.DoesNotContain("wrap-a.x-1", BackupCodeBroker.Audit.Report.AuditJson.Write(report).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_Vault_denied_is_something_to_know()
    {
        var story = new Story();
        story.Claim("a.x", 1);
        story.Say("read", Document, "thief", Thief, error: "1 error occurred:\n\t* permission denied\n\n");
        story.Say("update", "sys/policies/acl/bcb-broker", "thief", Thief, error: "1 error occurred:\n\t* permission denied\n\n");
        var report = story.Audit();
        Assert.Empty(report.Findings);
        Assert.Equal(2, report.Notices.Count);
    }

    [Fact]
    public void Policies_and_entities_of_others_are_something_to_know()
    {
        var story = new Story();
        story.Claim("a.x", 1);
        story.Say("update", "sys/policies/acl/somebody-elses", "admin", Story.Person("admin", "e-admin"));
        story.Say("update", "identity/entity/name/somebody", "admin", Story.Person("admin", "e-admin"));
        var report = story.Audit();
        Assert.Empty(report.Findings);
        Assert.Equal(2, report.Notices.Count);
    }

    [Fact]
    public void What_is_not_explained_is_a_findings_or_to_know()
    {
        var story = new Story();
        story.Claim("a.x", 1);
        story.Operate("status", "a.x", "owner", Story.Owner, writes: true);
        story.Say("read", Document, "root", Story.Root);
        story.Say("update", "sys/policies/acl/somebody-elses", "admin", Story.Person("admin", "e-admin"));
        story.Say("update", "sys/policies/acl/somebody-elses", "admin", Story.Person("admin", "e-admin"));
        story.Say("update", "identity/entity/name/somebody", "admin", Story.Person("admin", "e-admin"));
        story.Say("delete", "identity/entity/id/" + Story.Owner, "admin", Story.Person("admin", "e-admin"));
        story.Say("update", "sys/policies/acl/bcb-broker", "thief", Thief, error: "1 error occurred:\n\t* permission denied\n\n");

        var report = story.Audit();

        Assert.Equal(2, report.Findings.Sum(f => f.Requests));
        Assert.Equal(5, report.Totals.ToKnow);
        Assert.Equal(report.Totals.BrokerRequests, report.Totals.Explained + report.Totals.ToKnow + report.Findings.Sum(f => f.Requests));
    }

    [Fact]
    public void Bootstrap_with_its_record_explains_what_it_changed()
    {
        var story = new Story();
        const string Span = "00000000000000bb";
        var from = story.Now;
        string[] ids = [.. new[] { "sys/policies/acl/bcb-broker", "auth/token/roles/bcb-identity" }.Select(p => story.Say("update", p, "root", Story.Root, span: Span))];
        story.Record(Span, "bootstrap", null, null, "done", null, null, from, ids.Length, []);
        var report = story.Audit();
        Assert.Empty(report.Findings);
        Assert.Contains(report.Notices, n => n.What.Contains("bootstrap", StringComparison.Ordinal));
    }

    private static void Rewrap(Story story)
    {
        story.Issue("a.x", 2);
        story.Say("update", "sys/wrapping/rewrap", "thief", Thief, new JsonObject { ["token"] = "#wrap-a.x-2" }, new JsonObject { ["wrap_info"] = story.WrapInfo("again") });
        story.Say("update", "sys/wrapping/unwrap", "owner", Story.Person("owner", Story.Owner), new JsonObject { ["token"] = "#again" }, Story.Data(("activation", "#act-wrap-a.x-2")));
    }

    private static void WrapAgain(Story story)
    {
        story.Issue("a.x", 2);
        story.Unwrap("a.x", 2, "thief", Story.Thief);
        story.Say("update", "sys/wrapping/wrap", "thief", Thief, new JsonObject { ["activation"] = "#act-wrap-a.x-2" }, new JsonObject { ["wrap_info"] = story.WrapInfo("again") });
        story.Say("update", "sys/wrapping/unwrap", "owner", Story.Person("owner", Story.Owner), new JsonObject { ["token"] = "#again" }, Story.Data(("activation", "#act-wrap-a.x-2")));
        story.Activate("a.x", 2);
    }

    private static void MakeAndUse(Story story)
    {
        story.Say("update", "auth/token/create/bcb-identity", "root", Story.Root, answer: Story.Made("child-made", ["bcb-identity"], "e-a.x", "batch"));
        var span = story.Operate("status", "a.x", "owner", Story.Owner, writes: false);
        story.Say("read", Document, "child-made", Story.Auth("child-made", ["bcb-identity"], "e-a.x", "batch", child: true), answer: Story.Data(("data", "#x")), span: span);
    }
}

/// <summary>One thing after another.</summary>
internal static class Then
{
    public static void Also<T>(this T value, Action<T> then) => then(value);
}
