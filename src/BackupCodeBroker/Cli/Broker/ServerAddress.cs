using System.Diagnostics.CodeAnalysis;

namespace BackupCodeBroker.Cli.Broker;

/// <summary>Where tokens may be sent: https anywhere, plain http to this machine alone.</summary>
internal static class ServerAddress
{
    /// <summary>Reads an address; <paramref name="name"/> is what the user set it by.</summary>
    public static bool TryParse(string text, string name, [NotNullWhen(true)] out Uri? address, out string error)
    {
        error = !Uri.TryCreate(text, UriKind.Absolute, out address) || address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp
            ? $"{name} is not an http or https address"
            : address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0 || address.AbsolutePath != "/"
            ? $"{name} is more than scheme, host and port"
            : address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback
            ? $"{name} is plain http to another machine: a token sent there could be read on the way; use https"
            : "";
        address = error.Length == 0 ? address : null;
        return address is not null;
    }
}
