using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupCodeBroker.DevVault.Audit;

/// <summary>A file that gets a line per request and a line per response, with a salt of its own for what it hashes.</summary>
internal sealed class AuditDevice : IDisposable
{
    private readonly byte[] _salt = Encoding.UTF8.GetBytes(Logical.Secrets.Uuid());
    private readonly FileStream? _file;

    public AuditDevice(string path, string description, JsonObject options, bool local)
    {
        (Path, Description, Options, Local) = (path, description, options, local);
        string file = Option("file_path") ?? Option("path") ?? "";
        IsRaw = IsTrue("log_raw", otherwise: false);
        HashesAccessors = IsTrue("hmac_accessor", otherwise: true);
        _file = file == "discard" ? null : new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    public string Path { get; }

    public string Description { get; }

    public JsonObject Options { get; }

    public bool Local { get; }

    public bool IsRaw { get; }

    public bool HashesAccessors { get; }

    public string Hash(string text) => "hmac-sha256:" + Convert.ToHexStringLower(HMACSHA256.HashData(_salt, Encoding.UTF8.GetBytes(text)));

    /// <summary>False where the line could not be written.</summary>
    public bool Write(JsonObject line)
    {
        if (_file is null)
        {
            return true;
        }

        try
        {
            byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(line, Http.Json.Relaxed);
            // To wherever the end is now: others may have written, or cut the file.
            _file.Seek(0, SeekOrigin.End);
            _file.Write([.. bytes, (byte)'\n']);
            return true;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return false;
        }
    }

    public void Dispose() => _file?.Dispose();

    private string? Option(string name) => Options[name]?.GetValue<string>();

    private bool IsTrue(string name, bool otherwise) => Option(name) is { } text ? text is "true" or "1" or "t" or "T" or "TRUE" or "True" : otherwise;
}
