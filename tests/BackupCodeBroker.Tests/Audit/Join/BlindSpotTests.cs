using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using BackupCodeBroker.Core.Audit;
using Xunit;

namespace BackupCodeBroker.Tests.Audit.Join;

/// <summary>Where somebody who knows how the audit works would hide: each is found.</summary>
public sealed class BlindSpotTests
{
    private const string Document = "backup-codes/data/identities/bcb.a.x";

    [Theory]
    [InlineData("sys/policies/acl/BCB-Identity", FindingKind.PolicyChange)]
    [InlineData("sys/policy/Bcb-Broker", FindingKind.PolicyChange)]
    [InlineData("sys/policies/acl/Verifier", FindingKind.PolicyChange)]
    [InlineData("auth/approle/role/BCB-Broker/secret-id", FindingKind.RoleChange)]
    [InlineData("auth/approle/role/BCB-BROKER", FindingKind.RoleChange)]
    [InlineData("sys/policies/acl/bcb-broker ", FindingKind.PolicyChange)]
    public void Names_that_Vault_reads_without_regard_to_case_are_told_in_any(string path, FindingKind kind)
    {
        var story = Busy();
        story.Say("update", path, "root", Story.Root);
        Assert.Equal(kind, Assert.Single(story.Audit().Findings).Kind);
    }

    [Fact]
    public void A_flood_under_one_span_hides_nothing_after_it()
    {
        var story = Busy();
        for (var i = 0; i < 5_100; i++)
        {
            story.Say("read", "auth/token/lookup-self", "root", Story.Root, span: "00000000deadbeef");
        }

        story.Say("read", Document, "root", Story.Root, answer: Story.Data(("data", "#x")), span: "00000000deadbeef");
        Assert.Equal(FindingKind.ForeignAccess, Assert.Single(story.Audit().Findings).Kind);
    }

    [Fact]
    public void A_record_of_an_operation_that_asked_for_no_permission_explains_no_access()
    {
        var story = Busy();
        var from = story.Now;
        const string Span = "00000000000f00d1";
        List<string> ids =
        [
            story.Say("update", "auth/token/create/bcb-identity", "broker", Story.Broker, new JsonObject { ["entity_alias"] = "#bcb.a.x" }, Story.Made("child-a.x", ["bcb-identity"], "e-a.x", "batch"), Span),
            story.Say("read", Document, "child-a.x", Story.Child("a.x"), answer: Story.Data(("data", "#x")), span: Span),
        ];
        story.Record(Span, "status", "a.x", Story.Owner, "done", null, 1, from, 2, ids);
        Assert.NotEmpty(story.Audit().Findings);
    }

    [Fact]
    public void A_record_without_calls_explains_none()
    {
        var story = Busy();
        var from = story.Now;
        const string Span = "00000000000f00d2";
        story.Say("read", Document, "child-a.x", Story.Child("a.x"), answer: new JsonObject { ["wrap_info"] = story.WrapInfo("stolen") }, span: Span);
        story.Record(Span, "consume", "a.x", Story.Owner, "malformed", null, 1, from, 0, []);
        Assert.NotEmpty(story.Audit().Findings);
    }

    [Fact]
    public void An_operation_does_not_have_documents_wrapped()
    {
        var story = Busy();
        var from = story.Now;
        const string Span = "00000000000f00d3";
        story.Say("read", "backup-codes-broker/status/a.x", "owner", Story.Person("owner", Story.Owner), span: Span);
        story.Say("read", Document, "child-a.x", Story.Child("a.x"), answer: new JsonObject { ["wrap_info"] = story.WrapInfo("stolen") }, span: Span);
        story.Record(Span, "status", "a.x", Story.Owner, "done", null, 1, from, 2, []);
        Assert.NotEmpty(story.Audit().Findings);
    }

    [Theory]
    [InlineData("\"time\":\"", "\"time\":\"9999-12-31T23:59:59.999Z\",\"t\":\"")]
    [InlineData("\"time\":\"", "\"time\":\"0001-01-01T00:00:00Z\",\"t\":\"")]
    public void A_time_that_cannot_be_is_told_and_stops_nothing(string from, string to)
    {
        var story = Busy();
        var lines = story.Lines().ToList();
        lines.Add(lines[^1].Replace(from, to, StringComparison.Ordinal));
        var report = Story.Audit([lines, story.Records]);
        Assert.Single(report.Unreadable);
        Assert.Equal(FindingKind.UnreadableEntries, Assert.Single(report.Findings).Kind);
    }

    [Theory]
    [InlineData("\"started_at\":\"", "\"started_at\":\"0001-01-01T00:00:00Z\",\"t\":\"")]
    [InlineData("\"time\":\"", "\"time\":\"9999-12-31T23:59:59.999Z\",\"t\":\"")]
    [InlineData("\"outcome\":\"done\"", "\"outcome\":null")]
    [InlineData("\"operation\":\"consume\"", "\"operation\":null")]
    [InlineData("\"operation_id\":\"", "\"operation_id\":null,\"t\":\"")]
    [InlineData("\"vault_requests\":[", "\"vault_requests\":[null,")]
    public void A_record_that_cannot_be_is_told_and_stops_nothing(string from, string to)
    {
        var story = Busy();
        var records = story.Records.ToList();
        records.Add(records[^1].Replace(from, to, StringComparison.Ordinal));
        var report = Story.Audit([story.Lines(), records]);
        Assert.Single(report.Unreadable);
        Assert.Empty(report.Findings);
    }

    [Fact]
    public void A_line_without_an_id_is_told()
    {
        var story = Busy();
        story.Say("read", Document, "root", Story.Root, answer: Story.Data(("data", "#x")));
        var lines = story.Lines().ToList();
        var nameless = (string line) => System.Text.RegularExpressions.Regex.Replace(line, "\"request\":\\{\"id\":\"[^\"]*\"", "\"request\":{\"id\":\"\"");
        lines[^1] = nameless(lines[^1]);
        lines[^2] = nameless(lines[^2]);
        Assert.True(Story.Audit([lines, story.Records]) is var report && report.Findings.Count + report.Unreadable.Count > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(200)]
    public void Gzip_members_one_after_another_are_read_and_a_cut_is_told(int missing)
    {
        var story = Busy();
        story.Say("read", Document, "root", Story.Root, answer: Story.Data(("data", "#x")));
        var lines = story.Lines();
        var bytes = new MemoryStream();
        foreach (var part in new[] { lines.Take(lines.Count / 2), lines.Skip(lines.Count / 2) })
        {
            using var gzip = new GZipStream(bytes, CompressionMode.Compress, leaveOpen: true);
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(part.Select(l => l + "\n"))));
        }

        var file = Path.GetTempFileName();
        var access = Path.GetTempFileName();
        File.WriteAllLines(access, story.Records);
        File.WriteAllBytes(file, bytes.ToArray()[..^missing]);
        var report = Story.Audit([file, access], null, null);
        Assert.Equal(missing > 0 ? 1 : 0, report.Unreadable.Count);
        Assert.Equal(missing > 0, report.Findings.Any(f => f.Kind == FindingKind.UnreadableEntries));
        // Without the last eight bytes all is there, but for the proof of it.
        Assert.Equal(missing <= 8, report.Findings.Any(f => f.Kind == FindingKind.ForeignAccess));
        File.Delete(file);
        File.Delete(access);
    }

    [Theory]
    [InlineData("delete", "sys/audit/file", FindingKind.AuditChange)]
    [InlineData("delete", "sys/policies/acl/bcb-broker", FindingKind.PolicyChange)]
    [InlineData("update", "sys/policies/acl/bcb-broker", FindingKind.AccessBeyondOperation)]
    public void A_run_of_bootstrap_covers_nothing_that_it_does_not_do(string verb, string path, FindingKind kind)
    {
        var story = Busy();
        var from = story.Now;
        const string Span = "00000000000f00d4";
        List<string> ids =
        [
            story.Say("read", "sys/mounts", "root", Story.Root, answer: Story.Data(("a", "b")), span: Span),
            story.Say("read", "sys/policies/acl/bcb-owner", "root", Story.Root, answer: Story.Data(("a", "b")), span: Span),
            story.Say("read", "backup-codes/config", "root", Story.Root, answer: Story.Data(("a", "b")), span: Span),
        ];
        story.Say(verb, path, "root", Story.Root, span: Span);
        story.Record(Span, "bootstrap", null, null, "done", null, null, from, 3, ids);
        Assert.Equal(kind, Assert.Single(story.Audit().Findings).Kind);
    }

    [Fact]
    public void Whatever_is_written_to_the_mount_of_permissions_is_told()
    {
        var story = Busy();
        story.Say("update", "backup-codes-broker/@ready", "root", Story.Root);
        Assert.Equal(FindingKind.MountChange, Assert.Single(story.Audit().Findings).Kind);
    }

    [Fact]
    public void An_entry_beyond_all_measure_hides_nothing()
    {
        var story = Busy();
        var pad = new JsonObject();
        for (var i = 0; i < 45_000; i++)
        {
            pad[$"{i}{new string('k', 100)}"] = 1;
        }

        story.Say("update", Document, "root", Story.Root, new JsonObject { ["pad"] = pad }, Story.Data(("version", 3)));
        var finding = Assert.Single(story.Audit().Findings);
        Assert.Equal(FindingKind.UnreadableEntries, finding.Kind);
        Assert.EndsWith(":" + (story.Lines().Count - 1), finding.Place, StringComparison.Ordinal);
        Assert.Empty(story.Audit(story.Now + TimeSpan.FromHours(1)).Findings);
    }

    [Fact]
    public void A_file_of_which_nothing_can_be_read_is_told_and_a_line_that_is_still_being_written_is_not()
    {
        var story = Busy();
        string[] nonsense = ["KLUv/QRYkQIAdHdv", "bGluZXM="];
        Assert.Equal(FindingKind.UnreadableEntries, Assert.Single(Story.Audit([story.Lines(), story.Records, nonsense]).Findings).Kind);

        var folder = Directory.CreateTempSubdirectory("bcb-audit-");
        var (log, access) = (Path.Combine(folder.FullName, "log"), Path.Combine(folder.FullName, "access"));
        File.WriteAllText(log, string.Concat(story.Lines().Select(l => l + "\n")) + "Nov 25 08:00:00 host sshd: hello\n" + story.Lines()[0][..80]);
        File.WriteAllLines(access, story.Records);
        var report = Story.Audit([log, access], null, null);
        Assert.Equal(2, report.Unreadable.Count);
        Assert.Empty(report.Findings);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_flood_of_policy_changes_hides_none_of_a_callers()
    {
        var story = Busy();
        for (var i = 0; i < 20_010; i++)
        {
            story.Say("update", "sys/policies/acl/p" + i, "root", Story.Root, answered: false);
        }

        story.Say("update", "sys/policies/acl/verifier", "root", Story.Root);
        var finding = Assert.Single(story.Audit().Findings);
        Assert.Equal((FindingKind.PolicyChange, 11), (finding.Kind, finding.Requests));
    }

    [Fact]
    public void A_flood_of_entity_changes_hides_none_of_an_identitys()
    {
        var story = Busy();
        story.Say("update", "identity/entity/id/e-a.x", "root", Story.Root);
        for (var i = 0; i < 10_010; i++)
        {
            story.Say("update", "identity/entity/id/e" + i, "root", Story.Root, answered: false);
        }

        Assert.Equal(FindingKind.EntityChange, Assert.Single(story.Audit().Findings).Kind);
    }

    [Fact]
    public void A_second_record_under_one_span_is_told()
    {
        var story = Busy();
        var span = story.Operate("status", "a.x", "owner", Story.Owner, writes: false, cold: false);
        Assert.Empty(story.Audit().Findings);
        story.Record(span, "revoke", "a.x", Story.Owner, "done", null, 1, story.Now, 3, []);
        Assert.Equal(FindingKind.AccessBeyondOperation, Assert.Single(story.Audit().Findings).Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Requirement", "R-38")]
    public void A_recovery_that_wrote_needs_the_credential_that_it_made(bool made)
    {
        var story = new Story();
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1);
        var (from, span) = (story.Now, "00000000000f00d3");
        List<string> ids = [story.Say("read", Document, "child-a.x", Story.Child("a.x"), answer: Story.Data(("data", "#x")), span: span)];
        if (made)
        {
            ids.Add(story.Say("update", "auth/bcb-recover/role/a.x/secret-id", "broker", Story.Broker, answer: Story.Data(("secret_id", "#x")), span: span));
        }

        ids.Add(story.Say("update", Document, "child-a.x", Story.Child("a.x"), answer: Story.Data(("version", 3)), span: span));
        story.Record(span, "recover", "a.x", null, "done", null, 1, from, ids.Count, ids);
        Assert.Equal(made ? [] : [FindingKind.AccessBeyondOperation], story.Audit().Findings.Select(f => f.Kind));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Counted_failures_need_a_consume_in_their_trace(bool consumed)
    {
        var story = new Story();
        story.Operate(consumed ? "consume" : "revoke", "a.x", "verifier", Story.Verifier, 1);
        var (from, span) = (story.Now, "00000000000f00d2");
        string[] ids =
        [
            story.Say("read", Document, "child-a.x", Story.Child("a.x"), answer: Story.Data(("data", "#x")), span: span),
            story.Say("update", Document, "child-a.x", Story.Child("a.x"), answer: Story.Data(("version", 3)), span: span),
        ];
        story.Record(span, "count-failures", "a.x", null, "done", null, null, from, 2, ids);
        Assert.Equal(consumed ? [] : [FindingKind.AccessBeyondOperation], story.Audit().Findings.Select(f => f.Kind));
    }

    [Fact]
    public void A_line_from_the_future_is_told_and_turns_nothing_around()
    {
        var story = Busy();
        var line = story.Lines()[^1];
        var future = line.Replace("2026-11-25T", "2031-11-25T", StringComparison.Ordinal);
        var report = Story.Audit([[.. story.Lines().Take(3), future, .. story.Lines().Skip(3)], story.Records], latest: story.Now + TimeSpan.FromDays(1));
        Assert.Equal(FindingKind.UnreadableEntries, Assert.Single(report.Findings).Kind);
        Assert.Contains("future", Assert.Single(report.Unreadable).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_without_their_traceparent_are_no_missing_part_of_the_log()
    {
        var story = Busy();
        string[] log = [.. story.Lines()];
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1);
        story.Say("read", "sys/health", "root", Story.Root);
        string[] bare = [.. story.Lines().Skip(log.Length).Select(l => l.Replace("traceparent", "x", StringComparison.Ordinal))];
        var findings = Story.Audit([[.. log, .. bare], story.Records]).Findings;
        Assert.Contains("was not audited then", Assert.Single(findings, f => f.Kind == FindingKind.OperationWithoutEntries).What, StringComparison.Ordinal);
    }

    private static Story Busy()
    {
        var story = new Story();
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1);
        return story;
    }
}
