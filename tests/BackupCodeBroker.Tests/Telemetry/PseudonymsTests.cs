using System.Security.Cryptography;
using System.Text;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Telemetry;
using Xunit;

namespace BackupCodeBroker.Tests.Telemetry;

/// <summary>With a key, telemetry names nobody, and the same name always alike.</summary>
public sealed class PseudonymsTests : IDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void A_pseudonym_is_a_keyed_digest_that_begins_with_a_tilde()
    {
        var pseudonyms = new Pseudonyms(Key);
        var expected = "~" + Convert.ToHexStringLower(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes("team-a.deploy")))[..20];
        Assert.Equal(expected, pseudonyms.Of("team-a.deploy"));
        Assert.Equal(expected, pseudonyms.Of("team-a.deploy"));
        Assert.NotEqual(expected, pseudonyms.Of("team-a.deploy2"));
        Assert.Null(pseudonyms.Of(null));
        Assert.Equal($"no handler for bcb.{expected}", pseudonyms.In("no handler for bcb.team-a.deploy", "team-a.deploy"));
        Assert.DoesNotContain(Convert.ToHexStringLower(Key)[..8], pseudonyms.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_key_names_are_names() => Assert.Equal("team-a.deploy", Pseudonyms.None.Of("team-a.deploy"));

    [Theory]
    [InlineData(31, false)]
    [InlineData(32, true)]
    [InlineData(4_096, true)]
    [InlineData(4_097, false)]
    public void A_key_has_at_least_its_digests_strength(int length, bool good)
    {
        File.WriteAllBytes(_file, new byte[length]);
        var pseudonyms = PseudonymKeyFile.Read(_file, out var error);
        Assert.Equal((good, good), (pseudonyms is not null, error.Length == 0));
    }

    [Fact]
    public void A_key_that_cannot_be_read_is_said()
    {
        Assert.Null(PseudonymKeyFile.Read(_file + "-none", out var error));
        Assert.Equal($"telemetry.pseudonym_key_file: {_file}-none cannot be read", error);
    }

    public void Dispose() => File.Delete(_file);
}
