using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Vault;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BackupCodeBroker.Tests.Vault;

/// <summary>The journal counts each request that went out, by whether Vault's audit log has it for certain.</summary>
[Trait("Requirement", "R-38")]
public sealed class VaultJournalTests
{
    private readonly VaultJournal _journal = new();

    private VaultCall Call => FakeVault.Call with { Journal = _journal };

    [Theory]
    [InlineData(200, 1, 0)]
    [InlineData(204, 1, 0)]
    [InlineData(400, 1, 0)]
    [InlineData(403, 1, 0)]
    [InlineData(404, 1, 0)]
    [InlineData(405, 1, 0)]
    [InlineData(429, 0, 1)]
    [InlineData(412, 0, 1)]
    [InlineData(500, 0, 1)]
    [InlineData(503, 0, 1)]
    public async Task An_answer_counts_by_its_status(int status, int answered, int uncertain)
    {
        using var vault = FakeVault.Answering(status, """{"errors":[]}""");
        await vault.Client().WriteKvAsync(FakeVault.Token, "broker/state", "{}"u8.ToArray(), 1, Call);
        Assert.Equal((answered, uncertain), (_journal.Answered, _journal.Uncertain));
    }

    [Fact]
    public async Task A_retry_is_a_request_too()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromMilliseconds(500) };
        using var vault = new FakeVault(FakeVault.Answer(502, ""), FakeVault.Throw(HttpRequestError.ResponseEnded), FakeVault.Answer(404, VaultBodies.Nothing));
        var reading = vault.Client(time, new VaultSettings { CallTimeout = TimeSpan.FromSeconds(60) }).ReadKvAsync(FakeVault.Token, "broker/state", Call);
        while (!reading.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal((3, 1, 2), (vault.Requests.Count, _journal.Answered, _journal.Uncertain));
    }

    [Fact]
    public async Task A_redirect_and_what_follows_are_two_requests()
    {
        using var vault = new FakeVault(FakeVault.Answer(307, "", "http://127.0.0.1:8200/v1/x"), FakeVault.Answer(200, VaultBodies.Saved));
        await vault.Client().WriteKvAsync(FakeVault.Token, "broker/state", "{}"u8.ToArray(), 1, Call);
        Assert.Equal((1, 1), (_journal.Answered, _journal.Uncertain));
    }

    [Fact]
    public async Task What_was_never_sent_is_not_counted()
    {
        using var vault = new FakeVault(FakeVault.Refuse());
        await vault.Client().WriteKvAsync(FakeVault.Token, "broker/state", "{}"u8.ToArray(), 1, Call);
        Assert.Equal((0, 0), (_journal.Answered, _journal.Uncertain));
    }

    [Fact]
    public async Task What_is_given_up_on_its_way_is_uncertain()
    {
        using var vault = new FakeVault(FakeVault.Hang());
        using var impatience = new CancellationTokenSource();
        var writing = vault.Client().AskAsync(FakeVault.Token, "consume", "a", Call with { Cancellation = impatience.Token });
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        Assert.Equal((0, 1), (_journal.Answered, _journal.Uncertain));
    }

    [Fact]
    public async Task What_Vault_never_audits_is_not_counted()
    {
        using var vault = FakeVault.Answering(200, """{"initialized":true,"sealed":false}""");
        await vault.Client().HealthAsync(Call);
        Assert.Equal((0, 0), (_journal.Answered, _journal.Uncertain));
    }

    [Fact]
    public async Task Ids_are_those_of_the_requests_themselves()
    {
        using var vault = FakeVault.Answering(200, """{"request_id":"of-it","data":{"version":1}}""");
        using var client = vault.Client();
        await client.WriteKvAsync(FakeVault.Token, "broker/state", "{}"u8.ToArray(), 1, Call);
        // What comes out of a wrap bears the id of the request that was wrapped.
        await client.UnwrapAsync(FakeVault.Token, new VaultToken("s.wrapping"), Call);
        Assert.Equal(["of-it"], _journal.Ids);
        Assert.Equal(2, _journal.Answered);
    }

    [Fact]
    public void Ids_are_bounded()
    {
        for (var i = 0; i < AccessRecord.MaxRequestIds + 5; i++)
        {
            _journal.Name("id");
        }

        _journal.Name("");
        Assert.Equal(AccessRecord.MaxRequestIds, _journal.Ids.Count);
    }
}
