using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary><c>sys/auth</c>: auth methods.</summary>
internal sealed class AuthMountPaths(VaultCore core)
{
    private const string Prefix = "auth/";

    public static Route[] Routes(VaultCore core)
    {
        var paths = new AuthMountPaths(core);
        return
        [
            Route.At("auth").On(Operation.Read, (_, _) => MountViews.Table(core.Mounts.Auth)),
            MountTuning.WithFields(Route.At("auth/{path:rest}/tune"))
                .On(Operation.Read, (_, fields) => MountTuning.Read(core, Prefix + MountInput.Path(fields)))
                .On(Operation.Update, (_, fields) => MountTuning.Write(core, Prefix + MountInput.Path(fields), fields)),
            MountInput.WithFields(Route.At("auth/{path:rest}"))
                .On(Operation.Update, (_, fields) => paths.Enable(fields))
                .On(Operation.Delete, (_, fields) => paths.Disable(MountInput.Path(fields))),
        ];
    }

    private Result Enable(FieldData fields)
    {
        var config = new MountConfig();
        if (MountInput.Configure(config, fields.Map("config"), auth: true) is { } error)
        {
            return Result.Invalid(error);
        }

        string type = fields.Text("type");
        string path = MountInput.Path(fields);
        SortedDictionary<string, string> options = fields.Pairs("options");
        if (Refuse(path, type, options) is { } refusal)
        {
            return Result.Invalid(refusal);
        }

        core.MountEngine(new MountRequest(Prefix + path, type)
        {
            Description = fields.Text("description"),
            Options = GoValue.Map(options),
            Local = fields.Flag("local"),
            SealWrap = fields.Flag("seal_wrap"),
            ExternalEntropy = fields.Flag("external_entropy_access"),
            Config = config,
        });
        return Result.None;
    }

    private string? Refuse(string path, string type, SortedDictionary<string, string> options)
    {
        if (type.Length == 0)
        {
            return "backend type must be specified as a string";
        }

        if (type == "plugin")
        {
            return "plugin_name must be provided for plugin backend";
        }

        if (options.TryGetValue("version", out string? version) && version.Length > 0)
        {
            return $"auth method {GoValue.Quote(type)} does not allow setting a version";
        }

        if (core.Mounts.Conflict(Prefix + path) is { } taken)
        {
            return $"path is already in use at {taken[Prefix.Length..]}";
        }

        return type == "token" ? "token credential backend cannot be instantiated"
            : !VaultCore.IsAuthMethod(type) ? $"plugin not found in the catalog: {type}"
            : null;
    }

    private Result Disable(string path)
    {
        if (path == "token/")
        {
            return Result.Invalid("token credential backend cannot be disabled");
        }

        if (core.Mounts.At(Prefix + path) is { } mount)
        {
            core.Mounts.Remove(mount);
            core.Tokens.RevokeByPrefix(mount.Path);
        }

        return Result.None;
    }
}
