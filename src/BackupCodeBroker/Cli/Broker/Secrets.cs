using System.Text.Json;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Cli.Broker;

/// <summary>Writes secrets into request bodies and leaves no copy of their text behind.</summary>
internal static class Secrets
{
    /// <summary>A code in its canonical form.</summary>
    public static void Write(Utf8JsonWriter writer, string name, BackupCode code)
    {
        Span<char> text = stackalloc char[code.TextLength];
        code.WriteTo(text);
        writer.WriteString(name, text);
        text.Clear();
    }

    /// <summary>An activation secret.</summary>
    public static void Write(Utf8JsonWriter writer, string name, ActivationSecret activation)
    {
        Span<char> text = stackalloc char[ActivationSecret.Length];
        activation.WriteTo(text);
        writer.WriteString(name, text);
        text.Clear();
    }
}
