using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Doctor;

/// <summary>What a policy grants that it should not.</summary>
/// <param name="Check">Which check finds it.</param>
/// <param name="Rule">The rule's path as the policy writes it.</param>
/// <param name="Capabilities">What it grants there, for people.</param>
/// <param name="Deny">The path at which a deny in the same policy takes it back.</param>
internal sealed record Reached(string Check, string Rule, string Capabilities, string Deny);

/// <summary>
/// What of the broker's a policy reaches, by Core's evaluation of it alone. Rules on paths that a template makes depend on whom they are for and are
/// left out. A wildcard is tried at paths that it covers, so a rule that another one of the same policy overrides is not counted.
/// </summary>
internal static class PolicyReach
{
    private const VaultCapabilities Writing =
        VaultCapabilities.Create | VaultCapabilities.Update | VaultCapabilities.Delete | VaultCapabilities.Patch;

    private const string Somebody = "someone";

    private static readonly string[] Kinds = ["data", "metadata", "delete", "undelete", "destroy"];

    /// <summary>All that it reaches, each rule once a check.</summary>
    public static IReadOnlyList<Reached> Of(VaultPolicy policy, VaultSettings names)
    {
        var acl = VaultAcl.Compile([policy], subject: null);
        return [.. TooBroad(acl, policy, names), .. OnDocuments(acl, policy, names), .. OnChildren(acl, policy, names)];
    }

    private static IEnumerable<Reached> TooBroad(VaultAcl acl, VaultPolicy policy, VaultSettings names) =>
        At(DoctorChecks.PoliciesTooBroad, acl, policy, $"{names.AskMount}/{Operation.Probe}/{Operation.Probe}", ~VaultCapabilities.None);

    private static IEnumerable<Reached> OnChildren(VaultAcl acl, VaultPolicy policy, VaultSettings names) => new[] { names.TokenRole, names.SweeperRole }
        .SelectMany(role => At(DoctorChecks.PoliciesOnChildren, acl, policy, "auth/token/create/" + role, VaultCapabilities.Create | VaultCapabilities.Update))
        .DistinctBy(reached => reached.Deny);

    private static IEnumerable<Reached> OnDocuments(VaultAcl acl, VaultPolicy policy, VaultSettings names) => policy.Rules
        .Where(rule => (rule.Capabilities & Writing) != 0 && !rule.Path.Contains("{{", StringComparison.Ordinal))
        .SelectMany(rule => Covered(rule.Path.TrimStart('/'), names.KvMount)
            .Select(path => acl.CapabilitiesOf(path) & Writing)
            .Where(granted => granted != 0)
            .Take(1)
            .Select(granted => new Reached(
                DoctorChecks.PoliciesOnDocuments, rule.Path, Text(granted), LiesWithin(rule.Path, names.KvMount) ? rule.Path : names.KvMount + "/*")))
        .DistinctBy(reached => reached.Rule);

    private static IEnumerable<Reached> At(string check, VaultAcl acl, VaultPolicy policy, string path, VaultCapabilities counted)
    {
        var granted = acl.CapabilitiesOf(path) & counted & ~VaultCapabilities.Deny;
        return granted == 0 ? [] : [new Reached(check, acl.Check(new AclRequest(path, AclOperation.Read)).Rule ?? policy.Name, Text(granted), path)];
    }

    private static bool LiesWithin(string rule, string mount) => rule.TrimStart('/').StartsWith(mount + "/", StringComparison.Ordinal);

    private static string Text(VaultCapabilities capabilities) => string.Join(
        ", ", Enum.GetValues<VaultCapabilities>().Where(one => one != VaultCapabilities.None && capabilities.HasFlag(one)).Select(one => one.ToString().ToLowerInvariant()));

    // Paths below the mount that a rule's path covers; none where it lies elsewhere.
    private static IEnumerable<string> Covered(string rule, string mount)
    {
        var open = rule.EndsWith('*');
        var segments = (open ? rule[..^1] : rule).Split('/');
        var roots = mount.Split('/');
        for (var i = 0; i < roots.Length; i++)
        {
            if (i >= segments.Length)
            {
                return [];
            }

            if (open && i == segments.Length - 1)
            {
                return roots[i].StartsWith(segments[i], StringComparison.Ordinal) ? Kinds.Select(kind => $"{mount}/{kind}/identities/bcb.{Somebody}") : [];
            }

            if (segments[i] != "+" && segments[i] != roots[i])
            {
                return [];
            }
        }

        var below = segments.Skip(roots.Length).Select(segment => segment == "+" ? Somebody : segment).ToList();
        if (below.Count == 0)
        {
            return [];
        }

        var path = $"{mount}/{string.Join('/', below)}";
        return open ? [path + Somebody, .. Kinds.Select(kind => $"{mount}/{kind}/identities/bcb.{Somebody}").Where(kind => kind.StartsWith(path, StringComparison.Ordinal))] : [path];
    }
}
