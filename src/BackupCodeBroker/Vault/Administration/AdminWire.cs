using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault.Administration;

/// <summary>
/// One administrator's requests, all of one run and under its trace. Where nothing is mounted, nothing is there: to somebody who sets
/// Vault up that is no fault. A change is tried again in one case alone, a KV v2 mount that was made a moment ago.
/// </summary>
internal sealed class AdminWire(
    VaultSettings settings, VaultToken token, VaultCall run, TimeProvider time, Func<HttpMessageHandler>? handler = null) : IDisposable
{
    /// <summary>What such a mount answers, in practice for well below a second.</summary>
    private const string StillUpgrading = "from non-versioned to versioned";

    private const int UpgradeAttempts = 50;

    private static readonly TimeSpan UpgradePause = TimeSpan.FromMilliseconds(100);

    private readonly VaultTransport _transport = new(settings, time, handler);

    /// <summary>Looks; <paramref name="take"/> reads the answer, or says null where it does not know its shape.</summary>
    /// <param name="path">Where.</param>
    /// <param name="take">Reads the answer.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="isNoted">Whether the run's journal counts it; what Vault may not show under the run's span is not counted.</param>
    /// <param name="maxAnswer">The largest answer that is read, in bytes.</param>
    public Task<VaultAnswer<T>> GetAsync<T>(
        string path, Func<JsonElement, T?> take, CancellationToken cancellation, bool isNoted = true, int maxAnswer = VaultRequest.OrdinaryAnswer)
        where T : class =>
        SendAsync(
            isNoted ? run : run with { Journal = null }, CallClass.Read, HttpMethod.Get, path, null, reply => Map(reply, path, take), cancellation, maxAnswer);

    /// <summary>Lists what lies below a path.</summary>
    public Task<VaultAnswer<T>> ListAsync<T>(string path, Func<JsonElement, T?> take, CancellationToken cancellation)
        where T : class =>
        SendAsync(run, CallClass.Read, VaultRequest.List, path, null, reply => Map(reply, path, take), cancellation, VaultRequest.ListAnswer);

    /// <summary>Asks, or has something made, by a body.</summary>
    public Task<VaultAnswer<T>> PostAsync<T>(string path, JsonElement body, Func<JsonElement, T?> take, CancellationToken cancellation)
        where T : class =>
        SendAsync(run, CallClass.Write, HttpMethod.Post, path, body, reply => Map(reply, path, take), cancellation);

    /// <summary>Changes something; whatever Vault answers with its success is of no interest.</summary>
    public async Task<VaultAnswer<Done>> ChangeAsync(string path, JsonElement body, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await SendAsync(run, CallClass.Write, HttpMethod.Post, path, body, reply => MapChange(reply, path), cancellation);
            if (answer is not VaultAnswer<Done>.Faulted { Fault: VaultFault.Unexpected { Status: 400, Detail: var detail } }
                || !detail.Contains(StillUpgrading, StringComparison.Ordinal)
                || attempt == UpgradeAttempts)
            {
                return answer;
            }

            await Task.Delay(UpgradePause, time, cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private Task<T> SendAsync<T>(
        VaultCall call, CallClass kind, HttpMethod method, string path, JsonElement? body, Func<VaultReply, T> map, CancellationToken cancellation, int maxAnswer = VaultRequest.OrdinaryAnswer)
    {
        var request = new VaultRequest(kind, method, VaultPath.Of(path), token, call with { Cancellation = cancellation })
        {
            Body = body is { } fields ? RequestBody.Of(JsonSerializer.SerializeToUtf8Bytes(fields)) : null,
            MaxAnswer = maxAnswer,
        };
        return _transport.CallAsync(request, map);
    }

    private static VaultAnswer<T> Map<T>(VaultReply reply, string path, Func<JsonElement, T?> take)
        where T : class
    {
        if (IsNothingThere(reply))
        {
            return new VaultAnswer<T>.Absent();
        }

        if (Verdict.Denial(reply) is { } why)
        {
            return new VaultAnswer<T>.Denied(why, path);
        }

        return reply is { Status: 200, Root: { } root } && take(root) is { } value
            ? new VaultAnswer<T>.Ok(value, reply.RequestId)
            : new VaultAnswer<T>.Faulted(Verdict.Fault(reply));
    }

    private static VaultAnswer<Done> MapChange(VaultReply reply, string path)
    {
        if (Verdict.Denial(reply) is { } why)
        {
            return new VaultAnswer<Done>.Denied(why, path);
        }

        return reply.Status is 200 or 204
            ? new VaultAnswer<Done>.Ok(default, reply.RequestId)
            : new VaultAnswer<Done>.Faulted(Verdict.Fault(reply));
    }

    private static bool IsNothingThere(VaultReply reply) =>
        reply.Status == 204 || Verdict.IsAbsent(reply) || (reply.Status == 404 && reply.Says("no handler for route"));
}

/// <summary>A change that Vault carried out: there is nothing to tell of it.</summary>
internal readonly record struct Done;
