using System.Text.Encodings.Web;
using System.Text.Json;

namespace BackupCodeBroker.DevVault.Http;

/// <summary>How JSON is written: readable, as nothing here ends up in HTML.</summary>
internal static class Json
{
    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly JsonWriterOptions Writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
}
