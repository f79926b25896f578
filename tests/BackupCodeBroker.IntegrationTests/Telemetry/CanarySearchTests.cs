using System.Text;
using System.Text.Json;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>A search that cannot find proves nothing: each form is written by somebody else's encoder, in the middle of something, and found.</summary>
public sealed class CanarySearchTests
{
    private static readonly string[] Secrets = [MadeCodes.Unknown(CodeKind.Machine), MadeCodes.Unknown(CodeKind.Printable), "s.iSoy1BJxJ60heCNgFPYcxnLm", "5CVQ8N0R4T6Y2ZKJ9HMW7XABDE"];

    public static TheoryData<string> Encodings =>
    [
        "as is", "lower", "upper", "dashless", "first half", "second half", "dashless half", "base64", "base64 of a sentence", "base64 shifted by one", "base64 shifted by two",
        "base64url", "base64url dashless", "hex", "HEX", "URL", "URL whole", "JSON", "JSON whole", "UTF-16", "lower dashless hex",
    ];

    [Theory]
    [Trait("Requirement", "R-02")]
    [MemberData(nameof(Encodings))]
    public void A_secret_is_found_in_every_form(string encoding)
    {
        foreach (var secret in Secrets)
        {
            var search = new SecretSearch();
            search.Add("planted", secret);
            var planted = Encoded(encoding, secret);
            byte[] content = [.. Encoding.UTF8.GetBytes("{\"before\":\"\u00e9\u0000"), .. planted, .. Encoding.UTF8.GetBytes("\"} after")];

            Assert.True(search.In(content).Count > 0, $"{encoding}: {Encoding.Latin1.GetString(planted)}");
        }
    }

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        var search = new SecretSearch();
        foreach (var secret in Secrets)
        {
            search.Add("planted", secret);
        }

        // The selector is public, and a quarter of a code is less than is looked for.
        Assert.Empty(search.In(string.Join('\n', Secrets.Select(s => s[..11]))));
        Assert.Empty(search.In(string.Join('\n', Enumerable.Range(0, 1_000).Select(_ => MadeCodes.Unknown(CodeKind.Machine)))));
        Assert.Empty(search.In(""));
    }

    private static byte[] Encoded(string encoding, string secret)
    {
        var dashless = secret.Replace("-", "", StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(secret);
        return encoding switch
        {
            "as is" => bytes,
            "lower" => Encoding.UTF8.GetBytes(secret.ToLowerInvariant()),
            "upper" => Encoding.UTF8.GetBytes(secret.ToUpperInvariant()),
            "dashless" => Encoding.UTF8.GetBytes(dashless),
            "first half" => bytes[..(bytes.Length / 2)],
            "second half" => bytes[(bytes.Length / 2)..],
            "dashless half" => Encoding.UTF8.GetBytes(dashless[(dashless.Length / 2)..].ToLowerInvariant()),
            "base64" => Text(Convert.ToBase64String(bytes)),
            "base64 of a sentence" => Text(Convert.ToBase64String(Encoding.UTF8.GetBytes($"the code is {secret}, keep it"))),
            "base64 shifted by one" => Text(Convert.ToBase64String([0xff, .. bytes, 0xff])),
            "base64 shifted by two" => Text(Convert.ToBase64String([0xff, 0xff, .. bytes, 0xff])),
            "base64url" => Text(System.Buffers.Text.Base64Url.EncodeToString(bytes)),
            "base64url dashless" => Text(System.Buffers.Text.Base64Url.EncodeToString([(byte)'=', .. Encoding.UTF8.GetBytes(dashless)])),
            "hex" => Text(Convert.ToHexStringLower(bytes)),
            "HEX" => Text(Convert.ToHexString(bytes)),
            "lower dashless hex" => Text(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(dashless.ToLowerInvariant()))),
            "URL" => Text(Uri.EscapeDataString(secret)),
            "URL whole" => Text(string.Concat(bytes.Select(b => $"%{b:x2}"))),
            "JSON" => Text(JsonSerializer.Serialize(secret)),
            "JSON whole" => Text(string.Concat(secret.Select(c => $"\\u{(int)c:x4}"))),
            "UTF-16" => Encoding.Unicode.GetBytes(secret),
            _ => throw new ArgumentOutOfRangeException(nameof(encoding)),
        };
    }

    private static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);
}
