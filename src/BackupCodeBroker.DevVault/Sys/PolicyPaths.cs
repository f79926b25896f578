using System.Text;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Policies;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary><c>sys/policies/acl</c>, and <c>sys/policy</c> with the field names of old.</summary>
internal static class PolicyPaths
{
    public static Route[] Routes(PolicyStore policies) =>
    [
        Route.At("policy/?").On(Operation.Read, (_, _) => List(policies, old: true)).On(Operation.List, (_, _) => List(policies, old: true)),
        Single(Route.At("policy/{name:rest}"), policies, old: true).With(FieldType.String, "rules"),
        Route.At("policies/acl/?").On(Operation.List, (_, _) => List(policies, old: false)),
        Single(Route.At("policies/acl/{name:rest}"), policies, old: false),
    ];

    private static Route Single(Route route, PolicyStore policies, bool old) => route
        .With(FieldType.String, "policy")
        .On(Operation.Read, (_, fields) => Read(policies, Name(fields), old))
        .On(Operation.Update, (_, fields) => Write(policies, fields, old))
        .On(Operation.Delete, (_, fields) => policies.Delete(Name(fields)) is { } error ? Result.Invalid(error) : Result.None);

    private static string Name(FieldData fields) => fields.Text("name").ToLowerInvariant();

    private static Result List(PolicyStore policies, bool old)
    {
        List<string> names = policies.List();
        var data = new JsonObject { ["keys"] = GoValue.Array(names) };
        if (old)
        {
            data["policies"] = GoValue.Array(names);
        }

        return Result.Data(data);
    }

    private static Result Read(PolicyStore policies, string name, bool old) => policies.Read(name) is { } text
        ? Result.Data(new JsonObject { ["name"] = name, [old ? "rules" : "policy"] = text })
        : Result.None;

    private static Result Write(PolicyStore policies, FieldData fields, bool old)
    {
        string text = fields.Text("policy");
        VaultResponse? response = null;
        if (text.Length == 0 && old)
        {
            text = fields.Text("rules");
            response = new VaultResponse().Warned("'rules' is deprecated, please use 'policy' instead");
        }

        if (text.Length == 0)
        {
            return Result.Error("'policy' parameter not supplied or empty");
        }

        if (policies.Write(Name(fields), Decoded(text)) is { } error)
        {
            return Result.Invalid(error);
        }

        return response is null ? Result.None : response;
    }

    /// <summary>A policy may come in base64.</summary>
    private static string Decoded(string text) => GoBase64.Decode(text, out _) is { } bytes ? Encoding.UTF8.GetString(bytes) : text;
}
