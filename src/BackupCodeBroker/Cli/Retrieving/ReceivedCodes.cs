using System.Text.Json.Nodes;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Cli.Retrieving;

/// <summary>Codes in plain, in their recipient's hands: the only place outside of Vault where they ever are. Disposing zeroes them.</summary>
internal sealed class ReceivedCodes(
    IdentityName identity, int generation, CodeKind kind, IReadOnlyList<BackupCode> codes, ActivationSecret activation) : IDisposable
{
    /// <summary>Whose they are.</summary>
    public IdentityName Identity { get; } = identity;

    /// <summary>Which set.</summary>
    public int Generation { get; } = generation;

    /// <summary>Their form.</summary>
    public CodeKind Kind { get; } = kind;

    /// <summary>The codes themselves.</summary>
    public IReadOnlyList<BackupCode> Codes { get; } = codes;

    /// <summary>How many.</summary>
    public int Count => Codes.Count;

    /// <summary>When they were made, in the broker's words.</summary>
    public string? IssuedAt { get; init; }

    /// <summary>Until when they can be used, in the broker's words.</summary>
    public string? ExpiresAt { get; init; }

    /// <summary>What proves that they were received.</summary>
    public ActivationSecret Activation { get; } = activation;

    /// <summary>Each code's text, to be shown and forgotten.</summary>
    public IEnumerable<string> Texts() => Codes.Select(code => string.Create(code.TextLength, code, static (span, code) => code.WriteTo(span)));

    /// <summary>The document for programs; the codes themselves only where it is their destination.</summary>
    public JsonObject ToJson(bool withCodes)
    {
        var json = new JsonObject
        {
            ["identity"] = Identity.Value,
            ["generation"] = Generation,
            ["kind"] = Kind.Name(),
            ["count"] = Count,
            ["issued_at"] = IssuedAt,
            ["expires_at"] = ExpiresAt,
        };
        if (withCodes)
        {
            json["codes"] = new JsonArray([.. Texts().Select(t => (JsonNode)t)]);
        }

        return json;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Activation.Dispose();
        foreach (var code in Codes)
        {
            code.Dispose();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{Count} backup codes]";
}
