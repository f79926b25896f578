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
internal sealed class RecoverThrottle(RecoverSettings settings, TimeProvider time)
{
    private readonly AttemptBook _addresses = new(new ThrottleRule(settings.PerAddress, TimeSpan.FromMinutes(1)), time);
    private readonly AttemptBook _names = new(new ThrottleRule(settings.PerName, TimeSpan.FromMinutes(1)), time);

    /// <summary>Takes an attempt of the address that a request comes from; the refusal where it has none left.</summary>
    public (string Source, Outcome? Refusal) FromAddress(ApiRequest request)
    {
        var source = ClientAddress.Source(ClientAddress.Of(request.Peer, request.Headers, settings));
        return (source, Refusal(_addresses.Take(source)));
    }

    /// <summary>The attempt was the holder's.</summary>
    public void Succeeded(string source) => _addresses.Back(source);

    /// <summary>Takes an attempt of a name, for a selector that is no live code's; the refusal where it has none left.</summary>
    public Outcome? ForName(string name) => Refusal(_names.Take(name));

    private static Outcome.Throttled? Refusal(TimeSpan wait) => wait == TimeSpan.Zero ? null : new Outcome.Throttled(wait, ByBroker: true);
}
