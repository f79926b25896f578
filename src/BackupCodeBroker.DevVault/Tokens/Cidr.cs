using System.Net;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>Addresses that a token, a role or a secret-id is bound to: one address, or a network.</summary>
internal static class Cidr
{
    public static bool IsValid(string text) => IPNetwork.TryParse(text, out _) || IPAddress.TryParse(text, out _);

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
