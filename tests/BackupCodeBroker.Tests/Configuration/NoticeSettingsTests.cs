using System.Text;
using System.Text.Json;
using BackupCodeBroker.Configuration;
using Xunit;

namespace BackupCodeBroker.Tests.Configuration;

/// <summary>How notices are configured: soundly, or every error is told.</summary>
public sealed class NoticeSettingsTests : IDisposable
{
    private readonly string _secret = Path.GetTempFileName();

    public NoticeSettingsTests() => File.WriteAllText(_secret, "whsec_" + Convert.ToBase64String(new byte[32]));

    [Fact]
    public void Without_configuration_notices_go_to_the_log_and_issue_is_never_untold()
    {
        var (settings, errors) = Read(new { });
        Assert.Empty(errors);
        Assert.Equal(["log", "issue"], settings.Sinks.Concat(settings.RequiredFor.RequiredFor));
        Assert.Equal(TimeSpan.FromHours(72), settings.GiveUpAfter);
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var (settings, errors) = Read(new
        {
            sinks = new[] { "log", "webhook" },
            url = "https://hooks.example/bcb?team=a",
            secret_file = _secret,
            required_for = new[] { "issue", "consume" },
            give_up_after = "24h",
        });
        Assert.Empty(errors);
        Assert.Equal(["log", "webhook", "issue", "consume"], settings.Sinks.Concat(settings.RequiredFor.RequiredFor));
        Assert.Equal(("https://hooks.example/bcb?team=a", _secret, TimeSpan.FromDays(1)), (settings.Url!.ToString(), settings.SecretFile, settings.GiveUpAfter));
    }

    [Theory]
    [InlineData("""{"sinks":["mail"]}""", "notices.sinks may name log and webhook")]
    [InlineData("""{"sinks":["webhook"]}""", "notices.sinks names webhook: notices.url and notices.secret_file are needed")]
    [InlineData("""{"url":"https://hooks.example/"}""", "notices.url, notices.secret_file and notices.ca_certificate are for the sink webhook: name it in notices.sinks")]
    [InlineData("""{"sinks":["webhook"],"secret_file":"SECRET","url":"http://hooks.example/"}""", "notices.url must be an https URL without a password and fragment (http on this machine only)")]
    [InlineData("""{"sinks":["webhook"],"secret_file":"SECRET","url":"https://me:pass@hooks.example/"}""", "notices.url must be an https URL without a password and fragment (http on this machine only)")]
    [InlineData("""{"sinks":["webhook"],"secret_file":"/nowhere","url":"https://hooks.example/"}""", "notices.secret_file: /nowhere cannot be read")]
    [InlineData("""{"sinks":["webhook"],"secret_file":"SECRET","url":"https://hooks.example/","ca_certificate":"SECRET"}""", "notices.ca_certificate must name a readable file with PEM certificates")]
    [InlineData("""{"required_for":["revoke"]}""", "notices.required_for may name issue and consume and recover")]
    [InlineData("""{"give_up_after":"30s"}""", "notices.give_up_after must be 1m to 30d")]
    [InlineData("""{"give_up_after":"soon"}""", "notices.give_up_after must be a duration such as 90d, 24h, 5m or 60s")]
    [InlineData("""{"colour":"red"}""", "notices.colour is unknown")]
    public void A_wrong_setting_is_told(string notices, string error) =>
        Assert.Contains(error, Read(JsonSerializer.Deserialize<JsonElement>(notices.Replace("SECRET", _secret, StringComparison.Ordinal))).Errors);

    [Fact]
    public void Nothing_at_all_may_be_required() => Assert.Empty(Read(new { required_for = "none" }).Settings.RequiredFor.RequiredFor);

    public void Dispose() => File.Delete(_secret);

    private static (NoticeSettings Settings, IReadOnlyList<string> Errors) Read(object notices)
    {
        var file = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { notices })))).Build();
        var (settings, errors) = SettingsReader.Read(file, file, _ => null);
        return (settings.Notices, errors);
    }
}
