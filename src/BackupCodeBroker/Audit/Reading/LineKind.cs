namespace BackupCodeBroker.Audit.Reading;

/// <summary>What a line of JSON is, by the names of its members.</summary>
internal static class LineKind
{
    /// <summary>The kind, or unknown.</summary>
    public static InputKind Of(ReadOnlySpan<byte> json)
    {
        var reader = JsonWalk.Begin(json);
        var (vault, access) = (0, 0);
        while (JsonWalk.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("resourceLogs"u8) || reader.ValueTextEquals("resourceSpans"u8) || reader.ValueTextEquals("resourceMetrics"u8))
            {
                return InputKind.Otlp;
            }

            vault += reader.ValueTextEquals("type"u8) || reader.ValueTextEquals("request"u8) || reader.ValueTextEquals("auth"u8) ? 1 : 0;
            access += reader.ValueTextEquals("operation_id"u8) || reader.ValueTextEquals("span_id"u8) || reader.ValueTextEquals("outcome"u8) ? 1 : 0;
            JsonWalk.Pass(ref reader);
        }

        return access >= 2 ? InputKind.AccessRecords : vault >= 2 ? InputKind.VaultAudit : InputKind.Unknown;
    }
}
