using System.Collections.Concurrent;
using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;

namespace BackupCodeBroker.WhoCan;

/// <summary>Reads the auth mounts, and of each the roles, users and groups by which it gives policies.</summary>
internal sealed class LogInReading(AccessSurvey survey, GapBook gaps, CancellationToken cancellation)
{
    /// <summary>All mounts; null where they cannot be listed.</summary>
    public async Task<IReadOnlyList<LogIn>?> AllAsync()
    {
        switch (await survey.AuthMountsAsync(cancellation))
        {
            case VaultAnswer<IReadOnlyList<AuthMount>>.Ok { Value: var listed }:
                var mounts = new List<LogIn>();
                foreach (var mount in listed)
                {
                    mounts.Add(await RolesOfAsync(mount));
                }

                return mounts;
            case var other:
                gaps.Missed(other, AccessSurvey.AuthPath, AccessSurvey.AuthPath, "read");
                return null;
        }
    }

    private async Task<LogIn> RolesOfAsync(AuthMount mount)
    {
        var logIn = new LogIn(mount.Path, mount.Type, mount.Accessor);
        if (AuthMethods.FoldersOf(mount.Type) is not { } folders)
        {
            gaps.Add(new AccessGap(mount.Path, $"this program does not know what the method '{mount.Type}' gives to who logs in by it"));
            return logIn with { RolesAreKnown = false };
        }

        var roles = new ConcurrentBag<LogInRole>();
        var known = true;
        foreach (var folder in folders)
        {
            known &= await RolesOfAsync(mount, folder, roles);
        }

        return logIn with { Roles = [.. roles.OrderBy(role => role.Kind).ThenBy(role => role.Name, StringComparer.Ordinal)], RolesAreKnown = known };
    }

    private async Task<bool> RolesOfAsync(AuthMount mount, RoleFolder folder, ConcurrentBag<LogInRole> roles)
    {
        var list = $"{mount.Path}/{folder.List}";
        if (!VaultAdmin.IsPath(list))
        {
            return gaps.NotAPath(mount.Path);
        }

        var names = await survey.NamesAsync(list, cancellation);
        if (names is VaultAnswer<IReadOnlyList<string>>.Absent)
        {
            return true;
        }

        if (names is not VaultAnswer<IReadOnlyList<string>>.Ok { Value: var listed })
        {
            // Vault puts a slash at the end of what is listed, and a rule with a wildcard in it has to have it as well.
            return gaps.Missed(names, list, Wild(mount.Path, folder.List) + "/", "list");
        }

        var known = 1;
        await gaps.EachAsync(gaps.Bounded(listed, list), async name =>
        {
            var path = $"{mount.Path}/{folder.Read}/{name}";
            if (!VaultAdmin.IsPath(path))
            {
                Volatile.Write(ref known, gaps.NotAPath(path) ? 1 : 0);
                return;
            }

            switch (await survey.RoleAsync(folder.Kind, $"{mount.Path}/{folder.Read}", name, cancellation))
            {
                case VaultAnswer<LogInRole>.Ok { Value: var role }:
                    roles.Add(role);
                    break;
                case VaultAnswer<LogInRole>.Absent:
                    // Deleted since it was listed.
                    break;
                case var other:
                    Volatile.Write(ref known, 0);
                    gaps.Missed(other, path, Wild(mount.Path, folder.Read) + "/+", "read");
                    break;
            }
        });
        return known == 1;
    }

    // As the shipped policy grants it: one rule for every mount whose path is one segment.
    private static string Wild(string mount, string folder) => mount.Count(c => c == '/') == 1 ? $"auth/+/{folder}" : $"{mount}/{folder}";
}
