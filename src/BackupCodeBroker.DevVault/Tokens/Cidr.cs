using System.Net;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>Addresses that a token, a role or a secret-id is bound to: one address, or a network.</summary>
internal static class Cidr
{
    public static bool IsValid(string text) => IPNetwork.TryParse(text, out _) || IPAddress.TryParse(text, out _);

    /// <summary>Why a list has something that is no address; null where it has not.</summary>
    public static string? Error(IEnumerable<string> cidrs) => cidrs.FirstOrDefault(cidr => !IsValid(cidr)) is { } bad
        ? $"error parsing address \"{bad}\": Unable to convert \"{bad}\" to an IPv4 or IPv6 address, or a UNIX Socket"
        : null;

    /// <summary>The first of a list that is not a network, in Go's words; null where all are.</summary>
    public static string? NetworkError(IEnumerable<string> cidrs) =>
        cidrs.FirstOrDefault(cidr => !IPNetwork.TryParse(cidr, out _) || !cidr.Contains('/', StringComparison.Ordinal)) is { } bad
            ? $"invalid CIDR address: {bad}"
            : null;

    /// <summary>A network of one address is printed as the address.</summary>
    public static List<string> Shown(IEnumerable<string> cidrs) =>
        [.. cidrs.Select(cidr => cidr.EndsWith("/32", StringComparison.Ordinal) ? cidr[..^3] : cidr.EndsWith("/128", StringComparison.Ordinal) ? cidr[..^4] : cidr)];

    public static bool Contains(string cidr, IPAddress address)
    {
        if (IPAddress.TryParse(cidr, out IPAddress? single))
        {
            return single.Equals(address);
        }

        return IPNetwork.TryParse(cidr, out IPNetwork network) && network.Contains(address);
    }

    public static bool AllowsAll(IReadOnlyList<string> cidrs, string address) =>
        cidrs.Count == 0 || (IPAddress.TryParse(address, out IPAddress? from) && cidrs.Any(cidr => Contains(cidr, from)));
}
