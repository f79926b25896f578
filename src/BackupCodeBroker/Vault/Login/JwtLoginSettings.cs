using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault.Login;

/// <summary>Log-in by a JWT from a file. Both methods are one exchange for the client; they differ in whom Vault asks whether the JWT is good.</summary>
/// <param name="Setting">Where in the configuration it stands: <c>login.kubernetes</c> or <c>login.jwt</c>.</param>
internal sealed record JwtLoginSettings(string Setting)
{
    /// <summary>Where Kubernetes leaves a pod's token, and refreshes it.</summary>
    public const string ServiceAccountFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>Name in the configuration of the log-in by a pod's service account.</summary>
    public const string KubernetesSetting = "login.kubernetes";

    /// <summary>Name in the configuration of the log-in by any other JWT.</summary>
    public const string JwtSetting = "login.jwt";

    /// <summary>Whether Kubernetes vouches for the JWT.</summary>
    public bool IsKubernetes => Setting == KubernetesSetting;

    /// <summary>The kind of the auth method in Vault.</summary>
    public string Kind => IsKubernetes ? "kubernetes" : "jwt";

    /// <summary>The method's mount, without <c>auth/</c>.</summary>
    public required string Mount { get; init; }

    /// <summary>The broker's role there; empty where none was given, which is an error.</summary>
    public required string Role { get; init; }

    /// <summary>The file with the JWT, read anew at each log-in; empty where none was given, which is an error.</summary>
    public required string File { get; init; }

    /// <summary>Every error.</summary>
    public IEnumerable<string> Errors() =>
    [
        .. Error(Role.Length == 0, "role is needed: the role that the broker logs in to"),
        .. Error(Role.Length > 0 && !VaultPath.IsPath(Role), "role consists of letters, digits, '.', '_' and '-'"),
        .. Error(!VaultPath.IsPath(Mount), "mount consists of letters, digits, '.', '_', '-' and inner slashes"),
        .. Error(File.Length == 0, "file is needed: where the JWT is"),
    ];

    private string[] Error(bool wrong, string text) => wrong ? [$"{Setting}.{text}"] : [];
}
