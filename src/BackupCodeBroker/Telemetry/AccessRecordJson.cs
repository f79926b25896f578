using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Telemetry;

/// <summary>An access record as one line of the access file: snake_case, what is absent left out, times in UTC to the millisecond.</summary>
internal static class AccessRecordJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>A time as records write it.</summary>
    // The round-trip form without what is finer than a millisecond: a form of one's own takes several times as long to write.
    public static string Time(DateTimeOffset time) => string.Concat(time.UtcDateTime.ToString("O").AsSpan(0, "yyyy-MM-ddTHH:mm:ss.fff".Length), "Z");

    /// <summary>Writes the line, its end included.</summary>
    public static void Write(IBufferWriter<byte> to, AccessRecord record)
    {
        using (var json = new Utf8JsonWriter(to, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", Time(record.EndedAt));
            json.WriteString("started_at", Time(record.StartedAt));
            json.WriteString("operation_id", record.OperationId);
            json.WriteString("trace_id", record.TraceId);
            json.WriteString("span_id", record.SpanId);
            json.WriteString("operation", record.Operation);
            Text(json, "identity", record.Identity);
            Text(json, "caller_entity", record.CallerEntity);
            Text(json, "caller_accessor", record.CallerAccessor);
            Text(json, "caller_name", record.CallerName);
            Text(json, "caller_kind", record.CallerKind.Name());
            Text(json, "owner", record.Owner);
            json.WriteString("outcome", record.Outcome);
            Text(json, "reason", record.Reason);
            Number(json, "generation", record.Generation);
            Text(json, "profile", record.Profile);
            Text(json, "profile_digest", record.ProfileDigest);
            Text(json, "approval", record.Approval);
            if (record.PersonUsedMachineCode)
            {
                json.WriteBoolean("person_used_machine_code", true);
            }

            Text(json, "replica", record.Replica);
            Number(json, "vault_calls", record.VaultCalls);
            Number(json, "vault_uncertain", record.VaultUncertain);
            json.WriteStartArray("vault_requests");
            foreach (var id in record.VaultRequests)
            {
                json.WriteStringValue(id);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        to.Write("\n"u8);
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
