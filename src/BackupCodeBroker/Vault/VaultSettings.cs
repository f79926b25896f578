using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <summary>Where Vault is and what it calls things. Defaults are those of the shipped policies and of <c>bcb bootstrap</c>.</summary>
internal sealed record VaultSettings
{
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Vault's address, without a path.</summary>
    public string Address { get; init; } = "http://127.0.0.1:8200";

    /// <summary>The namespace of everything, or null for the root; a request can never choose another.</summary>
    public string? Namespace { get; init; }

    /// <summary>A PEM file of the authorities that Vault's certificate must come from; null for the system's.</summary>
    public string? CaCertificate { get; init; }

    /// <summary>The KV v2 mount that holds the documents.</summary>
    public string KvMount { get; init; } = "backup-codes";

    /// <summary>The empty KV v1 mount by which callers are authorised.</summary>
    public string AskMount { get; init; } = "backup-codes-broker";

    /// <summary>The Transit mount of the pepper.</summary>
    public string TransitMount { get; init; } = "transit";

    /// <summary>The pepper's key in it.</summary>
    public string PepperKey { get; init; } = "bcb-pepper";

    /// <summary>Token role and policy of the children that reach one identity.</summary>
    public string TokenRole { get; init; } = "bcb-identity";

    /// <summary>Token role and policy of the worker's child.</summary>
    public string SweeperRole { get; init; } = "bcb-sweeper";

    /// <summary>Mount of the AppRole method.</summary>
    public string AppRoleMount { get; init; } = "approle";

    /// <summary>The broker's role in it.</summary>
    public string AppRoleName { get; init; } = "bcb-broker";

    /// <summary>Mount of the AppRoles that recoveries hand secret-ids of: one for each identity, called like it, and no others.</summary>
    public string RecoveryMount { get; init; } = "bcb-recover";

    /// <summary>What the token roles begin with that recoveries hand tokens of; behind it stands the identity's name.</summary>
    public string RecoveryRolePrefix { get; init; } = "bcb-recover-";

    /// <summary>How long one call may take, waiting for its turn included.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Calls to Vault under way at once.</summary>
    public int MaxConcurrency { get; init; } = 128;

    /// <summary>Calls that may wait for their turn; one more is <see cref="VaultFault.Busy"/>.</summary>
    public int MaxQueue { get; init; } = 512;

    /// <summary>Hosts, beside the address's own, that a standby may send a call to: <c>host</c> or <c>host:port</c>.</summary>
    public IReadOnlyList<string> AllowedRedirectHosts { get; init; } = [];

    /// <summary>Whether a policy is one that the broker or its children live by.</summary>
    public bool IsOwnPolicy(string policy) =>
        string.Equals(policy, AppRoleName, StringComparison.OrdinalIgnoreCase)
        || string.Equals(policy, TokenRole, StringComparison.OrdinalIgnoreCase)
        || string.Equals(policy, SweeperRole, StringComparison.OrdinalIgnoreCase);

    /// <summary>The settings with what Vault's own variables say, as users of Vault expect.</summary>
    public static VaultSettings FromEnvironment(Func<string, string?> variable)
    {
        var defaults = new VaultSettings();
        return defaults with
        {
            Address = Set(variable("VAULT_ADDR")) ?? defaults.Address,
            Namespace = Set(variable("VAULT_NAMESPACE")),
            CaCertificate = Set(variable("VAULT_CACERT")),
        };
    }

    /// <summary>Every error of the settings, each with the setting's name; empty when they are good.</summary>
    public IReadOnlyList<string> Validate() => [.. Errors()];

    private static string? Set(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    private IEnumerable<string> Errors() =>
    [
        .. AddressErrors(),
        .. NameErrors(),
        .. CertificateErrors(),
        .. AllowedRedirectHosts
            .Where(host => !Uri.TryCreate("https://" + host, UriKind.Absolute, out var uri) || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
            .Select(host => $"vault.redirect_hosts: '{Printable.Line(host)}' is not a host or host:port"),
        .. Error(CallTimeout < ShortestTimeout || CallTimeout > LongestTimeout, "vault.call_timeout lies between 1s and 60s"),
        .. Error(MaxConcurrency is < 1 or > 4096, "vault.max_concurrency lies between 1 and 4096"),
        .. Error(MaxQueue is < 0 or > 65536, "vault.max_queue lies between 0 and 65536"),
    ];

    private IEnumerable<string> AddressErrors()
    {
        if (!Uri.TryCreate(Address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return ["vault.address (VAULT_ADDR) is not an http or https URL"];
        }

        return
        [
            .. Error(uri.PathAndQuery != "/" || uri.Fragment.Length > 0, "vault.address (VAULT_ADDR) has a path; it ends with the port"),
            .. Error(uri.UserInfo.Length > 0, "vault.address (VAULT_ADDR) names a user; Vault knows tokens only"),
            .. Error(
                uri.Scheme == "http" && !uri.IsLoopback,
                "vault.address (VAULT_ADDR) is plain http to another machine, and tokens would travel in clear: use https"),
        ];
    }

    private IEnumerable<string> NameErrors()
    {
        (string Setting, string Value)[] names =
        [
            ("kv_mount", KvMount), ("ask_mount", AskMount), ("transit_mount", TransitMount), ("pepper_key", PepperKey),
            ("token_role", TokenRole), ("sweeper_role", SweeperRole), ("approle_mount", AppRoleMount), ("approle_name", AppRoleName),
            ("recovery_mount", RecoveryMount), ("recovery_role_prefix", RecoveryRolePrefix),
            ("namespace", Namespace?.TrimEnd('/') ?? "root"),
        ];
        var errors = names
            .Where(name => !VaultPath.IsPath(name.Value))
            .Select(name => $"vault.{name.Setting} consists of letters, digits, '.', '_', '-' and inner slashes");
        return errors.Concat(Error(KvMount == AskMount, "vault.kv_mount and vault.ask_mount are two mounts"));
    }

    private IEnumerable<string> CertificateErrors()
    {
        if (CaCertificate is null)
        {
            return [];
        }

        try
        {
            X509Certificate2Collection authorities = [];
            authorities.ImportFromPemFile(CaCertificate);
            return Error(authorities.Count == 0, "vault.ca_certificate (VAULT_CACERT) holds no certificate");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return ["vault.ca_certificate (VAULT_CACERT) cannot be read as PEM"];
        }
    }

    private static IEnumerable<string> Error(bool wrong, string text) => wrong ? [text] : [];
}
