using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.Kubernetes;

/// <summary>One role: which service accounts it lets in, and what their tokens are like.</summary>
internal sealed record KubernetesRole(RoleToken Token, List<string> Names, List<string> Namespaces, string Audience)
{
    public static Route[] Routes(SortedDictionary<string, KubernetesRole> roles) =>
    [
        Route.At("role/?").On(Operation.List, (_, _) => Result.List(roles.Keys)),
        RoleToken.With(Route.At("role/{name}"))
            .With(FieldType.CommaStrings, "bound_service_account_names", "bound_service_account_namespaces")
            .With(FieldType.String, "audience")
            .OnWrite((_, fields) => Write(roles, fields))
            .On(Operation.Read, (_, fields) => roles.TryGetValue(NameOf(fields), out KubernetesRole? role) ? Result.Data(role.View()) : Result.None)
            .On(Operation.Delete, (_, fields) =>
            {
                roles.Remove(NameOf(fields));
                return Result.None;
            })
            .OnExistence((fields, _) => roles.ContainsKey(NameOf(fields))),
    ];

    private static string NameOf(FieldData fields) => fields.Text("name").ToLowerInvariant();

    private static Result Write(SortedDictionary<string, KubernetesRole> roles, FieldData fields)
    {
        KubernetesRole known = roles.GetValueOrDefault(NameOf(fields)) ?? new KubernetesRole(new RoleToken(new TokenParameters()), [], [], "");
        RoleToken token = known.Token.Changed(fields, out string? error);
        if (error is not null)
        {
            return Result.Invalid(error);
        }

        KubernetesRole role = new(
            token,
            fields.Has("bound_service_account_names") ? fields.Texts("bound_service_account_names") : known.Names,
            fields.Has("bound_service_account_namespaces") ? fields.Texts("bound_service_account_namespaces") : known.Namespaces,
            fields.Has("audience") ? fields.Text("audience") : known.Audience);
        if (Refuse(role) is { } refusal)
        {
            return Result.Error(refusal);
        }

        roles[NameOf(fields)] = role;
        return token.Token.MaxTtl > Ttl.SystemMax
            ? new VaultResponse().Warned("max_ttl is greater than the system or backend mount's maximum TTL value; issued tokens' max TTL value will be truncated")
            : Result.None;
    }

    private static string? Refuse(KubernetesRole role) =>
        role.Token.Token.Period > Ttl.SystemMax
            ? $"token period of '{GoValue.Quote(GoDuration.Print(role.Token.Token.Period))}' is greater than the backend's maximum lease TTL of '{GoValue.Quote(GoDuration.Print(Ttl.SystemMax))}'"
        : role.Token.Token is { MaxTtl: var max, Ttl: var ttl } && max > TimeSpan.Zero && ttl > max ? "token ttl should not be greater than token max ttl"
        : role.Names.Count == 0 ? "\"bound_service_account_names\" can not be empty"
        : role.Namespaces.Count == 0 ? "\"bound_service_account_namespaces\" can not be empty"
        : IsMixed(role.Names) || IsMixed(role.Namespaces) ? "can not mix \"*\" with values"
        : null;

    private static bool IsMixed(List<string> names) => names.Count > 1 && names.Contains("*");

    private JsonObject View()
    {
        var view = new JsonObject
        {
            ["bound_service_account_names"] = GoValue.Array(Names),
            ["bound_service_account_namespaces"] = GoValue.Array(Namespaces),
        };
        if (Audience.Length > 0)
        {
            view["audience"] = Audience;
        }

        Token.Show(view);
        return view;
    }
}
