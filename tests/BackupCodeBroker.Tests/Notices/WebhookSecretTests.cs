using System.Text;
using BackupCodeBroker.Notices;
using Xunit;

namespace BackupCodeBroker.Tests.Notices;

/// <summary>Signing as the Standard Webhooks specification has it, and what no secret is.</summary>
public sealed class WebhookSecretTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void The_specifications_own_example_is_signed_as_it_says()
    {
        using var secret = WebhookSecret.TryParse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", secret.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", Encoding.UTF8.GetBytes("""{"test": 2432232314}""")));
        Assert.Equal("[webhook secret]", secret.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8I")]
    [InlineData("whsec_%%%%")]
    [InlineData("whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    public void What_is_none_is_not_taken_and_not_repeated(string text)
    {
        Assert.Null(WebhookSecret.TryParse(text));
        File.WriteAllText(_file, text);
        Assert.Null(WebhookSecrets.Read(_file, out var why));
        Assert.StartsWith(_file + " must hold", why, StringComparison.Ordinal);
        Assert.True(text.Length == 0 || !why.Contains(text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void A_file_holds_a_few(int count, bool taken)
    {
        File.WriteAllText(_file, string.Join("\r\n", Enumerable.Range(1, count).Select(i => "whsec_" + Convert.ToBase64String(Enumerable.Repeat((byte)i, 32).ToArray()))));
        using var secrets = WebhookSecrets.Read(_file, out _);
        Assert.Equal(taken, secrets is not null);
        Assert.Equal(taken ? count : null, secrets?.Sign("id", "1", []).Split(' ').Distinct().Count());
    }

    [Fact]
    public void A_huge_file_and_one_that_is_not_there_are_no_secret()
    {
        File.WriteAllText(_file, new string(' ', 100_000));
        Assert.Null(WebhookSecrets.Read(_file, out _));
        Assert.Null(WebhookSecrets.Read(_file + ".none", out var why));
        Assert.Equal(_file + ".none cannot be read", why);
    }

    public void Dispose() => File.Delete(_file);
}
