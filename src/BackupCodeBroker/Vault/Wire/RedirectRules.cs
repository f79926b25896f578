namespace BackupCodeBroker.Vault.Wire;

/// <summary>
/// Where a standby may send a call. A redirect carries the token to another host, so only hosts that the administrator named are
/// followed, never from https to http; and only the host is taken from it, while path and query stay the call's own.
/// </summary>
internal sealed class RedirectRules(Uri address, IReadOnlyList<string> allowedHosts)
{
    /// <summary>After a quorum loss a node points at itself: an end to that.</summary>
    public const int MaxRedirects = 2;

    /// <summary>The base address to go to, or null where the rules forbid it.</summary>
    public Uri? Follow(Uri from, Uri? location)
    {
        if (location is null)
        {
            return null;
        }

        var target = new Uri(from, location);
        var allowed = IsWeb(target) && !IsDowngrade(from, target) && !IsPlainAbroad(target) && IsKnown(target);
        return allowed ? new Uri(target.GetLeftPart(UriPartial.Authority)) : null;
    }

    private static bool IsWeb(Uri target) => target.Scheme is "http" or "https" && target.UserInfo.Length == 0;

    private static bool IsDowngrade(Uri from, Uri target) => from.Scheme == "https" && target.Scheme != "https";

    private static bool IsPlainAbroad(Uri target) => target.Scheme == "http" && !target.IsLoopback;

    private bool IsKnown(Uri target) =>
        Same(target.Authority, address.Authority)
        || allowedHosts.Any(host => Same(host, target.Host) || Same(host, $"{target.Host}:{target.Port}"));

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
