using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Tests.Core.Decisions;
using BackupCodeBroker.Tests.Vault;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace BackupCodeBroker.Tests.Access;

/// <summary>What was handed out is ended where something else has failed, so that nothing may be thrown there in place of why.</summary>
public sealed class RecoveryDeskTests
{
    [Fact]
    [Trait("Requirement", "R-23")]
    public async Task Without_a_token_of_the_brokers_nothing_is_ended_and_nothing_thrown()
    {
        using var handler = FakeVault.Answering(204, "");
        var desk = new RecoveryDesk(handler.Client(), new VaultSettings(), new OwnToken(new BrokerSession()), NullLogger<RecoveryDesk>.Instance);
        Assert.False(await desk.EndAsync(FakeVault.Call, Given.Identity, "token", "accessor"));
        var marked = Given.Registered with { Recoveries = [new Recovery(Given.Id("op"), Given.Now, 1, 1, "approle", "accessor", Given.Now, Given.Now)] };
        Assert.Empty(await desk.EndMarkedAsync(FakeVault.Call, marked));
        Assert.Empty(handler.Requests);
    }
}
