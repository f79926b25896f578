using System.Net;
using System.Net.Sockets;
using BackupCodeBroker.Configuration;

namespace BackupCodeBroker.Api;

/// <summary>
/// Whose address a request comes from. A proxy is believed only where configuration trusts its address, and each address in the header only where the one that
/// put it there is trusted: from right to left, until one is not. What is malformed is nobody's word: then it is the connection's own address.
/// </summary>
internal static class ClientAddress
{
    // As many proxies as nobody has one behind the other; a longer header is somebody's play.
    private const int MaxEntries = 32;

    /// <summary>The address.</summary>
    public static IPAddress Of(IPAddress peer, IHeaderDictionary headers, RecoverSettings settings)
    {
        var current = Plain(peer);
        if (!IsTrusted(current, settings))
        {
            return current;
        }

        var entries = headers[settings.ProxyHeader == RecoverSettings.Forwarded ? "Forwarded" : "X-Forwarded-For"]
            .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)).ToList();
        if (entries.Count > MaxEntries)
        {
            return Plain(peer);
        }

        for (var at = entries.Count - 1; at >= 0 && IsTrusted(current, settings); at--)
        {
            if (Parse(settings.ProxyHeader == RecoverSettings.Forwarded ? For(entries[at]) : entries[at]) is not { } before)
            {
                return Plain(peer);
            }

            current = before;
        }

        return current;
    }

    /// <summary>What attempts of an address are counted under: whoever has one address of an IPv6 /64 has all of them, and who holds a /48 has 65,536 such.</summary>
    public static AttemptSource Source(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6
        ? new(Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)), Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 6)))
        : new(address.ToString(), null);

    private static bool IsTrusted(IPAddress address, RecoverSettings settings) => settings.TrustedProxies.Any(network => network.Contains(address));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // An address, perhaps with a port; IPv6 with one stands in brackets.
    private static IPAddress? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > 64)
        {
            return null;
        }

        var bare = text[0] == '[' ? text.LastIndexOf(']') is var end and > 0 && IsPort(text[(end + 1)..]) ? text[1..end] : ""
            : text.Count(c => c == ':') == 1 && IsPort(text[text.IndexOf(':', StringComparison.Ordinal)..]) ? text[..text.IndexOf(':', StringComparison.Ordinal)]
            : text;
        // The framework takes 10.1 and 0x0a000001 for addresses; no proxy writes those.
        return IPAddress.TryParse(bare, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || bare.Count(c => c == '.') == 3)
            ? Plain(address)
            : null;
    }

    private static bool IsPort(string text) => text.Length == 0 || text[0] == ':' && ushort.TryParse(text.AsSpan(1), System.Globalization.NumberStyles.None, null, out _);

    /// <summary>Whether a proxy speaks that no setting trusts: all its clients count as one.</summary>
    public static bool IsOfUnlistedProxy(IPAddress peer, IHeaderDictionary headers, RecoverSettings settings) =>
        !IsTrusted(Plain(peer), settings) && (headers.ContainsKey("X-Forwarded-For") || headers.ContainsKey("Forwarded"));

    // Half of a quoted string is what a comma in somebody's host name left of it: then nothing there is anybody's word.
    private static string? For(string element) => element.Count(c => c == '"') % 2 != 0 ? null : element.Split(';', StringSplitOptions.TrimEntries)
        .Where(pair => pair.StartsWith("for=", StringComparison.OrdinalIgnoreCase)).Select(pair => pair[4..].Trim('"')).FirstOrDefault();
}

/// <summary>Where an attempt comes from, as it is counted.</summary>
/// <param name="Address">The address; of IPv6 its /64.</param>
/// <param name="Network">What its holder may have more of: of IPv6 the /48; null for IPv4.</param>
internal sealed record AttemptSource(string Address, string? Network);
