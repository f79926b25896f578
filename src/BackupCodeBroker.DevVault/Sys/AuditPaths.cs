using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Audit;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary>Audit devices (files), the headers they log, and the hash that one device makes of a text.</summary>
internal sealed class AuditPaths(VaultCore core)
{
    public static Route[] Routes(VaultCore core)
    {
        var paths = new AuditPaths(core);
        return
        [
            Route.At("audit-hash/{path:rest}").With(FieldType.String, "input").On(Operation.Update, (_, fields) => paths.Hash(fields)),
            Route.At("audit").On(Operation.Read, (_, _) => paths.List()),
            Route.At("audit/{path:rest}").With(FieldType.String, "type", "description").With(FieldType.KeyValuePairs, "options").With(FieldType.Bool, "local")
                .On(Operation.Update, (_, fields) => paths.Enable(fields))
                .On(Operation.Delete, (_, fields) => paths.Disable(fields)),
            Route.At("config/auditing/request-headers/{header:rest}").With(FieldType.Bool, "hmac")
                .On(Operation.Update, (_, fields) => paths.SetHeader(fields))
                .On(Operation.Delete, (_, fields) => paths.RemoveHeader(fields.Text("header")))
                .On(Operation.Read, (_, fields) => paths.ReadHeader(fields.Text("header"))),
            Route.At("config/auditing/request-headers").On(Operation.Read, (_, _) => paths.ReadHeaders()),
        ];
    }

    private static string WithSlash(string path) => path.EndsWith('/') ? path : path + "/";

    private Result Hash(FieldData fields)
    {
        string input = fields.Text("input");
        if (input.Length == 0)
        {
            return Result.Error("the \"input\" parameter is empty");
        }

        string path = WithSlash(fields.Text("path"));
        return core.Audit.Devices.TryGetValue(path, out AuditDevice? device)
            ? Result.Data(new JsonObject { ["hash"] = device.Hash(input) })
            : Result.Error($"unknown audit backend {GoValue.Quote(path)}");
    }

    private Result List()
    {
        var list = new JsonObject();
        foreach (AuditDevice device in core.Audit.Devices.Values)
        {
            list[device.Path] = new JsonObject
            {
                ["path"] = device.Path,
                ["type"] = "file",
                ["description"] = device.Description,
                ["options"] = device.Options.DeepClone(),
                ["local"] = device.Local,
            };
        }

        return Result.Data(list);
    }

    private Result Enable(FieldData fields)
    {
        string path = WithSlash(fields.Text("path"));
        if (core.Audit.Devices.Keys.Any(other => other.StartsWith(path, StringComparison.Ordinal) || path.StartsWith(other, StringComparison.Ordinal)))
        {
            return Result.Invalid("path already in use");
        }

        string type = fields.Text("type");
        if (type != "file")
        {
            return Result.Invalid($"unknown backend type: {GoValue.Quote(type)}");
        }

        JsonObject options = GoValue.Map(fields.Pairs("options"))!;
        string? file = (options["file_path"] ?? options["path"])?.GetValue<string>();
        if (string.IsNullOrEmpty(file))
        {
            return Result.Invalid("file_path is required");
        }

        try
        {
            return core.Audit.Enable(new AuditDevice(path, fields.Text("description"), options, fields.Flag("local")))
                ? Result.None
                : Result.Invalid($"audit backend failed test message: write {file}: file already closed");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Result.Invalid($"sanity check failed; unable to open {GoValue.Quote(file)} for writing: open {file}: no such file or directory");
        }
    }

    private Result Disable(FieldData fields)
    {
        core.Audit.Disable(WithSlash(fields.Text("path")));
        return Result.None;
    }

    private Result SetHeader(FieldData fields)
    {
        core.Audit.Headers[fields.Text("header").ToLowerInvariant()] = fields.Flag("hmac");
        return Result.None;
    }

    private Result RemoveHeader(string header)
    {
        core.Audit.Headers.Remove(header.ToLowerInvariant());
        return Result.None;
    }

    private Result ReadHeader(string header) => core.Audit.Headers.TryGetValue(header.ToLowerInvariant(), out bool hashed)
        ? Result.Data(new JsonObject { [header] = new JsonObject { ["hmac"] = hashed } })
        : Result.Error("Could not find header in config");

    private Result ReadHeaders()
    {
        var headers = new JsonObject();
        foreach ((string name, bool hashed) in core.Audit.Headers)
        {
            headers[name] = new JsonObject { ["hmac"] = hashed };
        }

        return Result.Data(new JsonObject { ["headers"] = headers });
    }
}
