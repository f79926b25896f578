using BackupCodeBroker.Health;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.Tests.Doctor;

/// <summary>Kinds of nodes that the Vaults of the integration tests are not: other products, Enterprise, replicas.</summary>
public sealed class VaultNodeTests
{
    [Theory]
    // version, enterprise, standby, performance standby, highly available; what reads, whether OpenBao, whether supported
    [InlineData("1.8.0-rc1", null, false, false, false, "None", false, true)]
    [InlineData("1.8.0", null, true, false, true, "None", false, true)]
    [InlineData("1.7.10", null, false, false, true, "None", false, false)]
    [InlineData("1.21.1", false, false, false, true, "None", false, true)]
    [InlineData("1.16.2+ent", null, false, false, true, "Elsewhere", false, true)]
    [InlineData("1.16.2+ent", null, false, false, false, "None", false, true)]
    [InlineData("1.20.0+ent.hsm", true, true, true, true, "Here", false, true)]
    [InlineData("2.0.0", false, true, false, true, "None", false, true)]
    [InlineData("2.4.4", null, true, false, true, "None", true, true)]
    [InlineData("2.5.0", null, true, false, true, "Here", true, true)]
    [InlineData("2.5.0", null, false, false, true, "Elsewhere", true, true)]
    [InlineData("2.5.0", null, false, false, false, "None", true, true)]
    [InlineData("2.5.0", null, false, false, null, "Elsewhere", true, true)]
    [InlineData("unknown", null, false, false, null, "None", false, false)]
    public void Says_who_may_answer_a_read(
        string version, bool? enterprise, bool standby, bool performanceStandby, bool? available, string reads, bool isOpenBao, bool isSupported)
    {
        var node = new VaultNode(
            new VaultHealth(true, false, standby, version, "", null) { Enterprise = enterprise, PerformanceStandby = performanceStandby }, available);

        Assert.Equal((reads, isOpenBao, isSupported), (node.Reads.ToString(), node.IsOpenBao, node.IsSupported));
    }

    [Theory]
    [InlineData("disabled", "disabled", null)]
    [InlineData("primary", "primary", null)]
    [InlineData("secondary", "disabled", "performance")]
    [InlineData("disabled", "secondary", "disaster recovery")]
    [InlineData("unknown", "unknown", null)]
    public void Says_whether_it_copies_another_cluster(string performance, string disaster, string? replica) => Assert.Equal(
        replica, new VaultNode(new VaultHealth(true, false, false, "1.16.0+ent", "", null) { PerformanceMode = performance, DisasterMode = disaster }, null).Replica);
}
