using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Notices;

namespace BackupCodeBroker.Configuration;

internal sealed partial class SettingsReader
{
    private static readonly string[] KnownSinks = [NoticeSettings.Log, NoticeSettings.Webhook];
    private static readonly TimeSpan ShortestPatience = TimeSpan.FromMinutes(1), LongestPatience = TimeSpan.FromDays(30);

    private NoticeSettings Notices()
    {
        var defaults = new NoticeSettings();
        var sinks = OneOf("notices:sinks", KnownSinks) ?? defaults.Sinks;
        var notices = new NoticeSettings
        {
            Sinks = sinks,
            Url = Receiver("notices:url"),
            SecretFile = Text("notices:secret_file"),
            CaCertificate = Text("notices:ca_certificate"),
            RequiredFor = Texts("notices:required_for") is ["none"] ? new NoticeDuty([])
                : OneOf("notices:required_for", NoticeDuty.Possible) is { } named ? new NoticeDuty(named) : defaults.RequiredFor,
            GiveUpAfter = Span("notices:give_up_after", defaults.GiveUpAfter),
        };
        _errors.AddRange(Flaws(notices));
        return notices;
    }

    private static IEnumerable<string> Flaws(NoticeSettings notices)
    {
        if (notices.GiveUpAfter < ShortestPatience || notices.GiveUpAfter > LongestPatience)
        {
            yield return "notices.give_up_after must be 1m to 30d";
        }

        if (!notices.Sinks.Contains(NoticeSettings.Webhook))
        {
            if (notices is not { Url: null, SecretFile: null, CaCertificate: null })
            {
                yield return "notices.url, notices.secret_file and notices.ca_certificate are for the sink webhook: name it in notices.sinks";
            }

            yield break;
        }

        if (notices.Url is null || notices.SecretFile is null)
        {
            yield return "notices.sinks names webhook: notices.url and notices.secret_file are needed";
        }

        if (SecretFlaw(notices.SecretFile) is { } flaw)
        {
            yield return "notices.secret_file: " + flaw;
        }

        if (notices.CaCertificate is { } authority && !IsAuthority(authority))
        {
            yield return "notices.ca_certificate must name a readable file with PEM certificates";
        }
    }

    private List<string>? OneOf(string key, IReadOnlyList<string> possible)
    {
        var given = Texts(key);
        _errors.AddRange(given.Where(g => !possible.Contains(g)).Select(_ => $"{Shown(key)} may name {string.Join(" and ", possible)}"));
        return given.Count > 0 ? [.. given.Distinct()] : null;
    }

    // What an address may hold besides the receiver (names, passwords, a fragment) would be logged, or is lost on the way.
    private Uri? Receiver(string key)
    {
        var text = Text(key);
        if (text is null)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.UserInfo.Length == 0 && url.Fragment.Length == 0
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        {
            return url;
        }

        _errors.Add(Shown(key) + " must be an https URL without a password and fragment (http on this machine only)");
        return null;
    }

    private static string? SecretFlaw(string? path)
    {
        if (path is null)
        {
            return null;
        }

        using var secrets = WebhookSecrets.Read(path, out var why);
        return secrets is null ? why : null;
    }

    private static bool IsAuthority(string path)
    {
        try
        {
            var authority = new X509Certificate2Collection();
            authority.ImportFromPemFile(path);
            return authority.Count > 0;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
