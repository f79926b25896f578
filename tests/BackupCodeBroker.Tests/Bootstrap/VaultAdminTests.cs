using System.Net;
using System.Text;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BackupCodeBroker.Tests.Bootstrap;

/// <summary>Answers of Vault that the Vaults of the integration tests do not give: namespaces, and a mount that is not ready yet.</summary>
public sealed class VaultAdminTests
{
    private const string Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(404, "unsupported path")]
    [InlineData(404, "no handler for route 'sys/config/auditing/request-headers/traceparent'")]
    [InlineData(400, "unsupported path")]
    public async Task In_a_namespace_audited_headers_are_not_for_this_token(int status, string error)
    {
        using var vault = new ScriptedVault((status, Errors(error)));
        using var wire = Wire(vault, "team-a");

        var answer = await Admin(wire, "team-a").ReadAuditedHeaderAsync("traceparent", TestContext.Current.CancellationToken);

        var denied = Assert.IsType<VaultAnswer<AdminFields>.Denied>(answer);
        Assert.Equal("sys/config/auditing/request-headers/traceparent", denied.Path);
        Assert.Equal(VaultDenial.NoCapability, denied.Why);
    }

    [Fact]
    public async Task A_header_that_is_not_audited_is_absent_in_a_namespace_too()
    {
        using var vault = new ScriptedVault((400, Errors("Could not find header in config")));
        using var wire = Wire(vault, "team-a");

        Assert.IsType<VaultAnswer<AdminFields>.Absent>(
            await Admin(wire, "team-a").ReadAuditedHeaderAsync("traceparent", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_mount_made_a_moment_ago_is_waited_for()
    {
        var upgrading = (400, Errors("Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period."));
        using var vault = new ScriptedVault(upgrading, upgrading, (204, ""));
        using var wire = Wire(vault);

        var answer = await UntilDoneAsync(Admin(wire).WriteKvConfigAsync(BrokerForms.DocumentMount, TestContext.Current.CancellationToken));

        Assert.IsType<VaultAnswer<Done>.Ok>(answer);
        Assert.Equal(3, vault.Requests);
    }

    [Fact]
    public async Task But_not_for_ever()
    {
        using var vault = new ScriptedVault((400, Errors("Upgrading from non-versioned to versioned data.")));
        using var wire = Wire(vault);

        var answer = await UntilDoneAsync(Admin(wire).WriteKvConfigAsync(BrokerForms.DocumentMount, TestContext.Current.CancellationToken));

        Assert.IsType<VaultAnswer<Done>.Faulted>(answer);
        Assert.Equal(50, vault.Requests);
    }

    [Fact]
    public async Task Another_refusal_is_said_at_once()
    {
        using var vault = new ScriptedVault((400, Errors("path is already in use at backup-codes/")));
        using var wire = Wire(vault);

        var answer = await Admin(wire).MountKvAsync("backup-codes", "2", "", TestContext.Current.CancellationToken);

        Assert.Contains("already in use", Assert.IsType<VaultAnswer<Done>.Faulted>(answer).Fault.Describe(), StringComparison.Ordinal);
        Assert.Equal(1, vault.Requests);
    }

    private static string Errors(string text) => $$"""{"errors":["{{text}}"]}""";

    private AdminWire Wire(ScriptedVault vault, string? name = null) =>
        new(Settings(name), new VaultToken("s.AAAAAAAAAAAAAAAAAAAAAAAA"), new VaultCall(Traceparent, CancellationToken.None), _time, () => vault);

    private static VaultAdmin Admin(AdminWire wire, string? name = null) => new(wire, Settings(name));

    private static VaultSettings Settings(string? name) => new() { Namespace = name };

    private async Task<T> UntilDoneAsync<T>(Task<T> work)
    {
        while (!work.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await work;
    }

    /// <summary>Answers one after the other; the last one for good.</summary>
    private sealed class ScriptedVault(params (int Status, string Body)[] answers) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var (status, body) = answers[Math.Min(Requests++, answers.Length - 1)];
            return Task.FromResult(new HttpResponseMessage((HttpStatusCode)status)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            });
        }
    }
}
