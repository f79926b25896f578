using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupCodeBroker.Cli.Terminal;

/// <summary>Prints the one document of <c>--json</c>, member by member and item by item: a report may be large, and is not held as one text as well.</summary>
internal static class JsonPrinter
{
    // The relaxed encoder leaves quotes legible; control characters are escaped by every encoder.
    private static readonly JsonWriterOptions Printed = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints a document and ends the line.</summary>
    public static void Print(TextWriter to, JsonObject document)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Printed))
        {
            json.WriteStartObject();
            foreach (var (name, value) in document)
            {
                json.WritePropertyName(name);
                if (value is JsonArray items)
                {
                    Print(json, items, () => Pass(to, json, buffer));
                }
                else
                {
                    Print(json, value);
                }
            }

            json.WriteEndObject();
            Pass(to, json, buffer);
        }

        to.WriteLine();
    }

    private static void Print(Utf8JsonWriter json, JsonArray items, Action printed)
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            Print(json, item);
            printed();
        }

        json.WriteEndArray();
    }

    private static void Print(Utf8JsonWriter json, JsonNode? node)
    {
        if (node is null)
        {
            json.WriteNullValue();
        }
        else
        {
            node.WriteTo(json);
        }
    }

    // A writer ends between tokens, so no character is cut in two.
    private static void Pass(TextWriter to, Utf8JsonWriter json, ArrayBufferWriter<byte> buffer)
    {
        json.Flush();
        to.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        buffer.ResetWrittenCount();
    }
}
