using System.Text.Json;
using BackupCodeBroker.Core.VaultPolicies;
using Xunit;

namespace BackupCodeBroker.Tests.Core.VaultPolicies;

internal static class PolicyFixtures
{
    public static VaultPolicy Parse(string text, string name = "p") =>
        Assert.IsType<VaultPolicyParse.Parsed>(VaultPolicy.Parse(name, text)).Policy;

    public static string Refusal(string text) =>
        Assert.IsType<VaultPolicyParse.Invalid>(VaultPolicy.Parse("p", text)).Message;

    public static VaultAcl Acl(params string[] texts) => Acl(subject: null, texts);

    public static VaultAcl Acl(PolicySubject? subject, params string[] texts) =>
        VaultAcl.Compile(texts.Select((text, index) => Parse(text, $"p{index}")), subject);

    public static string Capabilities(VaultAcl acl, string path) => string.Join(' ', VaultCapabilityNames.List(acl.CapabilitiesOf(path)));

    public static JsonElement? Data(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public static AclVerdict Check(VaultAcl acl, string path, AclOperation operation, string? json = null, int? wrapSeconds = null) =>
        acl.Check(new AclRequest(path, operation, Data(json), wrapSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null));
}
