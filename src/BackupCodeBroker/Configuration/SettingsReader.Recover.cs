using System.Net;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Configuration;

/// <content>Recoveries: how they are throttled, and what profiles hand out.</content>
internal sealed partial class SettingsReader
{
    private RecoverSettings Recover(RecoverSettings defaults)
    {
        List<IPNetwork> proxies = [];
        foreach (var text in Texts("recover:trusted_proxies"))
        {
            if (IPNetwork.TryParse(text.Contains('/', StringComparison.Ordinal) ? text : text + (text.Contains(':', StringComparison.Ordinal) ? "/128" : "/32"), out var network))
            {
                proxies.Add(network);
            }
            else
            {
                _errors.Add("recover.trusted_proxies: each is an address or a network such as 10.0.0.0/8, without bits behind its prefix");
            }
        }

        var header = (Text("recover:proxy_header") ?? defaults.ProxyHeader).ToLowerInvariant();
        if (header is not (RecoverSettings.ForwardedFor or RecoverSettings.Forwarded))
        {
            _errors.Add($"recover.proxy_header is {RecoverSettings.ForwardedFor} or {RecoverSettings.Forwarded}");
        }

        var perAddress = Number("recover:per_address", defaults.PerAddress, 1, 10_000);
        return new RecoverSettings
        {
            PerAddress = perAddress,
            PerNetwork = Number("recover:per_network", 10 * perAddress, perAddress, 100_000),
            PerName = Number("recover:per_name", defaults.PerName, 1, 10_000),
            TrustedProxies = proxies,
            ProxyHeader = header,
        };
    }

    private RecoveryForm RecoveryOf(string name, string at)
    {
        var form = RecoveryForms.Named(Text(at + "recovery") ?? RecoveryForm.None.Name());
        if (form is null)
        {
            _errors.Add($"profiles.{name}: recovery is not approle, token or none");
        }

        return form ?? RecoveryForm.None;
    }

    // What a recovery may reach must hold no role of the broker's own.
    private void RecoveryContradictions(VaultSettings vault)
    {
        if (vault.RecoveryMount == vault.AppRoleMount)
        {
            _errors.Add("vault.recovery_mount is vault.approle_mount: an identity called like the broker's role would recover as the broker");
        }

        if (new[] { vault.TokenRole, vault.SweeperRole }.Any(role => role.StartsWith(vault.RecoveryRolePrefix, StringComparison.Ordinal)))
        {
            _errors.Add("vault.recovery_role_prefix begins the name of a token role of the broker's own");
        }
    }
}
