using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// Writes text as it is. The library's encoders turn characters beyond the basic plane, and some within it, into escapes of six bytes for each half;
/// so a purpose in emoji would take twice what one in any script takes, and the size of a document could not be promised at issue. Here a
/// UTF-16 character takes three bytes at most, a quote, a backslash and control characters aside.
/// </summary>
internal sealed class PlainTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        // Nearly everything that is kept: ids, hashes, salts.
        if (Ascii.IsValid(value) && !value.AsSpan().ContainsAnyInRange('\0', '\u001f') && !value.Contains('\u007f', StringComparison.Ordinal))
        {
            writer.WriteStringValue(value);
            return;
        }

        var text = new StringBuilder(value.Length + 2).Append('"');
        // Half a character has no UTF-8 of its own: it is replaced, as every reader of text does.
        foreach (var c in value.EnumerateRunes())
        {
            _ = c.Value switch
            {
                '"' or '\\' => text.Append('\\').Append((char)c.Value),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{c.Value:x4}"),
                _ => text.Append(c),
            };
        }

        writer.WriteRawValue(text.Append('"').ToString(), skipInputValidation: true);
    }

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString()!;

    // Names of labels are counted as they are written, when the registration that brings them is.
    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);
}
