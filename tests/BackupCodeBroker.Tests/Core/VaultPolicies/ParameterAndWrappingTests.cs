using BackupCodeBroker.Core.VaultPolicies;
using Xunit;
using static BackupCodeBroker.Tests.Core.VaultPolicies.PolicyFixtures;

namespace BackupCodeBroker.Tests.Core.VaultPolicies;

/// <summary>What a rule asks of a request's fields and of the wrapping of its response.</summary>
public sealed class ParameterAndWrappingTests
{
    [Theory]
    [InlineData("""allowed_parameters = { "a" = ["x"] }""", """{"a":"x"}""", AclReason.Granted)]
    [InlineData("""allowed_parameters = { "a" = ["x"] }""", """{"a":"y"}""", AclReason.ParameterNotAllowed)]
    [InlineData("""allowed_parameters = { "a" = ["x"] }""", """{"b":"x"}""", AclReason.ParameterNotAllowed)]
    [InlineData("""allowed_parameters = { "a" = ["x"] }""", """{"a":"x","b":1}""", AclReason.ParameterNotAllowed)]
    [InlineData("""allowed_parameters = { "a" = ["x"] }""", """{"A":"x"}""", AclReason.Granted)]
    [InlineData("""allowed_parameters = { "A" = ["x"] }""", """{"a":"x"}""", AclReason.Granted)]
    [InlineData("""allowed_parameters = { "a" = ["x"] }""", "{}", AclReason.Granted)]
    [InlineData("""allowed_parameters = { "a" = ["x"] }""", null, AclReason.Granted)]
    [InlineData("""allowed_parameters = { "a" = [] }""", """{"a":{"any":["thing"]}}""", AclReason.Granted)]
    [InlineData("""allowed_parameters = { "a" = [] }""", """{"a":null}""", AclReason.Granted)]
    [InlineData("""allowed_parameters = { "a" = ["x"] }""", """{"a":null}""", AclReason.ParameterNotAllowed)]
    [InlineData("""allowed_parameters = { "*" = [] }""", """{"a":"x"}""", AclReason.Granted)]
    [InlineData("""allowed_parameters = { "*" = ["x"] }""", """{"a":"y"}""", AclReason.Granted)]
    [InlineData("""allowed_parameters = { "a" = ["x"] "*" = [] }""", """{"a":"y"}""", AclReason.ParameterNotAllowed)]
    [InlineData("""allowed_parameters = { "a" = ["x"] "*" = [] }""", """{"a":"x","b":"y"}""", AclReason.Granted)]
    [InlineData("allowed_parameters = { }", """{"a":"x"}""", AclReason.Granted)]
    [InlineData("""denied_parameters = { "a" = ["x"] }""", """{"a":"x"}""", AclReason.ParameterDenied)]
    [InlineData("""denied_parameters = { "a" = ["x"] }""", """{"a":"y","b":"x"}""", AclReason.Granted)]
    [InlineData("""denied_parameters = { "a" = [] }""", """{"A":5}""", AclReason.ParameterDenied)]
    [InlineData("""denied_parameters = { "*" = [] }""", """{"a":5}""", AclReason.ParameterDenied)]
    [InlineData("""denied_parameters = { "*" = ["x"] }""", """{"a":"y"}""", AclReason.ParameterDenied)]
    [InlineData("""denied_parameters = { "*" = [] }""", "{}", AclReason.Granted)]
    [InlineData("""denied_parameters = { "a" = ["x"] } allowed_parameters = { "a" = [] }""", """{"a":"x"}""", AclReason.ParameterDenied)]
    [InlineData("""required_parameters = ["a"]""", """{"a":null}""", AclReason.Granted)]
    [InlineData("""required_parameters = ["A"]""", """{"a":1,"b":2}""", AclReason.Granted)]
    [InlineData("""required_parameters = ["a"]""", """{"A":1}""", AclReason.ParameterRequired)]
    [InlineData("""required_parameters = ["a", "b"]""", """{"a":1}""", AclReason.ParameterRequired)]
    [InlineData("""required_parameters = ["a"]""", null, AclReason.ParameterRequired)]
    public void A_requests_fields_are_judged(string attributes, string? data, AclReason reason) =>
        Assert.Equal(reason, Check(Updater(attributes), "x", AclOperation.Update, data).Reason);

    [Theory]
    [InlineData("\"x\"", "\"x\"", true)]
    [InlineData("\"x\"", "\"X\"", false)]
    [InlineData("\"x*\"", "\"xyz\"", true)]
    [InlineData("\"x*\"", "\"axyz\"", false)]
    [InlineData("\"*z\"", "\"xyz\"", true)]
    [InlineData("\"*y*\"", "\"xyz\"", true)]
    [InlineData("\"*y*\"", "\"xz\"", false)]
    [InlineData("\"x*z\"", "\"xyz\"", false)]
    [InlineData("\"*\"", "\"xyz\"", false)] // a lone * is a *
    [InlineData("\"*\"", "\"*\"", true)]
    [InlineData("\"**\"", "\"xyz\"", true)]
    [InlineData("\"\"", "\"\"", true)]
    [InlineData("\"\"", "\"x\"", false)]
    [InlineData("true", "true", true)]
    [InlineData("true", "false", false)]
    [InlineData("true", "\"true\"", false)]
    [InlineData("\"true\"", "true", false)]
    [InlineData("5", "5", false)] // numbers never compare
    [InlineData("\"5\"", "5", false)]
    [InlineData("[\"a\", true]", "[\"a\",true]", true)]
    [InlineData("[\"a\", true]", "[true,\"a\"]", false)]
    [InlineData("[\"a*\"]", "[\"ab\"]", false)] // no patterns within lists
    [InlineData("[]", "[]", true)]
    [InlineData("{ k = \"v\" }", "{\"k\":\"v\"}", true)]
    [InlineData("{ k = \"v\" }", "{\"k\":\"v\",\"l\":1}", false)]
    [InlineData("{ k = { l = \"v\" } }", "{\"k\":{\"l\":\"v\"}}", false)]
    public void A_value_is_one_of_the_list_or_not(string listed, string sent, bool equal)
    {
        string data = $"{{\"a\":{sent}}}";

        Assert.Equal(equal, Check(Updater($"allowed_parameters = {{ a = [{listed}] }}"), "x", AclOperation.Update, data).Allowed);
        Assert.Equal(!equal, Check(Updater($"denied_parameters = {{ a = [{listed}] }}"), "x", AclOperation.Update, data).Allowed);
    }

    [Theory]
    [InlineData(AclOperation.Create, false)]
    [InlineData(AclOperation.Read, false)]
    [InlineData(AclOperation.Update, false)]
    [InlineData(AclOperation.Patch, false)]
    [InlineData(AclOperation.Delete, true)]
    [InlineData(AclOperation.List, true)]
    public void Only_operations_with_fields_are_bound_by_them(AclOperation operation, bool allowed) =>
        Assert.Equal(allowed, Check(Updater("denied_parameters = { \"*\" = [] }"), "x", operation, """{"a":1}""").Allowed);

    [Theory]
    [InlineData("allowed_parameters = { a = [\"x\"] }", "allowed_parameters = { a = [\"y\"] }", """{"a":"x"}""", true)]
    [InlineData("allowed_parameters = { a = [\"x\"] }", "allowed_parameters = { a = [\"y\"] }", """{"a":"y"}""", true)]
    [InlineData("allowed_parameters = { a = [\"x\"] }", "allowed_parameters = { a = [] }", """{"a":"z"}""", true)]
    [InlineData("allowed_parameters = { a = [] }", "allowed_parameters = { a = [\"x\"] }", """{"a":"z"}""", true)]
    [InlineData("allowed_parameters = { a = [\"x\"] }", "allowed_parameters = { b = [] }", """{"a":"x","b":1}""", true)]
    [InlineData("allowed_parameters = { a = [\"x\"] }", "", """{"a":"z"}""", false)] // no list lifts no list
    [InlineData("", "allowed_parameters = { a = [\"x\"] }", """{"a":"z"}""", false)]
    [InlineData("denied_parameters = { a = [\"x\"] }", "", """{"a":"x"}""", false)]
    [InlineData("denied_parameters = { a = [\"x\"] }", "denied_parameters = { a = [] }", """{"a":"z"}""", false)]
    [InlineData("required_parameters = [\"a\"]", "required_parameters = [\"b\"]", """{"a":"x"}""", false)]
    [InlineData("required_parameters = [\"a\"]", "", """{"b":"x"}""", false)]
    public void Parameters_of_one_path_are_merged(string first, string second, string data, bool allowed)
    {
        VaultAcl acl = Acl(UpdaterText(first), UpdaterText(second));

        Assert.Equal(allowed, Check(acl, "x", AclOperation.Update, data).Allowed);
    }

    [Theory]
    [InlineData("min_wrapping_ttl = \"10s\" max_wrapping_ttl = \"15m\"", null, false)]
    [InlineData("min_wrapping_ttl = \"10s\" max_wrapping_ttl = \"15m\"", 9, false)]
    [InlineData("min_wrapping_ttl = \"10s\" max_wrapping_ttl = \"15m\"", 10, true)]
    [InlineData("min_wrapping_ttl = \"10s\" max_wrapping_ttl = \"15m\"", 900, true)]
    [InlineData("min_wrapping_ttl = \"10s\" max_wrapping_ttl = \"15m\"", 901, false)]
    [InlineData("max_wrapping_ttl = 60", null, false)]
    [InlineData("max_wrapping_ttl = 60", 1, true)]
    [InlineData("min_wrapping_ttl = 60", null, false)]
    [InlineData("min_wrapping_ttl = 60", 7200, true)]
    [InlineData("", null, true)]
    [InlineData("", 5, true)]
    public void A_response_is_wrapped_within_bounds(string attributes, int? wrapSeconds, bool allowed)
    {
        foreach (AclOperation operation in new[] { AclOperation.Read, AclOperation.Update, AclOperation.Delete })
        {
            AclVerdict verdict = Check(Updater(attributes), "x", operation, wrapSeconds: wrapSeconds);

            Assert.Equal(allowed ? AclReason.Granted : AclReason.WrappingTtl, verdict.Reason);
        }
    }

    [Theory]
    [InlineData("max_wrapping_ttl = 60", "max_wrapping_ttl = 30", 31, false)]
    [InlineData("max_wrapping_ttl = 30", "", 31, false)]
    [InlineData("", "max_wrapping_ttl = 30", 31, false)]
    [InlineData("min_wrapping_ttl = 60", "min_wrapping_ttl = 30", 31, true)]
    [InlineData("min_wrapping_ttl = 60", "", null, false)]
    [InlineData("min_wrapping_ttl = 60", "max_wrapping_ttl = 30", 60, false)] // crossed: no TTL will do
    [InlineData("min_wrapping_ttl = 60", "max_wrapping_ttl = 30", 30, false)]
    public void The_lesser_bound_holds(string first, string second, int? wrapSeconds, bool allowed)
    {
        VaultAcl acl = Acl(UpdaterText(first), UpdaterText(second));

        Assert.Equal(allowed, Check(acl, "x", AclOperation.Update, wrapSeconds: wrapSeconds).Allowed);
    }

    private static VaultAcl Updater(string attributes) => Acl(UpdaterText(attributes));

    private static string UpdaterText(string attributes) =>
        $"path \"x\" {{ capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\", \"patch\"] {attributes} }}";
}
