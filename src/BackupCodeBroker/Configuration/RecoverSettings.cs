using System.Net;

namespace BackupCodeBroker.Configuration;

/// <summary>How <c>recover</c>, which anybody can reach without a token, is throttled.</summary>
internal sealed record RecoverSettings
{
    /// <summary>Header <c>X-Forwarded-For</c>, as a setting names it.</summary>
    public const string ForwardedFor = "x-forwarded-for";

    /// <summary>Header <c>Forwarded</c> (RFC 7239), as a setting names it.</summary>
    public const string Forwarded = "forwarded";

    /// <summary>Attempts a minute that come to nothing, from one address (IPv6: one /64).</summary>
    public int PerAddress { get; init; } = 10;

    /// <summary>The same from one IPv6 /48; where nothing is said, ten times as many as from one address.</summary>
    public int? PerNetwork { get; init; }

    /// <summary>Attempts a minute for one identity whose selector is not that of a live code.</summary>
    public int PerName { get; init; } = 20;

    /// <summary>Networks of proxies that are believed about whom they speak for.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The one header in which they say it. The other one is whatever the client sent.</summary>
    public string ProxyHeader { get; init; } = ForwardedFor;
}
