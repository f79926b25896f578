using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupCodeBroker.Cli.Terminal;

/// <summary>A secret on its way between a person, a file and the wire. It prints as a placeholder, as JSON too.</summary>
[JsonConverter(typeof(Converter))]
internal sealed class SecretText(string text)
{
    private readonly string _text = text;

    /// <summary>The text, for the one place that needs it.</summary>
    public string Reveal() => _text;

    /// <inheritdoc/>
    public override string ToString() => "[secret]";

    private sealed class Converter : JsonConverter<SecretText>
    {
        public override SecretText? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { } text ? new SecretText(text) : null;

        public override void Write(Utf8JsonWriter writer, SecretText value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
