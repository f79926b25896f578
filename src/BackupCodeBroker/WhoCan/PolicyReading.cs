using System.Collections.Concurrent;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.WhoCan;

/// <summary>Reads and parses the policies.</summary>
internal sealed class PolicyReading(VaultSurvey policies, VaultAdmin admin, GapBook gaps, CancellationToken cancellation)
{
    private const string AnyPolicy = VaultSurvey.PoliciesPath + "/*";

    private readonly ConcurrentDictionary<string, bool> _absent = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// All policies that are listed; where they cannot be, those that somebody carries can still be asked for by name. What is there and could not be read stands apart.
    /// </summary>
    public async Task<(IReadOnlyDictionary<string, VaultPolicy> Read, IReadOnlySet<string> Unread)> AllAsync(IReadOnlyList<string> carried)
    {
        var listed = await policies.PolicyNamesAsync(cancellation);
        var names = listed is VaultAnswer<IReadOnlyList<string>>.Ok { Value: var all } ? all : carried;
        if (listed is not VaultAnswer<IReadOnlyList<string>>.Ok)
        {
            gaps.Missed(listed, VaultSurvey.PoliciesPath, VaultSurvey.PoliciesPath, "list");
        }

        var read = new ConcurrentDictionary<string, VaultPolicy>(StringComparer.OrdinalIgnoreCase);
        var unread = new ConcurrentDictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        // Reading root says nothing, and nobody can write it.
        await gaps.EachAsync(gaps.Bounded([.. names.Append("default").Where(name => name != "root").Distinct(StringComparer.OrdinalIgnoreCase)], VaultSurvey.PoliciesPath), async name =>
        {
            if (await PolicyAsync(name) is { } policy)
            {
                read[name] = policy;
            }
            else if (!_absent.ContainsKey(name))
            {
                unread[name] = true;
            }
        });
        return (read, new HashSet<string>(unread.Keys, StringComparer.OrdinalIgnoreCase));
    }

    private async Task<VaultPolicy?> PolicyAsync(string name)
    {
        var path = $"{VaultSurvey.PoliciesPath}/{name}";
        if (!VaultAdmin.IsPolicyName(name))
        {
            gaps.NotAPath(path);
            return null;
        }

        if (gaps.IsDenied(AnyPolicy))
        {
            return null;
        }

        switch (await admin.ReadPolicyAsync(name, cancellation))
        {
            case VaultAnswer<string>.Ok { Value: var text }:
                return Parsed(name, text);
            case VaultAnswer<string>.Absent:
                _absent[name] = true;
                return null;
            case var other:
                gaps.Missed(other, path, AnyPolicy, "read");
                return null;
        }
    }

    private VaultPolicy? Parsed(string name, string text)
    {
        switch (VaultPolicy.Parse(name, text))
        {
            case VaultPolicyParse.Parsed { Policy: var policy }:
                if (policy.Rules.Any(rule => rule.Path.Replace(" ", "", StringComparison.Ordinal).Contains("{{time.", StringComparison.Ordinal)))
                {
                    gaps.Add(new AccessGap("policy " + name, "a path in it is templated on the time, which changes what it grants"));
                }

                return policy;
            case VaultPolicyParse.Invalid { Message: var message }:
                gaps.Add(new AccessGap("policy " + name, message));
                return null;
            default:
                throw new InvalidOperationException("a parse of no known kind");
        }
    }
}
