using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupCodeBroker.DevVault.Logical;

/// <summary>
/// Reads a request body as Go's decoder does: the first JSON value counts and what follows it is not looked at, the last of
/// two equal keys wins, numbers keep the text they were written with.
/// </summary>
internal static class JsonReading
{
    private const int MaxDepth = 256;

    /// <summary>False where the body is not a JSON object; an empty body and <c>null</c> are no data at all.</summary>
    public static bool TryReadObject(ReadOnlySpan<byte> body, out JsonObject? data)
    {
        data = null;
        if (body.Trim(" \t\r\n"u8).IsEmpty)
        {
            return true;
        }

        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
            {
                return true;
            }

            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            data = ReadObject(ref reader);
            return true;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static JsonObject ReadObject(ref Utf8JsonReader reader)
    {
        var map = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string key = reader.GetString()!;
            reader.Read();
            map[key] = ReadValue(ref reader);
        }

        return map;
    }

    private static JsonNode? ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader);
            case JsonTokenType.StartArray:
                var array = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    array.Add(ReadValue(ref reader));
                }

                return array;
            case JsonTokenType.String:
                return JsonValue.Create(reader.GetString());
            case JsonTokenType.True:
                return JsonValue.Create(true);
            case JsonTokenType.False:
                return JsonValue.Create(false);
            case JsonTokenType.Number:
                return JsonValue.Create(JsonElement.ParseValue(ref reader));
            default:
                return null;
        }
    }
}
