using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Tests.Cli;

/// <summary>Codes that are well formed and nobody's.</summary>
internal static class Codes
{
    public const string Activation = "ACT0VAT0NCANARY00000000001";

    public static string Text(int seed, CodeKind kind = CodeKind.Machine)
    {
        var random = new Random(seed);
        using var code = BackupCode.Create(kind, random.NextBytes);
        var text = new char[code.TextLength];
        code.WriteTo(text);
        return new string(text);
    }

    public static string[] Set(int count, CodeKind kind = CodeKind.Machine) => [.. Enumerable.Range(1, count).Select(i => Text(i, kind))];

    /// <summary>What the broker wraps.</summary>
    public static string Payload(
        string identity = "build-bot", int generation = 3, string? activation = Activation, string kind = "machine", params string[] codes) =>
        $$"""
        {"identity":"{{identity}}","generation":{{generation}},"activation":"{{activation}}","kind":"{{kind}}","issued_at":"2027-01-01T00:00:00Z",
         "expires_at":"2027-04-01T00:00:00Z","codes":[{{string.Join(",", codes.Select(c => $"\"{c}\""))}}]}
        """;
}
