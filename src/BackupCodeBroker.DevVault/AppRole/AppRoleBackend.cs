using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.AppRole;

/// <summary>Log-in for machines: a role-id and, where the role binds one, a secret-id that may be limited in uses, time and origin.</summary>
internal sealed class AppRoleBackend : Backend
{
    private readonly AppRoleStore _roles = new();
    private readonly Clock _clock;

    public AppRoleBackend(Clock clock)
    {
        _clock = clock;
        Add(Route.At("login").With(FieldType.String, "role_id", "secret_id").On(Operation.Update, LogIn));
        Add(AppRolePaths.Routes(_roles));
        Add(AppRoleFieldPaths.Routes(_roles));
        Add(SecretIdPaths.Routes(_roles, clock));
        Add(Route.At("tidy/secret-id").On(Operation.Update, (_, _) => new VaultResponse { Status = 202 }.Warned(
            "Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.")));
    }

    public override IReadOnlyList<string> LoginPaths { get; } = ["login"];

    private Result LogIn(VaultRequest request, FieldData fields)
    {
        string roleId = fields.Text("role_id").Trim();
        if (roleId.Length == 0)
        {
            return Result.Error("missing role_id");
        }

        if (_roles.ByRoleId(roleId) is not { } role)
        {
            return Result.Error("invalid role ID");
        }

        SecretId? secret = null;
        if (role.BindSecretId && Spend(role, fields.Text("secret_id").Trim(), request.RemoteAddress, out secret) is { } refusal)
        {
            return Result.Error(refusal);
        }

        if (!Cidr.AllowsAll(role.SecretIdBoundCidrs, request.RemoteAddress))
        {
            return Result.Error($"source address {GoValue.Quote(request.RemoteAddress)} unauthorized by CIDR restrictions on the role: %!w(<nil>)");
        }

        return Grant(role, secret);
    }

    private string? Spend(AppRole role, string value, string address, out SecretId? secret)
    {
        secret = null;
        if (value.Length == 0)
        {
            return "missing secret_id";
        }

        Instant now = _clock.Now();
        secret = role.Find(value, now);
        if (secret is null)
        {
            return "invalid secret id";
        }

        bool limited = secret.NumUses > 0;
        if (secret.NumUses == 1)
        {
            role.SecretIds.Remove(value);
        }
        else if (limited)
        {
            secret.NumUses--;
            secret.Updated = now;
        }

        return Cidr.AllowsAll(secret.Cidrs, address)
            ? null
            : $"source address {GoValue.Quote(address)} unauthorized {(limited ? "by" : "through")} CIDR restrictions on the secret ID: %!w(<nil>)";
    }

    private Result Grant(AppRole role, SecretId? secret)
    {
        var metadata = new SortedDictionary<string, string>(secret?.Metadata ?? [], StringComparer.Ordinal) { ["role_name"] = role.Name };
        LoginGrant grant = role.Token.Grant(role.RoleId, _ => _roles.Find(role.Name) is { } now
            ? new Renewal(now.Token.Grant(role.RoleId, atRenewal: null), null)
            : new Renewal(null, $"role {GoValue.Quote(role.Name)} does not exist during renewal"));
        return new VaultResponse
        {
            Auth = new AuthBlock
            {
                Policies = role.Token.Policies,
                Metadata = metadata,
                Login = grant with
                {
                    AliasMetadata = metadata,
                    BoundCidrs = secret is { TokenBoundCidrs.Count: > 0 } ? Cidr.Shown(secret.TokenBoundCidrs) : role.Token.BoundCidrs,
                },
            },
        };
    }
}

/// <summary>The roles by name, without case, and by role-id.</summary>
internal sealed class AppRoleStore
{
    private readonly SortedDictionary<string, AppRole> _roles = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _roles.Keys;

    public AppRole? Find(string name) => _roles.GetValueOrDefault(name.ToLowerInvariant());

    public AppRole? ByRoleId(string roleId) => _roles.Values.FirstOrDefault(role => role.RoleId == roleId);

    /// <summary>Stores a role; the text is why it cannot be.</summary>
    public string? Save(AppRole role)
    {
        if (!role.HasConstraint)
        {
            return "at least one constraint should be enabled on the role";
        }

        if (ByRoleId(role.RoleId) is { } other && other.Name != role.Name)
        {
            return "role_id already in use";
        }

        _roles[role.Name] = role;
        return null;
    }

    public void Remove(string name) => _roles.Remove(name.ToLowerInvariant());
}
