using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Throttling;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Recover;

/// <summary>
/// Bounds what strangers can cost. An address has so many attempts a minute, an IPv6 network of which somebody may hold all addresses has more, and one that
/// succeeds is none. A name has so many as well, of which only those take one whose selector is nobody's or no longer good: however many strangers try, the
/// holder of a live code is asked for nothing but the code.
/// </summary>
internal sealed class RecoverThrottle(RecoverSettings settings, TimeProvider time)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly AttemptBook _addresses = new(new ThrottleRule(settings.PerAddress, Minute), time);
    private readonly AttemptBook _networks = new(new ThrottleRule(settings.PerNetwork ?? 10 * settings.PerAddress, Minute), time);
    private readonly AttemptBook _names = new(new ThrottleRule(settings.PerName, Minute), time);

    /// <summary>Too many strangers wait to have their codes hashed.</summary>
    public static Outcome TurnedAway => new Outcome.Throttled(Soon, ByBroker: true);

    /// <summary>Takes an attempt of where a request comes from; the refusal where there is none left.</summary>
    public (AttemptSource Source, Outcome? Refusal) FromAddress(ApiRequest request)
    {
        var source = ClientAddress.Source(ClientAddress.Of(request.Peer, request.Headers, settings));
        return (source, Refusal(Take(source)));
    }

    /// <summary>The attempt was the holder's.</summary>
    public void Succeeded(AttemptSource source)
    {
        _addresses.Back(source.Address);
        if (source.Network is { } network)
        {
            _networks.Back(network);
        }
    }

    /// <summary>Takes an attempt of a name, for a selector that is no live code's; the refusal where it has none left.</summary>
    public Outcome? ForName(string name) => Refusal(_names.Take(name));

    // What its network refuses costs the address nothing.
    private TimeSpan Take(AttemptSource source)
    {
        var wait = _addresses.Take(source.Address);
        if (wait == TimeSpan.Zero && source.Network is { } network && (wait = _networks.Take(network)) > TimeSpan.Zero)
        {
            _addresses.Back(source.Address);
        }

        return wait;
    }

    private static Outcome.Throttled? Refusal(TimeSpan wait) => wait == TimeSpan.Zero ? null : new Outcome.Throttled(wait, ByBroker: true);
}
