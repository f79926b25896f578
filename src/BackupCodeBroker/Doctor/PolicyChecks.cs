using System.Globalization;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.Doctor;

/// <summary>Who else holds too much on the broker's paths: every policy but the shipped ones, which are compared with what was shipped.</summary>
internal sealed class PolicyChecks(BootstrapSession session, VaultSurvey survey, string prefix)
{
    /// <summary>More are not read.</summary>
    private const int MostPolicies = 500;

    private const int AtOnce = 8;

    private static readonly string[] Ids = [DoctorChecks.PoliciesTooBroad, DoctorChecks.PoliciesOnDocuments, DoctorChecks.PoliciesOnChildren];

    /// <summary>All policies, as far as they can be listed and read.</summary>
    public async Task<IReadOnlyList<CheckReport>> AllAsync(CancellationToken cancellation) => await survey.PolicyNamesAsync(cancellation) switch
    {
        VaultAnswer<IReadOnlyList<string>>.Ok ok => await ReadAsync(Others(ok.Value), cancellation),
        VaultAnswer<IReadOnlyList<string>>.Denied denied => Each(Unseen.ListDenied(denied.Path)),
        VaultAnswer<IReadOnlyList<string>>.Faulted faulted => Each(Unseen.Fault(faulted.Fault)),
        _ => Each(new CheckResult.NotChecked("Vault lists no policies")),
    };

    private static List<CheckReport> Each(CheckResult result, string about = "") => [.. Ids.Select(id => new CheckReport(id, about, result))];

    private List<string> Others(IReadOnlyList<string> names)
    {
        var shipped = ShippedPolicies.In(session.Settings, prefix).Select(policy => policy.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        // Nobody can write a policy called root, and reading it says nothing.
        return [.. names.Where(name => name != "root" && !shipped.Contains(name))];
    }

    private async Task<IReadOnlyList<CheckReport>> ReadAsync(List<string> names, CancellationToken cancellation)
    {
        var reports = new List<CheckReport>();
        foreach (var name in names.Where(name => !VaultAdmin.IsPolicyName(name)))
        {
            reports.AddRange(Each(new CheckResult.NotChecked("its name has characters that this program does not put into a path"), "policy " + name));
        }

        foreach (var some in names.Where(VaultAdmin.IsPolicyName).Take(MostPolicies).Chunk(AtOnce))
        {
            var texts = await Task.WhenAll(some.Select(name => session.Admin.ReadPolicyAsync(name, cancellation)));
            for (var i = 0; i < texts.Length; i++)
            {
                reports.AddRange(Judge(some[i], texts[i]));
            }

            if (texts.Any(text => text is VaultAnswer<string>.Denied))
            {
                break;
            }
        }

        if (names.Count > MostPolicies)
        {
            reports.AddRange(Each(new CheckResult.NotChecked(
                string.Create(CultureInfo.InvariantCulture, $"only the first {MostPolicies} of {names.Count} policies were read"))));
        }

        var seen = new CheckResult.Ok(string.Create(CultureInfo.InvariantCulture, $"policies beside the shipped ones: {names.Count}"));
        return [.. Ids.Where(id => !reports.Exists(report => report.Id == id)).Select(id => new CheckReport(id, "", seen)), .. reports];
    }

    private IEnumerable<CheckReport> Judge(string name, VaultAnswer<string> answer) => answer switch
    {
        VaultAnswer<string>.Ok { Value: var text } when VaultPolicy.Parse(name, text) is VaultPolicyParse.Parsed { Policy: var policy } =>
            PolicyReach.Of(policy, session.Settings).GroupBy(reached => reached.Check).Select(found => new CheckReport(found.Key, "policy " + name, Finding(name, [.. found]))),
        VaultAnswer<string>.Ok => Each(new CheckResult.NotChecked("this program cannot read the policy's text"), "policy " + name),
        VaultAnswer<string>.Denied => Each(Unseen.Denied(VaultSurvey.PoliciesPath + "/*")),
        VaultAnswer<string>.Faulted faulted => Each(Unseen.Fault(faulted.Fault), "policy " + name),
        // Deleted since it was listed.
        _ => [],
    };

    private CheckResult.Finding Finding(string name, IReadOnlyList<Reached> found)
    {
        var rules = string.Join(", ", found.Select(reached => $"\"{reached.Rule}\" ({reached.Capabilities})"));
        var names = session.Settings;
        return found[0].Check switch
        {
            DoctorChecks.PoliciesTooBroad => new(
                Severity.Warning,
                $"it grants {rules}, which covers every operation at once",
                "the broker refuses its holders as too broad (administrators among them, on purpose)",
                new Remedy(
                    "where its holders are to use the broker, deny them its mount here, and grant operations by name in another policy",
                    [.. Denying(name, [names.AskMount + "/*"])])),
            DoctorChecks.PoliciesOnDocuments => new(
                Severity.Warning,
                $"it grants {rules} on {names.KvMount}/",
                "its holders can void, rewrite or delete codes past the broker",
                new Remedy("take the rule out, or deny it", [.. Denying(name, found.Select(reached => reached.Deny))])),
            _ => new(
                Severity.Warning,
                $"it grants {rules}",
                "its holders can mint a child for any identity and reach its document",
                new Remedy("take the rule out, or deny it", [.. Denying(name, found.Select(reached => reached.Deny))])),
        };
    }

    // A deny at the same path, or at a closer one, decides alone.
    private static IEnumerable<string> Denying(string name, IEnumerable<string> paths) =>
    [
        $"vault policy read {name} > {name}.hcl",
        .. paths.Distinct(StringComparer.Ordinal).Select(path => $"echo '{PolicyStanza.Granting(path, "deny")}' >> {name}.hcl"),
        $"vault policy write {name} {name}.hcl",
    ];
}
