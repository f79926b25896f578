using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace BackupCodeBroker.Vault.Wire;

/// <summary>
/// One try of one call over HTTP: headers from scratch, a bounded answer, redirects of standbys by rule. What goes wrong on the way is a
/// value; only cancellation is thrown.
/// </summary>
internal sealed class VaultExchange(HttpMessageHandler handler, VaultSettings settings, TimeProvider time) : IDisposable
{
    private readonly HttpMessageInvoker _invoker = new(handler, disposeHandler: true);
    private readonly Uri _address = new(settings.Address);
    private readonly RedirectRules _redirects = new(new Uri(settings.Address), settings.AllowedRedirectHosts);

    /// <summary>Sends, follows, and reads the answer whole.</summary>
    public async Task<VaultReply> SendAsync(VaultRequest request, CancellationToken cancellation)
    {
        try
        {
            return await FollowAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException lost)
        {
            return new VaultReply(new VaultFault.Unreachable(Describe(lost.HttpRequestError)));
        }
        catch (HttpIOException lost)
        {
            return new VaultReply(new VaultFault.Unreachable(Describe(lost.HttpRequestError)));
        }
        catch (IOException)
        {
            return new VaultReply(new VaultFault.Unreachable("the connection broke"));
        }
        catch (OperationCanceledException late) when (late.InnerException is TimeoutException && !cancellation.IsCancellationRequested)
        {
            return new VaultReply(new VaultFault.Unreachable("no connection in time"));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    private async Task<VaultReply> FollowAsync(VaultRequest request, CancellationToken cancellation)
    {
        var node = _address;
        for (var hops = 0; ; hops++)
        {
            using var message = Message(request, node);
            using var response = await HopAsync(request, message, cancellation).ConfigureAwait(false);
            if (response.StatusCode is not (HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            {
                var reply = await ReadAsync(request, response, cancellation).ConfigureAwait(false);
                // Not only a 200 has an id: what was deleted is 404 with one.
                if (request is { Journal: { } journal, IsNamedByAnswer: true } && reply.RequestId.Length > 0)
                {
                    journal.Name(reply.RequestId);
                }

                return reply;
            }

            // A node that redirects has done nothing.
            request.MayHaveArrived = false;
            if (hops == RedirectRules.MaxRedirects)
            {
                return new VaultReply(new VaultFault.NoLeader());
            }

            if (_redirects.Follow(node, response.Headers.Location) is not { } next)
            {
                return new VaultReply(new VaultFault.WronglySetUp("a node redirects to a host that the configuration does not allow"));
            }

            node = next;
        }
    }

    // One request to one node, noted in the operation's journal: what was certainly never sent is not.
    private async Task<HttpResponseMessage> HopAsync(VaultRequest request, HttpRequestMessage message, CancellationToken cancellation)
    {
        try
        {
            var response = await _invoker.SendAsync(message, cancellation).ConfigureAwait(false);
            request.Journal?.Note((int)response.StatusCode);
            return response;
        }
        catch (Exception lost)
        {
            if (!NeverLeft(lost, cancellation) && (request.MayHaveArrived || message.Content is null))
            {
                request.Journal?.Lose();
            }

            throw;
        }
    }

    private static bool NeverLeft(Exception lost, CancellationToken cancellation) => lost switch
    {
        HttpRequestException { HttpRequestError: var error } =>
            error is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError,
        OperationCanceledException { InnerException: TimeoutException } => !cancellation.IsCancellationRequested,
        _ => false,
    };

    private HttpRequestMessage Message(VaultRequest request, Uri node)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(node, "/v1/" + request.Path.Text))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = request.Body is null && request.Kind == CallClass.Read ? null : new OneTimeContent(request),
        };
        var headers = message.Headers;
        headers.TryAddWithoutValidation("X-Vault-Request", "true");
        headers.TryAddWithoutValidation("traceparent", request.Call.TraceParent);
        if (request.Token is { } token)
        {
            headers.TryAddWithoutValidation("X-Vault-Token", token.Reveal());
        }

        if (settings.Namespace is { } name)
        {
            headers.TryAddWithoutValidation("X-Vault-Namespace", name);
        }

        if (request.WrapTtl is { } ttl)
        {
            headers.TryAddWithoutValidation("X-Vault-Wrap-TTL", ((long)ttl.TotalSeconds).ToString(CultureInfo.InvariantCulture) + "s");
        }

        return message;
    }

    private async Task<VaultReply> ReadAsync(VaultRequest request, HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        if (response.Content.Headers.ContentLength > request.MaxAnswer)
        {
            return TooLarge(status);
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)(response.Content.Headers.ContentLength ?? 4096) + 1);
        var length = 0;
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false) is var read and > 0)
            {
                length += read;
                if (length > request.MaxAnswer)
                {
                    return TooLarge(status);
                }

                buffer = length == buffer.Length ? Grown(buffer) : buffer;
            }

            var reply = new VaultReply(status, buffer, length, RetryAfter(response.Headers.RetryAfter))
            {
                IsEcho = status >= 400 && Echo.IsIn(buffer.AsSpan(0, length), request),
            };
            buffer = null;
            return reply;
        }
        finally
        {
            Return(buffer);
        }
    }

    private static VaultReply TooLarge(int status) => new(new VaultFault.Unexpected(status, "the answer is too large"));

    private static byte[] Grown(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        Return(buffer);
        return larger;
    }

    private static void Return(byte[]? buffer)
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > time.GetUtcNow() ? date - time.GetUtcNow() : TimeSpan.Zero,
        _ => null,
    };

    // The exceptions' own texts can name hosts and addresses and differ by system; the kinds are enough to act on.
    private static string Describe(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "its name does not resolve",
        HttpRequestError.ConnectionError => "no connection",
        HttpRequestError.SecureConnectionError => "its certificate is not trusted, or TLS failed",
        HttpRequestError.ResponseEnded => "the connection broke",
        HttpRequestError.InvalidResponse => "the answer is not HTTP",
        _ => "the connection broke",
    };
}
