using System.Net;

namespace BackupCodeBroker.VaultSharp;

/// <summary>
/// What a call of the broker's carries and the library does not know: its cancellation, its time-out and its trace. The answer that the library would throw with
/// its whole body is noted here by its status and dropped.
/// </summary>
internal sealed class CarryingHandler(HttpMessageHandler inner, string traceparent, TimeSpan patience, TimeProvider time, CancellationToken cancellation) : DelegatingHandler(inner)
{
    /// <summary>The status of the last answer; null where there was none.</summary>
    public HttpStatusCode? Answered { get; private set; }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Answered = null;
        request.Headers.TryAddWithoutValidation("traceparent", traceparent);
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, cancellationToken, late.Token);
        var response = await base.SendAsync(request, either.Token).ConfigureAwait(false);
        await response.Content.LoadIntoBufferAsync(1 << 20, either.Token).ConfigureAwait(false);
        Answered = response.StatusCode;
        return response;
    }
}
