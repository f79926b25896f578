using BackupCodeBroker.DevVault.Jwt;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.Kubernetes;

/// <summary>
/// Log-in by a pod's service account: the JWT must be of an account that the role names, and Kubernetes must vouch for it when it is asked, which happens
/// before the request is handled, so that nobody else waits for Kubernetes. As in 1.8 a JWT that does not fit is a 500 in words, one that Kubernetes does not vouch for a bare 403.
/// </summary>
internal sealed class KubernetesBackend : Backend
{
    private readonly SortedDictionary<string, KubernetesRole> _roles = new(StringComparer.Ordinal);
    private readonly Clock _clock;
    private KubernetesConfig? _config;

    public KubernetesBackend(Clock clock)
    {
        _clock = clock;
        Add(
            Route.At("login").With(FieldType.String, "role", "jwt").On(Operation.Update, LogIn),
            KubernetesConfig.Fields(Route.At("config"))
                .On(Operation.Read, (_, _) => _config is { } config ? Result.Data(config.View()) : Result.None)
                .OnWrite((_, fields) => Configure(fields)));
        Add(KubernetesRole.Routes(_roles));
    }

    public override IReadOnlyList<string> LoginPaths { get; } = ["login"];

    public override Func<CancellationToken, Task>? Errand(VaultRequest request, string relative)
    {
        if (relative != "login" || _config is not { } config
            || Text(request, "role") is not { } name || !_roles.TryGetValue(name.ToLowerInvariant(), out KubernetesRole? role)
            || Text(request, "jwt") is not { } jwt || SignedToken.Parse(jwt) is not { } token || config.Refuse(token, role, _clock.Now()) is not null)
        {
            return null;
        }

        List<string> audiences = ServiceAccount.Of(token.Claims).Audiences;
        return async cancellation => request.Brought = await TokenReviews.AskAsync(config, jwt, audiences, cancellation);
    }

    private static string? Text(VaultRequest request, string name) =>
        request.Data?[name] is System.Text.Json.Nodes.JsonValue value ? GoValue.Text(value) : null;

    private Result Configure(FieldData fields)
    {
        if (KubernetesConfig.Read(fields, out Result refusal) is not { } config)
        {
            return refusal;
        }

        _config = config;
        return Result.None;
    }

    private Result LogIn(VaultRequest request, FieldData fields)
    {
        (string name, string jwt) = (fields.Text("role"), fields.Text("jwt"));
        if (name.Length == 0 || jwt.Length == 0)
        {
            return Result.Error(name.Length == 0 ? "missing role" : "missing jwt");
        }

        if (!_roles.TryGetValue(name.ToLowerInvariant(), out KubernetesRole? role))
        {
            return Result.Error($"invalid role name \"{name}\"");
        }

        if (!Cidr.AllowsAll(role.Token.Token.BoundCidrs, request.RemoteAddress))
        {
            return Failure.PermissionDenied;
        }

        if (_config is not { } config)
        {
            return Result.Fault("could not load backend configuration");
        }

        return SignedToken.Parse(jwt) is not { } token ? Result.Fault("not a compact JWS")
            : config.Refuse(token, role, _clock.Now()) is { } refusal ? Result.Fault(refusal)
            : ServiceAccount.Of(token.Claims) is var account && request.Brought is ReviewedAccount reviewed
                && reviewed == new ReviewedAccount(account.Namespace, account.Name, account.Uid) ? Grant(name, role, account)
            : Failure.PermissionDenied;
    }

    private VaultResponse Grant(string name, KubernetesRole role, ServiceAccount account)
    {
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["service_account_uid"] = account.Uid,
            ["service_account_name"] = account.Name,
            ["service_account_namespace"] = account.Namespace,
            ["service_account_secret_name"] = account.SecretName,
        };
        LoginGrant grant = role.Token.Token.Grant(account.Uid, _ => _roles.TryGetValue(name.ToLowerInvariant(), out KubernetesRole? now)
            ? new Renewal(now.Token.Token.Grant(account.Uid, atRenewal: null), null)
            : new Renewal(null, $"role {name} does not exist during renewal"));
        return new VaultResponse
        {
            Auth = new AuthBlock
            {
                Policies = role.Token.Token.Policies,
                Metadata = new(metadata, StringComparer.Ordinal) { ["role"] = name },
                Login = grant with { DisplayName = $"{account.Namespace}-{account.Name}", AliasMetadata = metadata },
            },
        };
    }
}
