using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace BackupCodeBroker.DevVault.Audit;

/// <summary>
/// Hands every request and response to every device. Nothing is served that no device could write: with devices but none that
/// works, the request fails. A request is written before it is carried out, a response after.
/// </summary>
internal sealed class AuditBroker(Clock clock) : IDisposable
{
    private readonly SortedDictionary<string, AuditDevice> _devices = new(StringComparer.Ordinal);

    /// <summary>Headers that go into the log, by lower-case name, with whether they are hashed.</summary>
    public SortedDictionary<string, bool> Headers { get; } = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, AuditDevice> Devices => _devices;

    /// <summary>False where the device failed its test line, which <c>skip_test</c> spares it.</summary>
    public bool Enable(AuditDevice device)
    {
        if (device.Options["skip_test"]?.GetValue<string>() != "true" && !device.Write(AuditFormat.Probe(clock.Now())))
        {
            device.Dispose();
            return false;
        }

        _devices.Add(device.Path, device);
        return true;
    }

    public void Disable(string path)
    {
        if (_devices.Remove(path, out AuditDevice? device))
        {
            device.Dispose();
        }
    }

    public bool LogRequest(AuditEvent entry) => Log(entry, response: false);

    public bool LogResponse(AuditEvent entry) => Log(entry, response: true);

    public void Dispose()
    {
        foreach (AuditDevice device in _devices.Values)
        {
            device.Dispose();
        }

        _devices.Clear();
    }

    private bool Log(AuditEvent entry, bool response)
    {
        if (_devices.Count == 0)
        {
            return true;
        }

        bool logged = false;
        Instant now = clock.Now();
        foreach (AuditDevice device in _devices.Values)
        {
            logged |= device.Write(AuditFormat.Line(entry, device, HeadersFor(entry.Request.Headers, device), now, response));
        }

        return logged;
    }

    private JsonObject? HeadersFor(IHeaderDictionary? headers, AuditDevice device)
    {
        if (headers is null || Headers.Count == 0)
        {
            return null;
        }

        var logged = new JsonObject();
        foreach ((string name, bool hash) in Headers)
        {
            if (headers.TryGetValue(name, out StringValues values))
            {
                logged[name] = GoValue.Array(values.Select(value => hash ? device.Hash(value ?? "") : value ?? ""));
            }
        }

        return logged.Count > 0 ? logged : null;
    }
}

/// <summary>What there is to write about one request, and about who asks as far as that is known.</summary>
internal sealed record AuditEvent(VaultRequest Request, AuthBlock? Auth)
{
    public VaultResponse? Response { get; init; }

    /// <summary>Time to live and creation of the token that asks.</summary>
    public TimeSpan TokenTtl { get; init; }

    public long TokenCreation { get; init; }

    public string? Error { get; init; }

    /// <summary>The type of an absent token is <c>default</c>.</summary>
    public string TokenType { get; init; } = "default";
}
