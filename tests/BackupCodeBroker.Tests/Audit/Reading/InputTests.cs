using System.Text;
using BackupCodeBroker.Audit;
using BackupCodeBroker.Audit.Reading;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Tests.Audit.Join;
using Xunit;

namespace BackupCodeBroker.Tests.Audit.Reading;

/// <summary>Lines of all kinds, good and bad.</summary>
public sealed class InputTests
{
    private static readonly string Good = new Story().Lines()[0];
    private static readonly string Record = RecordLine();

    [Theory]
    [InlineData("not json at all")]
    [InlineData("{\"time\":\"2026-11-25T08:00:00Z\",\"type\":\"request\"")]
    [InlineData("{\"time\":\"2026-11-25T08:00:00Z\",\"type\":\"request\"}")]
    [InlineData("{\"time\":5,\"type\":\"request\",\"request\":{}}")]
    [InlineData("{\"time\":\"yesterday\",\"type\":\"request\",\"request\":{}}")]
    [InlineData("{\"time\":\"2026-11-25T08:00:00Z\",\"type\":\"something\",\"request\":{}}")]
    [InlineData("{\"time\":\"2026-11-25T08:00:00Z\",\"type\":\"request\",\"request\":[]}")]
    [InlineData("{\"time\":\"2026-11-25T08:00:00Z\",\"type\":\"request\",\"request\":{\"path\":{}}}")]
    [InlineData("{\"time\":\"2026-11-25T08:00:00Z\",\"type\":\"request\",\"request\":{},\"auth\":{\"policies\":[1]}}")]
    [InlineData("{\"time\":\"2026-11-25T08:00:00Z\",\"type\":\"request\",\"request\":{}}{}")]
    public void A_bad_line_is_told_with_its_place_and_nothing_of_it(string bad)
    {
        var (items, faults, input) = Read($"{Good}\n{bad}\n{Good}\n");
        Assert.Equal(2, items.Count);
        var fault = Assert.Single(faults);
        Assert.Equal((2, Encoding.UTF8.GetByteCount(Good) + 1), (fault.Line, fault.Offset));
        Assert.DoesNotContain("yesterday", fault.Why, StringComparison.Ordinal);
        Assert.Equal((3, 1), (input.Lines, input.Unreadable));
    }

    [Fact]
    public void A_line_beyond_all_measure_is_passed_over()
    {
        var (items, faults, _) = Read($"{Good}\n{{\"time\":\"{new string('x', 20 * 1024 * 1024)}\"}}\n{new string('y', 5 * 1024 * 1024)}\n{Good}\n");
        Assert.Equal(2, items.Count);
        Assert.Equal([2L, 3L], faults.Select(f => f.Line));
    }

    [Fact]
    public void Blank_lines_are_nothing()
    {
        var (items, faults, _) = Read($"\n{Good}\r\n\r\n   \n{Good}");
        Assert.Equal((2, 0), (items.Count, faults.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_is_what_its_first_readable_line_says(bool otlp)
    {
        var (items, faults, input) = Read($"junk\n{(otlp ? Otlp.Of(Record) : Record)}\n");
        Assert.NotNull(Assert.Single(items).Record);
        Assert.Single(faults);
        Assert.Equal(otlp ? InputKind.Otlp : InputKind.AccessRecords, input.Kind);
    }

    [Fact]
    public void A_record_is_the_same_from_a_file_and_from_a_collector()
    {
        var file = Read(Record).Items[0].Record!;
        var collected = Read(Otlp.Of(Record)).Items[0].Record!;
        Assert.Equal(file.VaultRequests, collected.VaultRequests);
        Assert.Equal(file with { VaultRequests = [] }, collected with { VaultRequests = [] });
    }

    [Theory]
    [InlineData("\"span_id\":\"", "\"span_id\":\"zz")]
    [InlineData("\"vault_calls\":", "\"vault_calls\":-")]
    [InlineData("\"operation\":", "\"operatio\":")]
    public void A_record_that_is_none_is_told(string from, string to)
    {
        var bad = Record.Replace(from, to, StringComparison.Ordinal);
        Assert.Single(Read($"{Record}\n{bad}\n").Faults);
        Assert.Single(Read($"{Otlp.Of(Record)}\n{Otlp.Of(bad)}\n").Faults);
    }

    [Theory]
    [InlineData("used", """ "auth":{"client_token":"#inner"} """, "#sent", "", "#inner")]
    [InlineData("older", """ "auth":{"client_token":"#sent"} """, "#sent", "", "#sent")]
    [InlineData("not looked up", """ "auth":null """, "#sent", "", "#sent")]
    [InlineData("makes a token", """ "auth":{"client_token":"#inner"} """, "#sent", ""","response":{"auth":{"client_token":"#made"}}""", "#inner")]
    [InlineData("logs in", """ "auth":{"client_token":"#made"} """, "", ""","response":{"auth":{"client_token":"#made"}}""", "")]
    [InlineData("logs in, with a token at hand", """ "auth":{"client_token":"#made"} """, "#sent", ""","response":{"auth":{"client_token":"#made"}}""", "#sent")]
    public void The_token_is_the_one_that_answers_name(string what, string auth, string sent, string answer, string token)
    {
        var line = $$"""{"time":"2026-11-25T08:00:00Z","type":"response",{{auth}},"request":{"id":"r","operation":"read","path":"x","client_token":"{{sent}}"}{{answer}}}""";
        var entry = Assert.Single(Read(line).Items).Entry!;
        Assert.True((Mark.Of(Encoding.UTF8.GetBytes(token)), Mark.Of(Encoding.UTF8.GetBytes(sent))) == (entry.Token, entry.TokenAsSent), what);
    }

    [Fact]
    public void What_newer_Vaults_add_is_passed_over()
    {
        const string Line = """
            {"time":"2026-11-25T08:00:00.123456789Z","type":"response","forwarded_from":"x","auth":{"client_token":"hmac-sha256:00","policy_results":{"allowed":true,"granting_policies":[{"name":"p"}]},"token_policies":["p"],"token_issue_time":"2026-11-25T08:00:00Z"},"request":{"id":"r","client_id":"c","mount_class":"secret","mount_point":"backup-codes/","mount_running_version":"v0","namespace":{"id":"abc","path":"team/"},"operation":"read","path":"backup-codes/config","headers":{"traceparent":["00-0af7651916cd43dd8448eb211c80319c-00000000000000bb-01"],"user-agent":["x"]},"remote_port":5,"data":null},"response":{"mount_class":"secret","data":{"id":5},"warnings":["w"]}}
            """;
        var (items, faults, _) = Read(Line);
        Assert.Empty(faults);
        var entry = Assert.Single(items).Entry!;
        Assert.Equal(("team", "p", 0xbbUL, true), (entry.Namespace, entry.Auth.Policies.Single(), entry.Span!.Value.Id, entry.AnswersWithId));
    }

    [Theory]
    [InlineData("2026-11-01", "2026-11-01T00:00:00Z")]
    [InlineData("2026-11-01T08:30", "2026-11-01T08:30:00Z")]
    [InlineData("2026-11-01T08:30:01.5Z", "2026-11-01T08:30:01.5Z")]
    [InlineData("2026-11-01T08:30:00+02:00", "2026-11-01T06:30:00Z")]
    [InlineData("24h", "2026-11-24T12:00:00Z")]
    [InlineData("90m ago", "2026-11-25T10:30:00Z")]
    [InlineData("7d", "2026-11-18T12:00:00Z")]
    [InlineData("yesterday", null)]
    [InlineData("-5h", null)]
    [InlineData("h", null)]
    [InlineData("99999999d", null)]
    public void A_moment_is_a_time_or_how_long_ago(string text, string? expected)
    {
        var now = new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(expected is not null, AuditMoment.TryRead(text, now, out var moment));
        Assert.Equal(expected is null ? default : DateTimeOffset.Parse(expected), moment);
    }

    private static string RecordLine()
    {
        var story = new Story();
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1);
        return story.Records.Single();
    }

    private static (List<AuditItem> Items, IReadOnlyList<UnreadableLine> Faults, AuditInput Input) Read(string text)
    {
        var faults = new LineFaults();
        using var input = new AuditInput(0, "x", () => new MemoryStream(Encoding.UTF8.GetBytes(text)), staysOpen: false, faults, _ => { });
        input.Look();
        var items = new List<AuditItem>();
        while (input.Next() is { } item)
        {
            items.Add(item);
        }

        return (items, faults.Listed, input);
    }
}
