using System.Text.Json;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.Tests.Vault;

public sealed class VaultTokenTests
{
    [Theory]
    [InlineData("s.AAAAAAAAAAAAAAAAAAAAAAAA", true)]
    [InlineData("root", true)]
    [InlineData("hvs.CAES-_x", true)]
    [InlineData("b.short", false)]
    [InlineData("hvb.short", false)]
    [InlineData("", false)]
    [InlineData("s.AAAA\r\nX-Vault-Namespace: other", false)]
    [InlineData("s.AAAA AAAA", false)]
    [InlineData("s.AAAAé", false)]
    [InlineData("s.AAAA,s.BBBB", false)]
    public void Only_what_may_stand_in_a_header_is_taken(string text, bool taken)
    {
        var token = VaultToken.TryParse(text, out var error);

        Assert.Equal(taken, token is not null);
        Assert.Equal(taken, error.Length == 0);
        Assert.True(text.Length == 0 || !error.Contains(text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(4096, true)]
    [InlineData(4097, false)]
    public void Length_has_a_limit(int length, bool taken) =>
        Assert.Equal(taken, VaultToken.TryParse(new string('a', length), out _) is not null);

    [Theory]
    [InlineData(89, false)]
    [InlineData(90, true)]
    public void A_batch_token_that_old_Vaults_would_choke_on_is_not_taken(int length, bool taken) =>
        Assert.Equal(taken, VaultToken.TryParse("b." + new string('a', length - 2), out _) is { IsBatch: true });

    [Fact]
    [Trait("Requirement", "R-02")]
    public void Secrets_do_not_print_interpolate_or_serialise()
    {
        const string Canary = "s.CanaryCanaryCanaryCanary";
        var token = new VaultToken(Canary);
        var secretId = VaultSecretId.TryParse(Canary, out _)!;
        var wrapped = new Wrapping.Wrapped(token, "a", TimeSpan.FromSeconds(1), "t", "p");
        var minted = new Minting.Minted(token, [], "e", 60);

        var texts = new[]
        {
            token.ToString(), $"{token} {secretId}", JsonSerializer.Serialize(token), JsonSerializer.Serialize(secretId),
            wrapped.ToString(), minted.ToString(), JsonSerializer.Serialize(wrapped), JsonSerializer.Serialize(minted),
        };

        Assert.All(texts, text => Assert.DoesNotContain("Canary", text, StringComparison.Ordinal));
        Assert.Equal(Canary, wrapped.HandOver());
    }

    [Fact]
    public void Tokens_are_compared_and_remembered_without_being_read()
    {
        var (one, same, other) = (new VaultToken("s.one"), new VaultToken("s.one"), new VaultToken("s.other"));
        byte[] key = [1, 2, 3];

        Assert.True(one.SameAs(same));
        Assert.False(one.SameAs(other));
        Assert.Equal(one.Fingerprint(key), same.Fingerprint(key));
        Assert.NotEqual(one.Fingerprint(key), one.Fingerprint([4]));
        Assert.NotEqual(one.Fingerprint(key), other.Fingerprint(key));
    }
}
