using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary><c>sys/capabilities</c>: what a token may do at any path, mounted or not.</summary>
internal sealed class CapabilityPaths(VaultCore core)
{
    public static Route[] Routes(VaultCore core)
    {
        var paths = new CapabilityPaths(core);
        return
        [
            WithPaths(Route.At("capabilities-accessor")).With(FieldType.String, "accessor").On(Operation.Update, paths.ByAccessor),
            WithPaths(Route.At("capabilities")).With(FieldType.String, "token")
                .On(Operation.Update, (_, fields) => paths.Answer(fields, fields.Raw("token") is JsonValue token && token.GetValueKind() == JsonValueKind.String ? token.GetValue<string>() : "", self: false)),
            WithPaths(Route.At("capabilities-self")).With(FieldType.String, "token")
                .On(Operation.Update, (request, fields) => paths.Answer(fields, request.ClientToken, self: true)),
        ];
    }

    private static Route WithPaths(Route route) => route.With(FieldType.CommaStrings, "path", "paths");

    private Result ByAccessor(VaultRequest request, FieldData fields)
    {
        string accessor = fields.Text("accessor");
        if (accessor.Length == 0)
        {
            return Result.Error("missing accessor");
        }

        return core.Tokens.ByAccessor(accessor) is { } token
            ? Answer(fields, token.Id, self: false)
            : new Failure(FailureKind.BadRequest, "invalid accessor");
    }

    private Result Answer(FieldData fields, string id, bool self)
    {
        if (id.Length == 0)
        {
            return Result.Fault("no token found");
        }

        List<string> paths = fields.Texts("paths") is { Count: > 0 } given ? given : fields.Texts("path");
        if (paths.Count == 0)
        {
            return Result.Error("paths must be supplied");
        }

        TokenEntry? token = core.Tokens.Lookup(id, core.Clock.Now());
        var data = new JsonObject();
        foreach (string path in paths)
        {
            if (path.Length == 0)
            {
                return new Failure(FailureKind.BadRequest, "missing path");
            }

            if (token is null || core.Access.EntityRefuses(token))
            {
                return self && token is not null ? Failure.PermissionDenied : new Failure(FailureKind.BadRequest, "invalid token");
            }

            data[path] = GoValue.Array(VaultCapabilityNames.List(core.Access.AclOf(token).Acl.CapabilitiesOf(path)));
        }

        if (paths.Count == 1)
        {
            data["capabilities"] = data[paths[0]]!.DeepClone();
        }

        return Result.Data(data);
    }
}
