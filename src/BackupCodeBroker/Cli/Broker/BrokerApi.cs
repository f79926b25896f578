using System.Buffers;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Cli.Broker;

/// <summary>
/// The broker's HTTP interface as the verbs see it: one method a call, typed answers, and no retries of its own, as only a verb knows what
/// is safe to repeat. Names in paths are <see cref="IdentityName"/>s, so nothing needs escaping; secrets travel in bodies and headers alone.
/// </summary>
internal sealed class BrokerApi(Uri address, UserToken? token, HttpMessageHandler handler, TraceContext trace) : IDisposable
{
    // The broker gives up after 5 s and holds a wrong answer back for at most 4 s.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    // Where it counts all identities it gives up after 120 s.
    private static readonly TimeSpan CountingTimeout = TimeSpan.FromSeconds(130);

    private const int MaxAnswer = 4 * 1024 * 1024;

    private readonly Uri _address = address;
    private readonly UserToken? _token = token;
    private readonly TraceContext _trace = trace;
    private readonly HttpClient _http = new(handler) { Timeout = CountingTimeout, MaxResponseContentBufferSize = MaxAnswer };

    /// <summary>Binds an identity; <paramref name="body"/> writes the request's fields.</summary>
    public Task<BrokerAnswer<Registered>> RegisterAsync(IdentityName identity, Action<Utf8JsonWriter> body, CancellationToken cancellation) =>
        SendAsync<Registered>(HttpMethod.Put, Of(identity), body, null, cancellation);

    /// <summary>Makes a pending set.</summary>
    public Task<BrokerAnswer<Issued>> IssueAsync(IdentityName identity, CancellationToken cancellation) =>
        SendAsync<Issued>(HttpMethod.Post, Of(identity, "/code-sets"), null, null, cancellation);

    /// <summary>Proves receipt.</summary>
    public Task<BrokerAnswer<Nothing>> ActivateAsync(
        IdentityName identity, int generation, ActivationSecret activation, CancellationToken cancellation) =>
        SendAsync<Nothing>(
            HttpMethod.Post, Of(identity, $"/code-sets/{generation}/activate"), w => Secrets.Write(w, "activation", activation), null, cancellation);

    /// <summary>Reports that somebody else may have seen the codes.</summary>
    public Task<BrokerAnswer<Nothing>> InterceptedAsync(IdentityName identity, int generation, string reason, CancellationToken cancellation) =>
        SendAsync<Nothing>(
            HttpMethod.Post, Of(identity, $"/code-sets/{generation}/intercepted"), w => w.WriteString("reason", reason), null, cancellation);

    /// <summary>Spends a code.</summary>
    public Task<BrokerAnswer<Consumed>> ConsumeAsync(
        IdentityName identity, BackupCode code, string purpose, string key, CancellationToken cancellation) =>
        SendAsync<Consumed>(
            HttpMethod.Post,
            Of(identity, "/consume"),
            w =>
            {
                Secrets.Write(w, "code", code);
                w.WriteString("purpose", purpose);
            },
            key,
            cancellation);

    /// <summary>Spends a code for a wrapped credential.</summary>
    public Task<BrokerAnswer<Recovered>> RecoverAsync(IdentityName identity, BackupCode code, string key, CancellationToken cancellation) =>
        SendAsync<Recovered>(HttpMethod.Post, Of(identity, "/recover"), w => Secrets.Write(w, "code", code), key, cancellation);

    /// <summary>Proves a code.</summary>
    public Task<BrokerAnswer<Drilled>> DrillAsync(IdentityName identity, BackupCode code, CancellationToken cancellation) =>
        SendAsync<Drilled>(HttpMethod.Post, Of(identity, "/drill"), w => Secrets.Write(w, "code", code), null, cancellation);

    /// <summary>Where an identity stands.</summary>
    public Task<BrokerAnswer<Standing>> StatusAsync(IdentityName identity, CancellationToken cancellation) =>
        SendAsync<Standing>(HttpMethod.Get, Of(identity), null, null, cancellation);

    /// <summary>One page of the identities that the user may see; <paramref name="wanted"/> are further parameters of the query.</summary>
    public Task<BrokerAnswer<IdentityPage>> ListAsync(
        string? after, int limit, CancellationToken cancellation, params IEnumerable<KeyValuePair<string, string>> wanted) =>
        SendAsync<IdentityPage>(
            HttpMethod.Get,
            $"/v1/identities?limit={limit}" + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}")
                + string.Concat(wanted.Select(w => $"&{w.Key}={Uri.EscapeDataString(w.Value)}")),
            null,
            null,
            cancellation);

    /// <summary>One page of the report; <paramref name="wanted"/> are further parameters of the query.</summary>
    public Task<BrokerAnswer<ReportSlice>> ReportAsync(
        string? after, int limit, IEnumerable<KeyValuePair<string, string>> wanted, CancellationToken cancellation) => SendAsync<ReportSlice>(
        HttpMethod.Get,
        $"/v1/report?limit={limit}" + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}")
            + string.Concat(wanted.Select(w => $"&{w.Key}={Uri.EscapeDataString(w.Value)}")),
        null,
        null,
        cancellation,
        CountingTimeout);

    /// <summary>Gives an identity to another owner, or confirms the one it has; with <paramref name="from"/> only while it is that one's.</summary>
    public Task<BrokerAnswer<Nothing>> TransferAsync(
        IdentityName identity, string owner, string reason, bool confirm, CancellationToken cancellation, string? from = null) =>
        SendAsync<Nothing>(
            HttpMethod.Post,
            Of(identity, "/transfer"),
            w =>
            {
                w.WriteString("owner", owner);
                w.WriteString("reason", reason);
                if (confirm)
                {
                    w.WriteBoolean("confirm", true);
                }

                if (from is not null)
                {
                    w.WriteString("from", from);
                }
            },
            null,
            cancellation);

    /// <summary>Ends an identity for good.</summary>
    public Task<BrokerAnswer<Nothing>> RetireAsync(IdentityName identity, string reason, CancellationToken cancellation) =>
        SendAsync<Nothing>(HttpMethod.Post, Of(identity, "/retire"), w => w.WriteString("reason", reason), null, cancellation);

    /// <summary>Sets an identity's codes aside.</summary>
    public Task<BrokerAnswer<Nothing>> SuspendAsync(IdentityName identity, string reason, string cause, CancellationToken cancellation) =>
        SendAsync<Nothing>(
            HttpMethod.Post,
            Of(identity, "/suspend"),
            w =>
            {
                w.WriteString("reason", reason);
                w.WriteString("cause", cause);
            },
            null,
            cancellation);

    /// <summary>Ends an identity's sets.</summary>
    public Task<BrokerAnswer<Nothing>> RevokeAsync(IdentityName identity, string reason, CancellationToken cancellation) =>
        SendAsync<Nothing>(HttpMethod.Post, Of(identity, "/revoke"), w => w.WriteString("reason", reason), null, cancellation);

    /// <summary>Asks for a second person's consent.</summary>
    public Task<BrokerAnswer<ApprovalRequested>> RequestApprovalAsync(
        IdentityName identity, string operation, string reason, string ticket, string verification, CancellationToken cancellation) =>
        SendAsync<ApprovalRequested>(
            HttpMethod.Post,
            Of(identity, "/approvals"),
            w =>
            {
                w.WriteString("operation", operation);
                w.WriteString("reason", reason);
                w.WriteString("ticket", ticket);
                w.WriteString("verification", verification);
            },
            null,
            cancellation);

    /// <summary>What waits for a second person.</summary>
    public Task<BrokerAnswer<Approvals>> ApprovalsAsync(IdentityName identity, CancellationToken cancellation) =>
        SendAsync<Approvals>(HttpMethod.Get, Of(identity, "/approvals"), null, null, cancellation);

    /// <summary>Consents.</summary>
    public Task<BrokerAnswer<Nothing>> ApproveAsync(IdentityName identity, string approval, string? note, CancellationToken cancellation) =>
        SendAsync<Nothing>(
            HttpMethod.Post,
            Of(identity, $"/approvals/{approval}/approve"),
            w =>
            {
                if (note is not null)
                {
                    w.WriteString("note", note);
                }
            },
            null,
            cancellation);

    /// <summary>Refuses.</summary>
    public Task<BrokerAnswer<Nothing>> DenyAsync(IdentityName identity, string approval, string reason, CancellationToken cancellation) =>
        SendAsync<Nothing>(HttpMethod.Post, Of(identity, $"/approvals/{approval}/deny"), w => w.WriteString("reason", reason), null, cancellation);

    /// <summary>Closes the review of a use.</summary>
    public Task<BrokerAnswer<Nothing>> ReviewAsync(IdentityName identity, string operation, string note, CancellationToken cancellation) =>
        SendAsync<Nothing>(HttpMethod.Post, Of(identity, $"/reviews/{operation}"), w => w.WriteString("note", note), null, cancellation);

    /// <summary>Declares a lockdown; <paramref name="body"/> writes the request's fields.</summary>
    public Task<BrokerAnswer<LockdownDeclared>> DeclareLockdownAsync(Action<Utf8JsonWriter> body, string key, CancellationToken cancellation) =>
        SendAsync<LockdownDeclared>(HttpMethod.Post, "/v1/lockdowns", body, key, cancellation, CountingTimeout);

    /// <summary>Looks what a lockdown would match.</summary>
    public Task<BrokerAnswer<LockdownLook>> LookAtLockdownAsync(Action<Utf8JsonWriter> body, CancellationToken cancellation) => SendAsync<LockdownLook>(
        HttpMethod.Post,
        "/v1/lockdowns",
        w =>
        {
            body(w);
            w.WriteBoolean("dry_run", true);
        },
        null,
        cancellation,
        CountingTimeout);

    /// <summary>A lockdown's story.</summary>
    public Task<BrokerAnswer<LockdownStanding>> LockdownAsync(string id, CancellationToken cancellation) =>
        SendAsync<LockdownStanding>(HttpMethod.Get, "/v1/lockdowns/" + id, null, null, cancellation);

    /// <summary>A page of the identities that a lockdown hit, of those behind a name.</summary>
    public Task<BrokerAnswer<LockdownStanding>> LockdownHitsAsync(string id, string? after, CancellationToken cancellation) => SendAsync<LockdownStanding>(
        HttpMethod.Get, $"/v1/lockdowns/{id}?limit=500" + (after is null ? "" : "&after=" + after), null, null, cancellation);

    /// <summary>One page of lockdowns.</summary>
    public Task<BrokerAnswer<LockdownPage>> LockdownsAsync(string? identities, string? before, int limit, CancellationToken cancellation) => SendAsync<LockdownPage>(
        HttpMethod.Get,
        $"/v1/lockdowns?limit={limit}" + (identities is null ? "" : "&identities=" + Uri.EscapeDataString(identities)) + (before is null ? "" : "&before=" + before),
        null,
        null,
        cancellation);

    /// <summary>Lifts a lockdown.</summary>
    public Task<BrokerAnswer<Nothing>> LiftLockdownAsync(string id, string reason, CancellationToken cancellation) =>
        SendAsync<Nothing>(HttpMethod.Post, $"/v1/lockdowns/{id}/lift", w => w.WriteString("reason", reason), null, cancellation, CountingTimeout);

    /// <summary>Reports a code that was found somewhere. The broker looks through all identities before it answers.</summary>
    public Task<BrokerAnswer<LeakTaken>> ReportLeakAsync(BackupCode code, CancellationToken cancellation) =>
        SendAsync<LeakTaken>(HttpMethod.Post, "/v1/leaks", w => Secrets.Write(w, "code", code), null, cancellation, CountingTimeout);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string Of(IdentityName identity, string rest = "") => $"/v1/identities/{identity.Value}{rest}";

    private async Task<BrokerAnswer<T>> SendAsync<T>(
        HttpMethod method, string path, Action<Utf8JsonWriter>? body, string? key, CancellationToken cancellation, TimeSpan? patience = null)
        where T : class
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(patience ?? Timeout);
        using var request = new HttpRequestMessage(method, new Uri(_address, path));
        _token?.AttachTo(request);
        request.Headers.Add("traceparent", _trace.Header);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        var bytes = body is null ? null : Body(body);
        try
        {
            request.Content = bytes is null ? null : JsonContent(bytes);
            using var response = await _http.SendAsync(request, timeout.Token);
            return await AnswerReader.ReadAsync<T>(response, _address, timeout.Token);
        }
        catch (HttpRequestException e)
        {
            return Lost<T>($"the broker at {Authority} cannot be reached: {Words(e.HttpRequestError)}", wasSent: e.HttpRequestError is not (
                HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Lost<T>($"the broker at {Authority} did not answer in time", wasSent: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private string Authority => _address.GetLeftPart(UriPartial.Authority);

    private static string Words(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "no such host",
        HttpRequestError.ConnectionError => "no connection",
        HttpRequestError.SecureConnectionError => "no trusted TLS connection (BCB_CACERT names a PEM file of authorities to trust)",
        _ => error.ToString(),
    };

    private static ByteArrayContent JsonContent(byte[] bytes) =>
        new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private static byte[] Body(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        var bytes = buffer.WrittenSpan.ToArray();
        buffer.Clear();
        return bytes;
    }

    private BrokerAnswer<T>.Unavailable Lost<T>(string detail, bool wasSent) =>
        new(Problem.Local("no-answer", detail) with { TraceId = _trace.TraceId }, null, MayBeDone: wasSent);
}
