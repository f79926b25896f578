namespace BackupCodeBroker.DevVault;

/// <summary>The embedded development Vault.</summary>
internal sealed class DevVaultServer;
