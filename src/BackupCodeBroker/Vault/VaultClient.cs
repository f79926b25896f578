using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <summary>
/// The broker's own typed client of Vault and OpenBao: the one place that knows paths, headers and wire JSON. Each method is one call
/// with one token, and its result is closed: what Vault decided, or why there is no decision. Nothing is guessed: an answer of a shape
/// that is not known is a fault, so nobody takes it for a permission, an absence or a success. How a call is carried (retries,
/// time-out, circuit breaker) goes by its <see cref="CallClass"/>; every call of an operation carries the operation's traceparent.
/// Thrown are only cancellation, and bugs: a name that does not belong in a path.
/// The parts: documents, asking, identities, tokens, wraps, pepper, session.
/// </summary>
internal sealed partial class VaultClient : IDisposable
{
    private readonly VaultSettings _settings;
    private readonly VaultTransport _transport;

    /// <summary>A client for these settings, which must be valid; <paramref name="handler"/> takes the place of real connections.</summary>
    public VaultClient(VaultSettings settings, TimeProvider time, Func<HttpMessageHandler>? handler = null)
    {
        _settings = settings;
        _transport = new VaultTransport(settings, time, handler);
    }

    /// <summary>The handler that is used where none is given, for those who want to wrap it.</summary>
    public static HttpMessageHandler CreateHandler(VaultSettings settings) => VaultConnections.Create(settings);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    /// <summary>
    /// Asks a question whose answer is a JSON object; <paramref name="read"/> takes the value out of it, or says null where it does not
    /// know the shape. <paramref name="isAbsent"/> recognises "no such thing" where it looks different from Vault's usual 404.
    /// </summary>
    private Task<VaultAnswer<T>> AskVaultAsync<T>(
        VaultRequest request, Func<JsonElement, T?> read, Func<VaultReply, bool>? isAbsent = null)
        where T : class =>
        _transport.CallAsync<VaultAnswer<T>>(request, reply =>
        {
            if (isAbsent?.Invoke(reply) is true || Verdict.IsAbsent(reply))
            {
                return new VaultAnswer<T>.Absent();
            }

            if (Verdict.Denial(reply) is { } why)
            {
                return new VaultAnswer<T>.Denied(why, request.Path.Text);
            }

            return reply is { Status: 200, Root: { } root } && read(root) is { } value
                ? new VaultAnswer<T>.Ok(value, reply.RequestId)
                : new VaultAnswer<T>.Faulted(Verdict.Fault(reply));
        });

    private static VaultRequest Get(CallClass kind, VaultPath path, VaultToken? token, VaultCall call) =>
        new(kind, HttpMethod.Get, path, token, call);

    private static VaultRequest Post(CallClass kind, VaultPath path, VaultToken? token, RequestBody body, VaultCall call) =>
        new(kind, HttpMethod.Post, path, token, call) { Body = body };
}
