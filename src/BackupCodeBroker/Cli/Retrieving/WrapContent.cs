using System.Text.Json;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Cli.Retrieving;

/// <summary>What was inside a wrap. Closed.</summary>
internal abstract record WrapContent
{
    // More codes than any set has.
    private const int MaxCodes = 64;

    private WrapContent()
    {
    }

    /// <summary>The codes that were announced.</summary>
    internal sealed record Genuine(ReceivedCodes Codes) : WrapContent;

    /// <summary>Something else; <paramref name="What"/> says how it shows, without repeating any of it.</summary>
    internal sealed record Foreign(string What) : WrapContent;

    /// <summary>Reads it. Everything has to be right: whose codes they are, which generation, and the form of each of them.</summary>
    public static WrapContent Read(ReadOnlyMemory<byte> json, IdentityName identity, int generation)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            return Read(document.RootElement, identity, generation);
        }
        catch (JsonException)
        {
            return new Foreign("it is not in the broker's form");
        }
    }

    private static WrapContent Read(JsonElement root, IdentityName identity, int generation)
    {
        if (Text(root, "identity") != identity.Value)
        {
            return new Foreign("it is not about this identity");
        }

        if (!root.TryGetProperty("generation", out var number) || !Is(number, generation))
        {
            return new Foreign("it is of another generation than announced");
        }

        if (CodeKinds.Named(Text(root, "kind")) is not { } kind || ActivationSecret.TryParse(Text(root, "activation")) is not { } activation)
        {
            return new Foreign("kind or proof of receipt is missing");
        }

        var codes = CodesOf(root, kind);
        if (codes.Count == 0)
        {
            activation.Dispose();
        }

        return codes.Count > 0
            ? new Genuine(new ReceivedCodes(identity, generation, kind, codes, activation)
            {
                IssuedAt = Text(root, "issued_at"),
                ExpiresAt = Text(root, "expires_at"),
            })
            : new Foreign("the codes are not codes, or not each one once");
    }

    private static List<BackupCode> CodesOf(JsonElement root, CodeKind kind)
    {
        if (!root.TryGetProperty("codes", out var array) || array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > MaxCodes)
        {
            return [];
        }

        List<BackupCode> codes = [];
        HashSet<string> selectors = [];
        foreach (var element in array.EnumerateArray())
        {
            // A selector tells a code from its siblings, so two codes with one selector are one too many as well.
            if (element.ValueKind != JsonValueKind.String
                || BackupCode.Parse(element.GetString()) is not BackupCodeParse.Parsed { Code: var code }
                || code.Kind != kind
                || !selectors.Add(code.Selector))
            {
                codes.ForEach(c => c.Dispose());
                return [];
            }

            codes.Add(code);
        }

        return codes;
    }

    private static bool Is(JsonElement element, int number) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var found) && found == number;

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
