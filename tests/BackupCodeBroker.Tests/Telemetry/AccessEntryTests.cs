using System.Buffers;
using System.Text;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Telemetry;
using Xunit;

namespace BackupCodeBroker.Tests.Telemetry;

/// <summary>A record on the wire: as a line of the file, as attributes of a log record, as a line for people. What is absent is nowhere.</summary>
public sealed class AccessEntryTests
{
    [Fact]
    public void A_line_of_the_file_has_all_of_it_under_the_agreed_names() => Assert.Equal(
        """{"time":"2026-03-04T04:06:07.020Z","started_at":"2026-03-04T04:06:07.008Z","operation_id":"11111111111111111111111111111111","trace_id":"22222222222222222222222222222222","span_id":"3333333333333333","operation":"consume","identity":"team-a.deploy","caller_entity":"entity-1","caller_accessor":"accessor-1","caller_name":"userpass-\"Zoë\"","caller_kind":"person","owner":"entity-2","outcome":"refused","reason":"wrong","generation":3,"profile":"machine","profile_digest":"0123456789abcdef","approval":"44444444444444444444444444444444","person_used_machine_code":true,"replica":"0a0b0c0d","vault_calls":7,"vault_uncertain":1,"vault_requests":["id-1","id-2"]}""" + "\n",
        JsonOf(Given.Most));

    [Fact]
    public void What_is_absent_is_left_out_of_the_file() => Assert.Equal(
        """{"time":"2026-03-04T04:06:07.020Z","started_at":"2026-03-04T04:06:07.008Z","operation_id":"11111111111111111111111111111111","trace_id":"22222222222222222222222222222222","span_id":"3333333333333333","operation":"list","outcome":"done","vault_calls":0,"vault_uncertain":0,"vault_requests":[]}""" + "\n",
        JsonOf(Given.Least));

    [Fact]
    public void A_log_record_has_all_of_it_as_attributes_and_the_identity_as_telemetry_names_it()
    {
        var entry = new AccessEntry(Given.Most, "~0123");
        Assert.Equal(
            [
                "bcb.operation_id=11111111111111111111111111111111", "bcb.operation=consume", "bcb.identity=~0123", "bcb.caller.entity=entity-1",
                "bcb.caller.accessor=accessor-1", "bcb.caller.name=userpass-\"Zoë\"", "bcb.caller.kind=person", "bcb.owner=entity-2", "bcb.outcome=refused",
                "bcb.reason=wrong", "bcb.generation=3", "bcb.profile=machine", "bcb.profile.digest=0123456789abcdef",
                "bcb.approval=44444444444444444444444444444444", "bcb.person_used_machine_code=True", "bcb.replica=0a0b0c0d", "bcb.started_at=2026-03-04T04:06:07.008Z", "bcb.vault.calls=7", "bcb.vault.uncertain=1", "bcb.vault.requests=id-1,id-2",
            ],
            entry.Select(a => $"{a.Key}={(a.Value is string[] many ? string.Join(',', many) : a.Value)}"));
        Assert.DoesNotContain("team-a.deploy", entry.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_absent_is_no_attribute_and_no_empty_word()
    {
        var entry = new AccessEntry(Given.Least, null);
        Assert.Equal(
            ["bcb.operation_id", "bcb.operation", "bcb.outcome", "bcb.started_at", "bcb.vault.calls", "bcb.vault.uncertain"], entry.Select(a => a.Key));
        Assert.Equal("list done operation 11111111111111111111111111111111 trace 22222222222222222222222222222222 span 3333333333333333 calls 0", entry.ToString());
    }

    private static string JsonOf(AccessRecord record)
    {
        var bytes = new ArrayBufferWriter<byte>();
        AccessRecordJson.Write(bytes, record);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
