using System.Text.Json;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Vault.Administration;
using Xunit;

namespace BackupCodeBroker.Tests.Bootstrap;

/// <summary>A role that names nobody is known, however it says so; one that names somebody is left alone.</summary>
public sealed class LoginReachTests
{
    [Theory]
    [Trait("Requirement", "R-47")]
    [InlineData("""{"bound_subject":"","bound_claims":null}""", true)]
    [InlineData("""{"bound_subject":"","bound_claims":{}}""", true)]
    [InlineData("{}", true)]
    [InlineData("""{"bound_subject":"bcb"}""", false)]
    [InlineData("""{"bound_claims":{"team":["a"]},"bound_claims_type":"string"}""", false)]
    [InlineData("""{"bound_claims":{"sub":"*"},"bound_claims_type":"glob"}""", true)]
    [InlineData("""{"bound_claims":{"sub":["bcb","**"]},"bound_claims_type":"glob"}""", true)]
    [InlineData("""{"bound_claims":{"sub":"*","team":"sec*"},"bound_claims_type":"glob"}""", false)]
    [InlineData("""{"bound_claims":{"sub":"*"},"bound_claims_type":"glob","bound_subject":"bcb"}""", false)]
    // Without patterns it is a subject that is called so.
    [InlineData("""{"bound_claims":{"sub":"*"},"bound_claims_type":"string"}""", false)]
    public void A_role_of_JWT(string role, bool isOpen) => Assert.Equal(isOpen, LoginReach.IsOpenJwt(Of(role)));

    [Theory]
    [Trait("Requirement", "R-47")]
    [InlineData("""["bcb"]""", """["team"]""", null, false)]
    [InlineData("""["*"]""", """["team"]""", null, true)]
    [InlineData("""["bcb"]""", """["*"]""", null, true)]
    [InlineData("""["bcb"]""", """["team","t*"]""", null, true)]
    [InlineData("""["bcb"]""", """["team"]""", "", false)]
    [InlineData("""["bcb"]""", "[]", "{}", true)]
    [InlineData("""["bcb"]""", "[]", """{"matchLabels":{}}""", true)]
    [InlineData("""["bcb"]""", "[]", """{"matchLabels": {}, "matchExpressions": []}""", true)]
    [InlineData("""["bcb"]""", "[]", """{"matchExpressions":[{"key":"stage","operator":"NotIn","values":["x"]}]}""", true)]
    [InlineData("""["bcb"]""", "[]", """{"matchExpressions":[{"key":"kubernetes.io/metadata.name","operator":"Exists"}]}""", true)]
    [InlineData("""["bcb"]""", "[]", "matchLabels: {}\n", true)]
    [InlineData("""["bcb"]""", "[]", """{"matchLabels":{"stage":"production"}}""", false)]
    [InlineData("""["bcb"]""", "[]", "matchLabels:\n  stage: production\n", false)]
    [InlineData("""["bcb"]""", "[]", "matchExpressions:\n  - key: stage\n    operator: In\n    values: [production]\n", false)]
    [InlineData("""["bcb"]""", "[]", """{"matchExpressions":[{"key":"stage","operator":"Exists"}],"matchLabels":{}}""", false)]
    [InlineData("""["*"]""", "[]", """{"matchLabels":{"stage":"production"}}""", true)]
    public void A_role_of_Kubernetes(string names, string namespaces, string? selector, bool isOpen)
    {
        var more = selector is null ? "" : $",\"{LoginReach.NamespaceSelector}\":{JsonSerializer.Serialize(selector)}";
        Assert.Equal(isOpen, LoginReach.IsOpenKubernetes(Of($$"""{"bound_service_account_names":{{names}},"bound_service_account_namespaces":{{namespaces}}{{more}}}""")));
    }

    [Fact]
    [Trait("Requirement", "R-47")]
    public void Where_the_account_is_named_a_selector_is_taken_away_and_none_is_made_up()
    {
        var desired = AdminFields.Of(("bound_service_account_names", new[] { "bcb" }));
        var (selecting, plain) = (Of("""{"bound_service_account_names":["bcb"],"bound_service_account_namespace_selector":"{}"}"""), Of("""{"bound_service_account_names":["bcb"]}"""));
        Assert.Equal(["bound_service_account_namespace_selector is \"{}\", not \"\""], LoginReach.NamedAlone(desired, selecting).DifferencesFrom(selecting));
        Assert.Empty(LoginReach.NamedAlone(desired, plain).DifferencesFrom(plain));
    }

    private static AdminFields Of(string json) => AdminFields.From(JsonDocument.Parse(json).RootElement);
}
