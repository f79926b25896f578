namespace BackupCodeBroker.DevVault.Kv;

/// <summary>One level of a folder: keys, and folders with a closing slash; sorted by bytes as Vault's storage is.</summary>
internal static class KeyListing
{
    public static List<string> Under(string prefix, IEnumerable<string> keys)
    {
        var level = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string key in keys)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
            {
                int slash = key.IndexOf('/', prefix.Length);
                level.Add(slash < 0 ? key[prefix.Length..] : key[prefix.Length..(slash + 1)]);
            }
        }

        return [.. level];
    }

    public static string Folder(string path) => path.Length == 0 || path.EndsWith('/') ? path : path + "/";
}
