using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.AppRole;
using BackupCodeBroker.DevVault.Audit;
using BackupCodeBroker.DevVault.Identity;
using BackupCodeBroker.DevVault.Jwt;
using BackupCodeBroker.DevVault.Kubernetes;
using BackupCodeBroker.DevVault.Kv;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;
using BackupCodeBroker.DevVault.Policies;
using BackupCodeBroker.DevVault.Sys;
using BackupCodeBroker.DevVault.Tokens;
using BackupCodeBroker.DevVault.Transit;
using BackupCodeBroker.DevVault.Userpass;

namespace BackupCodeBroker.DevVault;

/// <summary>
/// All state of one embedded Vault. One lock guards it, taken once per request, so that every request sees and leaves a whole state:
/// check-and-set, limited uses and single unwrapping hold under any number of callers. Reading bodies and writing answers happen outside it.
/// </summary>
internal sealed class VaultCore : IDisposable
{
    public VaultCore(TimeProvider time, string rootToken)
    {
        Clock = new Clock(time);
        Audit = new AuditBroker(Clock);
        Identity = new IdentityStore(Policies, Clock);
        Access = new AccessControl(this);
        Add("sys/", "system", "system endpoints used for control, policy and debugging", new SystemBackend(this));
        Mounts.At("sys/")!.Config.PassthroughRequestHeaders = ["Accept"];
        Add("identity/", "identity", "identity store", new IdentityBackend(Identity, Mounts));
        Add("cubbyhole/", "cubbyhole", "per-token private secret storage", new CubbyholeBackend(), local: true);
        Add("auth/token/", "token", "token based credentials", new TokenBackend(Tokens, Identity, Policies, Clock, Access.HasSudo));
        MountEngine(new MountRequest("secret/", "kv")
        {
            Description = "key/value secret storage",
            Options = new JsonObject { ["version"] = "2" },
        });
        var root = new TokenEntry
        {
            Id = rootToken,
            Policies = [BuiltInPolicies.Root],
            Path = "auth/token/create",
            DisplayName = "token",
            CreationTime = Clock.Now().UnixSeconds,
        };
        Tokens.Create(root, Clock.Now());
    }

    /// <summary>Guards everything below.</summary>
    public Lock Gate { get; } = new();

    public Clock Clock { get; }

    public PolicyStore Policies { get; } = new();

    public TokenStore Tokens { get; } = new();

    public MountTable Mounts { get; } = new();

    public RateLimitQuotas Quotas { get; } = new();

    public IdentityStore Identity { get; }

    public AuditBroker Audit { get; }

    public AccessControl Access { get; }

    public Seal Seal { get; } = new();

    public static bool IsSecretEngine(string type) => type is "kv" or "generic" or "transit";

    public static bool IsAuthMethod(string type) => type is "approle" or "jwt" or "kubernetes" or "userpass";

    public void MountEngine(MountRequest request)
    {
        MountConfig config = request.Config;
        Backend backend = request.Type switch
        {
            "kv" or "generic" => request.Options?["version"]?.GetValue<string>() == "2" ? new KvV2Backend(Clock) : new KvV1Backend(config),
            "transit" => new TransitBackend(Clock),
            "approle" => new AppRoleBackend(Clock),
            "jwt" => new JwtBackend(Clock),
            "kubernetes" => new KubernetesBackend(Clock),
            "userpass" => new UserpassBackend(),
            _ => throw new ArgumentException("no such engine", nameof(request)),
        };
        Mounts.Add(new Mount(config)
        {
            Path = request.Path,
            Type = request.Type,
            Accessor = Accessor(request.Path, request.Type),
            Backend = backend,
            Description = request.Description,
            Options = request.Options,
            Local = request.Local,
            SealWrap = request.SealWrap,
            ExternalEntropy = request.ExternalEntropy,
        });
    }

    /// <summary>An audit device at <c>file/</c>, as <c>vault audit enable file</c> makes one.</summary>
    public void EnableFileAudit(string file)
    {
        if (!Audit.Enable(new AuditDevice("file/", "", new JsonObject { ["file_path"] = file }, local: false)))
        {
            throw new IOException($"The audit file \"{file}\" cannot be written.");
        }
    }

    public void Dispose()
    {
        Audit.Dispose();
        Tokens.Dispose();
    }

    private void Add(string path, string type, string description, Backend backend, bool local = false) => Mounts.Add(new Mount(new MountConfig())
    {
        Path = path,
        Type = type,
        Accessor = Accessor(path, type),
        Backend = backend,
        Description = description,
        Local = local,
    });

    private static string Accessor(string path, string type) =>
        (path.StartsWith("auth/", StringComparison.Ordinal) ? "auth_" : "") + $"{type}_{Secrets.Hex(8)}";
}
