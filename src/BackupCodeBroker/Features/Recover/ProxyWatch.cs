using System.Globalization;
using System.Net;
using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;

namespace BackupCodeBroker.Features.Recover;

/// <summary>
/// Tells where the broker stands behind a proxy that is not listed: once in the log, and from then on in the notices of <c>/readyz</c>, which <c>bcb doctor</c> shows. Anybody
/// can send the header, so it is the latest peer that is named: whoever tried it once does not hide the proxy that always sends it.
/// </summary>
internal sealed partial class ProxyWatch(RecoverSettings settings, Deployment deployment, TimeProvider time, ILogger<ProxyWatch> logger)
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _since;
    private IPAddress? _latest;

    /// <summary>Looks at who sends a request.</summary>
    public void Look(ApiRequest request)
    {
        var peer = request.Peer;
        if (!ClientAddress.IsOfUnlistedProxy(peer, request.Headers, settings))
        {
            return;
        }

        lock (_lock)
        {
            if (peer.Equals(_latest))
            {
                return;
            }

            if (_since is null)
            {
                LogUnlistedProxy(peer);
            }

            (_since, _latest) = (_since ?? time.GetUtcNow(), peer);
            deployment.NoticeUnlistedProxy(Met(peer, _since.Value));
        }
    }

    private static Shortcoming Met(IPAddress peer, DateTimeOffset since) => new(
        "unlisted-proxy",
        string.Create(CultureInfo.InvariantCulture, $"{peer} speaks for others at recover, as a proxy does, and is not listed (the latest that did, since {since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}): all that come through it share one address's attempts"),
        "if it is a proxy of yours, list its address in recover.trusted_proxies and name the header that it writes in recover.proxy_header (src/docs/recovery.md)");

    [LoggerMessage(
        EventId = 115,
        Level = LogLevel.Warning,
        Message = "recover: {Peer} speaks for others, as a proxy does, and recover.trusted_proxies does not list it: all that come through it share one address's attempts, so that one of them can keep the others out")]
    private partial void LogUnlistedProxy(IPAddress peer);
}
