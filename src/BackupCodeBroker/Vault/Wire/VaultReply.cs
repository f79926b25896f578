using System.Buffers;
using System.Text.Json;

namespace BackupCodeBroker.Vault.Wire;

/// <summary>
/// What came back, before anybody has interpreted it: a status with a body, or the fault in their place. The body may hold
/// plaintext or a token, so its pooled buffer is zeroed when the reply is disposed of; nothing taken out of it points into it.
/// </summary>
internal sealed class VaultReply : IDisposable
{
    private byte[]? _buffer;
    private readonly int _length;
    private JsonDocument? _document;
    private IReadOnlyList<string>? _errors;
    private string? _requestId;

    /// <summary>An answer. The reply owns the buffer, which comes from the shared pool.</summary>
    public VaultReply(int status, byte[] buffer, int length, TimeSpan? retryAfter)
    {
        Status = status;
        _buffer = buffer;
        _length = length;
        RetryAfter = retryAfter;
    }

    /// <summary>No answer.</summary>
    public VaultReply(VaultFault fault) => Fault = fault;

    /// <summary>HTTP status; 0 where there was no answer.</summary>
    public int Status { get; }

    /// <summary>Why there is no answer; null where there is one, whatever it says.</summary>
    public VaultFault? Fault { get; }

    /// <summary>What the answer's <c>Retry-After</c> says.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the answer repeats what it was asked, so that its words may not be repeated again.</summary>
    public bool IsEcho { get; init; }

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(0, _length);

    /// <summary>The id under which Vault's audit log has this request, where the answer carries it.</summary>
    public string RequestId => _requestId ??= Root is { } root ? root.Text("request_id") : "";

    /// <summary>The body as a JSON object, or null where it is none.</summary>
    public JsonElement? Root
    {
        get
        {
            if (_document is null && _length > 0)
            {
                TryParse();
            }

            return _document is { RootElement.ValueKind: JsonValueKind.Object } ? _document.RootElement : null;
        }
    }

    /// <summary>The texts under <c>errors</c>.</summary>
    public IReadOnlyList<string> Errors => _errors ??= Root is { } root ? root.Texts("errors") : [];

    /// <summary>The error texts as one line fit for a log: short, and without control characters.</summary>
    public string Detail => IsEcho ? "an answer that repeats the request" : Errors.Count == 0 ? "an answer of unknown shape" : Printable.Line(string.Join("; ", Errors));

    /// <summary>Whether one of the error texts contains this one.</summary>
    public bool Says(string text) => Errors.Any(e => e.Contains(text, StringComparison.Ordinal));

    /// <inheritdoc/>
    public void Dispose()
    {
        _document?.Dispose();
        _document = null;
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            buffer.AsSpan(0, _length).Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void TryParse()
    {
        try
        {
            _document = JsonDocument.Parse(Body);
        }
        catch (JsonException)
        {
            _document = null;
        }
    }
}
