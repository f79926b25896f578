using System.Text;
using System.Text.Json;
using BackupCodeBroker.Core.VaultPolicies;
using CsCheck;
using Xunit;
using static BackupCodeBroker.Tests.Core.VaultPolicies.PolicyFixtures;

namespace BackupCodeBroker.Tests.Core.VaultPolicies;

/// <summary>What holds for every policy.</summary>
public sealed class VaultPolicyProperties
{
    private static readonly string[] Grants = ["create", "read", "update", "delete", "list", "sudo", "patch"];

    private static readonly Gen<string> Segment = Gen.OneOf("a", "b", "ab", "abc", "+", "é", "");

    private static readonly Gen<string> RulePath =
        Gen.Select(Segment.Array[1, 4], Gen.Bool, (segments, open) =>
            string.Join('/', segments) is var path && open && !path.EndsWith('+') ? path + "*" : path);

    private static readonly Gen<string> AskedPath =
        Gen.OneOf("a", "b", "ab", "abc", "é", "x").Array[1, 4].Select(segments => string.Join('/', segments));

    private static readonly Gen<Stanza> AnyStanza = Gen.Select(
        RulePath,
        Gen.OneOf(Grants).Array[0, 4].Select(names => names.Distinct().ToArray()),
        Gen.OneOf("x", "y", "*").Array[0, 2].Select(names => names.Distinct().ToArray()),
        Gen.OneOf("v", "v*", "*w", "q\"uo\\te", "${a}").Array[0, 2],
        Gen.Int[0, 100],
        (path, grants, names, values, seconds) => new Stanza(path, grants, names, values, seconds));

    private static readonly Gen<string> Fragment = Gen.OneOf(
        Gen.OneOf(
            "path ", "\"a/+/*\" ", "{", "}", "[", "]", "=", ",", "\"", "\\", "${", "<<E\n", "<<-E\n", "E\n", "/*", "*/", "#", "//", "\n",
            "0x", "08", "1e", "-", ".", "capabilities", "\"read\"", "allowed_parameters", "min_wrapping_ttl", "\"9999999999999h\"", "{{", "}}",
            ":", "null", "true", "\"path\":", "\0", "\uFEFF", "\uD800", "9223372036854775808"),
        Gen.String);

    [Fact]
    public void No_text_makes_the_parser_throw() =>
        Fragment.Array[0, 30].Select(string.Concat).Sample(
            text => VaultPolicy.Parse("p", text) is VaultPolicyParse.Parsed
                || Refusal(text).StartsWith("failed to parse policy: ", StringComparison.Ordinal),
            iter: 5_000);

    [Fact]
    public void No_text_that_begins_as_a_policy_makes_the_parser_throw() =>
        Gen.Select(
                Gen.OneOf("path \"x\" { ", "path \"x\" { allowed_parameters = { a = [", "{\"path\":{\"x\":"),
                Fragment.Array[0, 12].Select(string.Concat))
            .Sample((start, text) => VaultPolicy.Parse("p", start + text) is not null, iter: 5_000);

    [Fact]
    public void HCL_and_JSON_of_the_same_rules_decide_alike() =>
        Gen.Select(AnyStanza.Array[1, 4], AskedPath.Array[5], AnyData).Sample((stanzas, paths, data) =>
        {
            // A JSON object keeps keys apart: two stanzas of one path are told in two policies.
            VaultAcl hcl = Acl([.. stanzas.Select(stanza => stanza.ToHcl())]);
            VaultAcl json = Acl([.. stanzas.Select(stanza => stanza.ToJson())]);
            foreach (string path in paths)
            {
                Assert.Equal(hcl.CapabilitiesOf(path), json.CapabilitiesOf(path));
                Assert.Equal(Check(hcl, path, AclOperation.Update, data, 30), Check(json, path, AclOperation.Update, data, 30));
            }
        });

    [Fact]
    public void A_deny_wins_on_its_path_whatever_else_there_is_and_wherever_it_stands() =>
        Gen.Select(AnyStanza.Array[0, 5], AskedPath, Gen.Int[0, 5]).Sample((stanzas, path, position) =>
        {
            List<string> texts = [.. stanzas.Select(stanza => stanza.ToHcl())];
            texts.Add($"path \"{path}\" {{ capabilities = [\"read\", \"update\"] }}");
            texts.Insert(Math.Min(position, texts.Count), $"path \"{path}\" {{ capabilities = [\"deny\"] }}");
            VaultAcl acl = Acl([.. texts]);

            Assert.Equal(VaultCapabilities.Deny, acl.CapabilitiesOf(path));
            foreach (AclOperation operation in Enum.GetValues<AclOperation>().Where(operation => operation is not AclOperation.Help))
            {
                Assert.Equal(AclReason.ExplicitDeny, Check(acl, path, operation).Reason);
            }
        });

    [Fact]
    public void The_order_of_policies_does_not_matter() =>
        Gen.Select(AnyStanza.Array[1, 5], AskedPath.Array[5], AnyData).Sample((stanzas, paths, data) =>
        {
            string[] texts = [.. stanzas.Select(stanza => stanza.ToHcl())];
            VaultAcl forward = Acl(texts);
            VaultAcl backward = Acl([.. texts.Reverse()]);
            foreach (string path in paths)
            {
                Assert.Equal(forward.CapabilitiesOf(path), backward.CapabilitiesOf(path));
                Assert.Equal(
                    Check(forward, path, AclOperation.Update, data, 30).Allowed,
                    Check(backward, path, AclOperation.Update, data, 30).Allowed);
            }
        });

    [Fact]
    public void A_policy_about_other_paths_changes_nothing() =>
        Gen.Select(AnyStanza.Array[0, 4], AnyStanza, AskedPath, AnyData).Sample((stanzas, other, path, data) =>
        {
            string[] texts = [.. stanzas.Select(stanza => stanza.ToHcl())];
            VaultAcl before = Acl(texts);
            VaultAcl after = Acl([.. texts, (other with { Path = "elsewhere/" + other.Path }).ToHcl()]);

            Assert.Equal(before.CapabilitiesOf(path), after.CapabilitiesOf(path));
            Assert.Equal(Check(before, path, AclOperation.Update, data, 30), Check(after, path, AclOperation.Update, data, 30));
        });

    [Fact]
    public void More_capabilities_on_the_same_path_take_none_away() =>
        Gen.Select(AnyStanza.Array[0, 4], RulePath, Gen.OneOf(Grants), Gen.OneOf(Grants), AskedPath)
            .Sample((stanzas, rule, first, second, path) =>
            {
                string[] texts = [.. stanzas.Select(stanza => stanza.ToHcl()), $"path \"{rule}\" {{ capabilities = [\"{first}\"] }}"];
                VaultCapabilities before = Acl(texts).CapabilitiesOf(path);
                VaultCapabilities after = Acl([.. texts, $"path \"{rule}\" {{ capabilities = [\"{second}\"] }}"]).CapabilitiesOf(path);

                Assert.Equal(before & ~VaultCapabilities.Deny, before & after & ~VaultCapabilities.Deny);
            });

    [Fact]
    public void What_is_not_granted_is_not_allowed() =>
        Gen.Select(AnyStanza.Array[0, 5], AskedPath, AnyData).Sample((stanzas, path, data) =>
        {
            VaultAcl acl = Acl([.. stanzas.Select(stanza => stanza.ToHcl())]);
            bool granted = acl.CapabilitiesOf(path).HasFlag(VaultCapabilities.Update);

            Assert.True(granted || !Check(acl, path, AclOperation.Update, data, 30).Allowed);
        });

    private static Gen<string> AnyData { get; } =
        Gen.OneOf(
            "{}", """{"x":"v"}""", """{"x":"vw","y":"q"}""", """{"X":true}""", """{"z":1}""", """{"y":"${a}"}""", """{"x":"q\"uo\\te"}""");

    /// <summary>A stanza that can be told in both forms.</summary>
    private sealed record Stanza(string Path, string[] Grants, string[] Names, string[] Values, int MaxWrappingSeconds)
    {
        public string ToHcl()
        {
            string values = string.Join(", ", Values.Select(Quote));
            var text = new StringBuilder();
            text.Append("path ").Append(Quote(Path)).Append(" {\n  capabilities = [").AppendJoin(", ", Grants.Select(Quote)).Append("]\n");
            text.Append("  allowed_parameters = { ").AppendJoin(' ', Names.Select(name => $"\"{name}\" = [{values}]")).Append(" }\n");
            return text.Append("  max_wrapping_ttl = ").Append(MaxWrappingSeconds).Append("\n}\n").ToString();
        }

        public string ToJson() => JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["path"] = new Dictionary<string, object>
            {
                [Path] = new Dictionary<string, object>
                {
                    ["capabilities"] = Grants,
                    ["allowed_parameters"] = Names.ToDictionary(name => name, _ => Values),
                    ["max_wrapping_ttl"] = MaxWrappingSeconds,
                },
            },
        });

        private static string Quote(string text) => text.StartsWith("${", StringComparison.Ordinal)
            ? $"\"{text}\""
            : "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
    }
}
