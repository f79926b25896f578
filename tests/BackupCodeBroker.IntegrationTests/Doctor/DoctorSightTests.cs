using System.Text.Json.Nodes;
using BackupCodeBroker.Doctor;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Doctor;

/// <summary>What a token with few rights sees. On a Vault of its own: the doctor reads a bounded number of policies, and other tests make many.</summary>
public sealed class DoctorSightTests(DoctorVault vault) : IClassFixture<DoctorVault>
{
    [Fact]
    [Trait("Requirement", "R-47")]
    public async Task What_a_token_may_not_see_is_not_called_well_and_the_stanzas_that_are_printed_open_it()
    {
        var patient = await DoctorPatient.HealthyAsync(vault);
        await vault.EnsureDeviceAsync();
        var policy = patient.Here("sys/policies/acl/{env}x-looks");
        await vault.Raw.MustAsync("PUT", policy, new JsonObject { ["policy"] = "path \"nothing\" {}" });
        var token = await vault.Raw.TokenWithAsync(patient.Here("{env}x-looks"));

        var blind = await patient.ExamineAsync(with: token);
        string[] openToAll =
        [
            "configuration", "vault-address", "vault-reachable", "vault-initialised", "vault-unsealed", "vault-version", "vault-storage", "vault-replication", "standby-reads", "clock-skew",
            // Nobody has to look where no profile has a recovery.
            "recovery-mount", "recovery-roles",
        ];
        Assert.All(blind.Checks.Where(check => !openToAll.Contains(check.Id)), check => Assert.IsType<CheckResult.NotChecked>(check.Result));

        var stanzas = new HashSet<string>(StringComparer.Ordinal);
        var report = blind;
        for (var round = 0; round < 6 && report.Count<CheckResult.NotChecked>() > 0; round++)
        {
            stanzas.UnionWith(report.Checks.Select(check => check.Result).OfType<CheckResult.NotChecked>().Select(unseen => unseen.Stanza).OfType<string>());
            await vault.Raw.MustAsync("PUT", policy, new JsonObject { ["policy"] = string.Join('\n', stanzas) });
            report = await patient.ExamineAsync(with: token);
        }

        Assert.Equal(0, report.Count<CheckResult.NotChecked>());
        Assert.Equal(0, report.Count(Severity.Error));
        Assert.DoesNotContain(stanzas, stanza => stanza.Contains("create", StringComparison.Ordinal) || stanza.Contains("delete", StringComparison.Ordinal));
        await vault.Raw.MustAsync("DELETE", policy);
    }
}
