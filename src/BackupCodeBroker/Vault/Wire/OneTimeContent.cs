using System.Net;

namespace BackupCodeBroker.Vault.Wire;

/// <summary>
/// A request body that goes out once. The HTTP handler sends a request again by itself when a pooled connection turns out to be
/// closed; for a check-and-set, an unwrap or a token with limited uses that would be a retry behind everybody's back. It also knows
/// the moment at which sending began: a connection stands, and from here the request may arrive.
/// </summary>
internal sealed class OneTimeContent : HttpContent
{
    private readonly VaultRequest _request;
    private readonly ReadOnlyMemory<byte> _bytes;
    private bool _begun;

    public OneTimeContent(VaultRequest request)
    {
        _request = request;
        _bytes = request.Body?.Bytes ?? default;
        if (request.Body is not null)
        {
            Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_begun && _request.Kind != CallClass.Read)
        {
            throw new IOException("the connection was closed, and this call is not sent again");
        }

        _begun = true;
        _request.MayHaveArrived = true;
        return stream.WriteAsync(_bytes, cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _bytes.Length;
        return true;
    }
}
