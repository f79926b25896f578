using System.Net;
using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Throttling;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Recover;

/// <summary>
/// Bounds what strangers can cost. An address has so many attempts a minute, and one that succeeds is none. A name has so many as well, of which only
/// those take one whose selector is nobody's or no longer good: however many strangers try, the holder of a live code is asked for nothing but the code.
/// </summary>
internal sealed partial class RecoverThrottle(RecoverSettings settings, TimeProvider time, ILogger<RecoverThrottle> logger)
{
    private readonly AttemptBook _addresses = new(new ThrottleRule(settings.PerAddress, TimeSpan.FromMinutes(1)), time);
    private readonly AttemptBook _names = new(new ThrottleRule(settings.PerName, TimeSpan.FromMinutes(1)), time);

    private int _told;

    /// <summary>Takes an attempt of the address that a request comes from; the refusal where it has none left.</summary>
    public (string Source, Outcome? Refusal) FromAddress(ApiRequest request)
    {
        if (ClientAddress.IsOfUnlistedProxy(request.Peer, request.Headers, settings) && Interlocked.Exchange(ref _told, 1) == 0)
        {
            LogUnlistedProxy(request.Peer);
        }

        var source = ClientAddress.Source(ClientAddress.Of(request.Peer, request.Headers, settings));
        return (source, Refusal(_addresses.Take(source)));
    }

    /// <summary>The attempt was the holder's.</summary>
    public void Succeeded(string source) => _addresses.Back(source);

    /// <summary>Takes an attempt of a name, for a selector that is no live code's; the refusal where it has none left.</summary>
    public Outcome? ForName(string name) => Refusal(_names.Take(name));

    [LoggerMessage(
        EventId = 115,
        Level = LogLevel.Warning,
        Message = "recover: {Peer} speaks for others, as a proxy does, and recover.trusted_proxies does not list it: all that come through it share one address's attempts, so that one of them can keep the others out")]
    private partial void LogUnlistedProxy(IPAddress peer);

    private static Outcome.Throttled? Refusal(TimeSpan wait) => wait == TimeSpan.Zero ? null : new Outcome.Throttled(wait, ByBroker: true);
}
