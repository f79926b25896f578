using System.Net;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using Xunit;

namespace BackupCodeBroker.Tests.Api;

/// <summary>Whose address counts: the connection's, unless a trusted proxy says otherwise, and then the last one that no trusted proxy has.</summary>
public sealed class ClientAddressTests
{
    private static readonly RecoverSettings Settings = new() { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")] };

    [Theory]
    [Trait("Requirement", "R-44")]
    [InlineData("192.0.2.1", "203.0.113.9", "192.0.2.1")]
    [InlineData("10.0.0.1", "203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9")]
    [InlineData("10.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9")]
    [InlineData("10.0.0.1", "198.51.100.1:4711", "198.51.100.1")]
    [InlineData("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1")]
    [InlineData("10.0.0.1", "2001:db8::1", "2001:db8::1")]
    [InlineData("::ffff:10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("fd00::1", "203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.1", "unknown", "10.0.0.1")]
    [InlineData("10.0.0.1", "203.0.113.9, ", "10.0.0.1")]
    [InlineData("10.0.0.1", "203.0.113.9, evil", "10.0.0.1")]
    [InlineData("10.0.0.1", "203.0.113", "10.0.0.1")]
    [InlineData("10.0.0.1", "203.0.113.9:port", "10.0.0.1")]
    [InlineData("10.0.0.1", "[2001:db8::1", "10.0.0.1")]
    [InlineData("10.0.0.1", null, "10.0.0.1")]
    public void The_address_is_read_from_right_to_left(string peer, string? header, string expected)
    {
        var headers = new HeaderDictionary();
        headers.Append("X-Forwarded-For", header);
        headers.Append("Forwarded", "for=198.51.100.66");
        Assert.Equal(IPAddress.Parse(expected), ClientAddress.Of(IPAddress.Parse(peer), headers, Settings));
    }

    [Theory]
    [InlineData("for=203.0.113.9;proto=https;by=10.0.0.2", "203.0.113.9")]
    [InlineData("proto=https;For=\"[2001:db8::1]:4711\"", "2001:db8::1")]
    [InlineData("for=198.51.100.1, for=203.0.113.9", "203.0.113.9")]
    [InlineData("for=_hidden", "10.0.0.1")]
    [InlineData("by=10.0.0.2", "10.0.0.1")]
    [InlineData("for=203.0.113.9;host=\"x,for=198.51.100.66\"", "10.0.0.1")]
    public void The_standard_header_is_read_where_it_is_the_configured_one(string header, string expected)
    {
        var headers = new HeaderDictionary { ["Forwarded"] = header, ["X-Forwarded-For"] = "198.51.100.66" };
        Assert.Equal(IPAddress.Parse(expected), ClientAddress.Of(IPAddress.Parse("10.0.0.1"), headers, Settings with { ProxyHeader = RecoverSettings.Forwarded }));
    }

    [Theory]
    [InlineData("192.0.2.1", "X-Forwarded-For", true)]
    [InlineData("192.0.2.1", "Forwarded", true)]
    [InlineData("192.0.2.1", "Accept", false)]
    [InlineData("10.0.0.1", "X-Forwarded-For", false)]
    [InlineData("::ffff:10.0.0.1", "X-Forwarded-For", false)]
    public void A_proxy_that_no_setting_lists_is_known_by_its_header(string peer, string header, bool unlisted) =>
        Assert.Equal(unlisted, ClientAddress.IsOfUnlistedProxy(IPAddress.Parse(peer), new HeaderDictionary { [header] = "203.0.113.9" }, Settings));

    [Fact]
    public void Several_headers_are_one_list_and_a_very_long_one_is_nobodys_word()
    {
        var headers = new HeaderDictionary { ["X-Forwarded-For"] = new(["198.51.100.1", "203.0.113.9"]) };
        Assert.Equal(IPAddress.Parse("203.0.113.9"), ClientAddress.Of(IPAddress.Parse("10.0.0.1"), headers, Settings));
        headers["X-Forwarded-For"] = string.Join(',', Enumerable.Repeat("203.0.113.9", 33));
        Assert.Equal(IPAddress.Parse("10.0.0.1"), ClientAddress.Of(IPAddress.Parse("10.0.0.1"), headers, Settings));
    }

    [Theory]
    [Trait("Requirement", "R-44")]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true, true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false, true)]
    [InlineData("2001:db8::1", "2001:db8:1::1", false, false)]
    [InlineData("203.0.113.9", "203.0.113.8", false, true)]
    public void Whoever_has_one_address_of_an_IPv6_network_has_all_of_them_and_perhaps_more_such(string one, string other, bool sameAddress, bool sameNetwork)
    {
        var (a, b) = (ClientAddress.Source(IPAddress.Parse(one)), ClientAddress.Source(IPAddress.Parse(other)));
        Assert.Equal((sameAddress, sameNetwork), (a.Address == b.Address, a.Network == b.Network));
        Assert.Equal(one.Contains(':', StringComparison.Ordinal), a.Network is not null);
    }
}
