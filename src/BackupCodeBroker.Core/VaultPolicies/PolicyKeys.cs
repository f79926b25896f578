using BackupCodeBroker.Core.VaultPolicies.Hcl;

namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>Refuses keys that have no meaning, all at once: a misspelt restriction must not pass for one.</summary>
internal static class PolicyKeys
{
    /// <summary>Null where all keys are known, else Vault's message about those that are not.</summary>
    public static string? Check(IReadOnlyList<HclItem> items, string[] known, string prefix)
    {
        List<string> problems =
        [
            .. items
                .Where(item => !known.Contains(item.Keys[0], StringComparer.Ordinal))
                .Select(item => $"{prefix}invalid key {GoText.Quote(item.Keys[0])} on line {item.AssignLine}"),
        ];
        return problems.Count switch
        {
            0 => null,
            1 => $"1 error occurred:\n\t* {problems[0]}\n\n",
            _ => $"{problems.Count} errors occurred:\n\t{string.Join("\n\t", problems.Select(problem => "* " + problem))}\n\n",
        };
    }
}
