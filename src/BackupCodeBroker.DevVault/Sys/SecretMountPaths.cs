using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary><c>sys/mounts</c>: secrets engines.</summary>
internal sealed class SecretMountPaths(VaultCore core)
{
    private static readonly string[] Protected = ["audit/", "auth/", "sys/", "cubbyhole/", "identity/"];

    public static Route[] Routes(VaultCore core)
    {
        var paths = new SecretMountPaths(core);
        return
        [
            MountTuning.WithFields(Route.At("mounts/{path:rest}/tune"))
                .On(Operation.Read, (_, fields) => MountTuning.Read(core, MountInput.Path(fields)))
                .On(Operation.Update, (_, fields) => MountTuning.Write(core, MountInput.Path(fields), fields)),
            MountInput.WithFields(Route.At("mounts/{path:rest}"))
                .On(Operation.Update, (_, fields) => paths.Mount(fields))
                .On(Operation.Delete, (_, fields) => paths.Unmount(MountInput.Path(fields))),
            Route.At("mounts").On(Operation.Read, (_, _) => MountViews.Table(core.Mounts.Secret)),
            Route.At("remount").With(FieldType.String, "from", "to").On(Operation.Update, (_, fields) => paths.Remount(fields.Text("from"), fields.Text("to"))),
        ];
    }

    private Result Remount(string from, string to)
    {
        if (from.Length == 0 || to.Length == 0)
        {
            return Result.Error("both 'from' and 'to' path must be specified as a string");
        }

        (from, to) = (WithSlash(from), WithSlash(to));
        if (Array.Exists(Protected, mount => from.StartsWith(mount, StringComparison.Ordinal)))
        {
            return Result.Error($"cannot remount {GoValue.Quote(from)}");
        }

        if (core.Mounts.Conflict(to) is { } other && other != from)
        {
            return Result.Error($"existing mount at {GoValue.Quote(other)}");
        }

        if (core.Mounts.At(from) is not { } mount)
        {
            return Result.Error($"no matching mount at {GoValue.Quote(from)}");
        }

        core.Mounts.Move(mount, to);
        return Result.None;
    }

    private static string WithSlash(string path) => path.EndsWith('/') ? path : path + "/";

    private Result Mount(FieldData fields)
    {
        var config = new MountConfig();
        if (MountInput.Configure(config, fields.Map("config"), auth: false) is { } error)
        {
            return Result.Invalid(error);
        }

        string type = fields.Text("type");
        SortedDictionary<string, string> options = fields.Pairs("options");
        if (type is "kv-v1" or "kv-v2")
        {
            options["version"] = type[^1..];
            type = "kv";
        }

        string path = MountInput.Path(fields);
        if (Refuse(path, type, options) is { } refusal)
        {
            return Result.Invalid(refusal);
        }

        core.MountEngine(new MountRequest(path, type)
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

        bool hasVersion = options.TryGetValue("version", out string? version) && version.Length > 0;
        if (type != "kv" && hasVersion)
        {
            return $"secrets engine {GoValue.Quote(type)} does not allow setting a version";
        }

        if (type == "kv" && version is not (null or "" or "1" or "2"))
        {
            return "nil backend of type \"kv\" returned from factory";
        }

        if (Array.Exists(Protected, prefix => path.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return $"cannot mount {GoValue.Quote(path)}";
        }

        if (type is "cubbyhole" or "identity" or "system" or "token")
        {
            return $"mount type of {GoValue.Quote(type)} is not mountable";
        }

        if (core.Mounts.Conflict(path) is { } taken)
        {
            return $"path is already in use at {taken}";
        }

        return !VaultCore.IsSecretEngine(type) ? $"plugin not found in the catalog: {type}" : null;
    }

    private Result Unmount(string path)
    {
        if (Array.Exists(Protected, prefix => path.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return Result.Invalid($"cannot unmount {GoValue.Quote(path)}");
        }

        if (core.Mounts.At(path) is { } mount)
        {
            core.Mounts.Remove(mount);
        }

        return Result.None;
    }
}

/// <summary>An engine to be mounted.</summary>
internal sealed record MountRequest(string Path, string Type)
{
    public string Description { get; init; } = "";

    public JsonObject? Options { get; init; }

    public bool Local { get; init; }

    public bool SealWrap { get; init; }

    public bool ExternalEntropy { get; init; }

    public MountConfig Config { get; init; } = new();
}
