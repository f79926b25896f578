using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Wrapping;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary>The <c>sys/</c> engine, feature by feature. What is not listed here is an unsupported path.</summary>
internal sealed class SystemBackend : Backend
{
    public SystemBackend(VaultCore core)
    {
        Add(AuditPaths.Routes(core));
        Add(CapabilityPaths.Routes(core));
        Add(InternalPaths.Routes(core));
        Add(AuthMountPaths.Routes(core));
        Add(PolicyPaths.Routes(core.Policies));
        Add(QuotaPaths.Routes(core.Quotas, core.Mounts));
        Add(WrappingPaths.Routes(core.Tokens, core.Clock));
        Add(SecretMountPaths.Routes(core));
    }

    public override IReadOnlyList<string> RootPaths { get; } =
    [
        "auth/*", "remount", "audit", "audit/*", "raw", "raw/*", "rotate", "config/cors", "config/auditing/*", "config/ui/headers/*",
        "plugins/catalog/*", "revoke-prefix/*", "revoke-force/*", "leases/revoke-prefix/*", "leases/revoke-force/*", "leases/lookup/*",
    ];

    public override IReadOnlyList<string> LoginPaths { get; } =
    [
        "wrapping/lookup", "wrapping/pubkey", "replication/status", "internal/specs/openapi", "internal/ui/mounts", "internal/ui/mounts/*",
        "internal/ui/namespaces", "init", "seal-status", "unseal", "leader", "health",
    ];
}
