using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;

namespace BackupCodeBroker.Notices;

/// <summary>
/// Posts notices to a receiver, signed as the Standard Webhooks specification has it: over id, time stamp and body, so that a receiver can tell a forgery and a replay. What was
/// taken is what a whole 2xx answer said; a redirect is not followed, an answer is read up to a limit, and everything else is tried again under the same id.
/// </summary>
internal sealed class WebhookSink : INoticeSink, IDisposable
{
    /// <summary>Most that is read of an answer; beyond it the status alone is believed.</summary>
    private const int MaxAnswer = 16 * 1024;

    private static readonly MediaTypeHeaderValue Fallback = new("application/cloudevents+json");

    private readonly HttpMessageInvoker _http;
    private readonly NoticeEnvelope _envelope;
    private readonly NoticeSettings _settings;
    private readonly TimeProvider _time;

    public WebhookSink(NoticeSettings settings, NoticeEnvelope envelope, TimeProvider time)
    {
        (_settings, _envelope, _time) = (settings, envelope, time);
        _http = new HttpMessageInvoker(WebhookConnections.Create(settings));
    }

    public string Name => NoticeSettings.Webhook;

    public int Lanes => 8;

    public async Task<SinkAnswer> TakeAsync(Notice notice, CancellationToken cancellation)
    {
        using var secrets = WebhookSecrets.Read(_settings.SecretFile!, out _);
        if (secrets is null)
        {
            return new SinkAnswer.Failed("no-secret");
        }

        using var request = Request(notice, secrets);
        try
        {
            using var answer = await _http.SendAsync(request, cancellation);
            return answer.IsSuccessStatusCode && !await EndsAsync(answer, cancellation) ? new SinkAnswer.Failed("broken-off") : Of(answer);
        }
        catch (HttpRequestException e)
        {
            return new SinkAnswer.Failed(e.HttpRequestError == HttpRequestError.SecureConnectionError ? "tls" : "unreachable");
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(Notice notice, WebhookSecrets secrets)
    {
        var (body, type) = _envelope.Write(notice);
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.TryParse(type, out var media) ? media : Fallback;
        var request = new HttpRequestMessage(HttpMethod.Post, _settings.Url) { Content = content };
        request.Headers.Add("webhook-id", notice.Entry.Id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", secrets.Sign(notice.Entry.Id, timestamp, body));
        return request;
    }

    // Whether the answer came to its end, or to the limit.
    private static async Task<bool> EndsAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        try
        {
            await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
            for (var read = 0; read < MaxAnswer;)
            {
                var more = await content.ReadAsync(buffer, cancellation);
                if (more == 0)
                {
                    return true;
                }

                read += more;
            }

            return true;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return false;
        }
    }

    private SinkAnswer Of(HttpResponseMessage answer) => answer.StatusCode switch
    {
        >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => new SinkAnswer.Taken(),
        >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => new SinkAnswer.Failed("redirect"),
        HttpStatusCode.Gone => new SinkAnswer.Failed("gone"),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound => new SinkAnswer.Failed("client-error"),
        HttpStatusCode.TooManyRequests => new SinkAnswer.Failed("throttled", RetryAfter(answer)),
        HttpStatusCode.RequestTimeout => new SinkAnswer.Failed("server-error"),
        >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => new SinkAnswer.Failed("client-error", MindsThisOne: true),
        _ => new SinkAnswer.Failed("server-error", RetryAfter(answer)),
    };

    private TimeSpan? RetryAfter(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - _time.GetUtcNow() is var wait && wait > TimeSpan.Zero => wait,
        _ => null,
    };
}
