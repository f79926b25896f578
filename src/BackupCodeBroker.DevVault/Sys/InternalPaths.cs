using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary>
/// <c>sys/internal/ui/mounts</c>, which Vault's own command line asks to find out which engine serves a path. It needs no token, and
/// tells only of mounts that the caller's policies reach.
/// </summary>
internal sealed class InternalPaths(VaultCore core)
{
    public static Route[] Routes(VaultCore core)
    {
        var paths = new InternalPaths(core);
        return
        [
            Route.At("internal/ui/mounts").On(Operation.Read, (request, _) => paths.List(request)),
            Route.At("internal/ui/mounts/{path:rest}").On(Operation.Read, paths.Read),
        ];
    }

    private Result Read(VaultRequest request, FieldData fields)
    {
        if (core.Access.Admit(request, out Failure? refusal) is null)
        {
            return refusal!;
        }

        string path = MountInput.Path(fields);
        Mount? mount = core.Mounts.Find(path, out _);
        if (mount is null || !core.Access.Reaches(request.Token!, Shown(mount)))
        {
            return Result.Error(
                $"preflight capability check returned 403, please ensure client's policies grant access to path {GoValue.Quote(path)}",
                Failure.PermissionDenied);
        }

        JsonObject info = MountViews.Info(mount);
        info["path"] = Shown(mount);
        return Result.Data(info);
    }

    private Result List(VaultRequest request)
    {
        bool authenticated = request.ClientToken.Length > 0;
        if (authenticated && core.Access.Admit(request, out Failure? refusal) is null)
        {
            return refusal!;
        }

        return Result.Data(new JsonObject
        {
            ["secret"] = Visible(core.Mounts.Secret, request, authenticated),
            ["auth"] = Visible(core.Mounts.Auth, request, authenticated),
        });
    }

    private JsonObject Visible(IEnumerable<Mount> mounts, VaultRequest request, bool authenticated)
    {
        var visible = new JsonObject();
        foreach (Mount mount in mounts)
        {
            if (mount.Config.ListingVisibility != "unauth" && !(authenticated && core.Access.Reaches(request.Token!, Shown(mount))))
            {
                continue;
            }

            visible[Shown(mount)] = authenticated
                ? MountViews.Info(mount)
                : new JsonObject { ["type"] = mount.Type, ["description"] = mount.Description, ["options"] = mount.Options?.DeepClone() };
        }

        return visible;
    }

    /// <summary>Auth methods go by their path without <c>auth/</c> here, also where policies are compared with it.</summary>
    private static string Shown(Mount mount) => mount.IsAuth ? mount.Path["auth/".Length..] : mount.Path;
}
