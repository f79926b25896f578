using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Features.Recover;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Operations;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Recoveries;

/// <summary>Strangers wait for each other and for nobody else, and learn nothing from it.</summary>
public sealed class StrangersGateTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    [Trait("Requirement", "R-44")]
    [Trait("Requirement", "R-05")]
    public async Task Where_too_many_strangers_wait_one_more_is_turned_away_whatever_the_name_and_holders_are_not()
    {
        var tap = new VaultTap(environment.Names);
        var lab = await Recovering.OpenAsync(environment, tap, new Unhurried(), configure: services => services.AddSingleton(new StrangersGate(waiting: 1)));
        var holding = await lab.HoldingAsync("by-paper");
        var (known, unknown) = (holding.Identity, BrokerEnvironment.NewIdentity());
        using var nobody = lab.Broker.AsNobody();
        using var verifier = lab.Broker.As(lab.Cast.Verifier);
        // What a replica learns of a name it has from then on.
        Assert.Equal(403, (await GuessAsync(nobody, known)).Status);
        Assert.Equal(403, (await GuessAsync(nobody, unknown)).Status);
        var (working, held, kept) = (Source(), Source(), 0);
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Pepper && Interlocked.Increment(ref kept) == 1)
            {
                working.SetResult();
                await held.Task;
            }

            return await send();
        };

        var first = GuessAsync(nobody, unknown);
        await working.Task;
        var (second, third) = (GuessAsync(nobody, known), GuessAsync(nobody, unknown));
        var early = await await Task.WhenAny(second, third);
        var (atKnown, atUnknown) = (await GuessAsync(nobody, known), await GuessAsync(nobody, unknown));

        Assert.Equal((429, "throttled", "1"), (early.Status, early.Code, early.Headers.GetValues("Retry-After").Single()));
        Assert.Equal((429, atKnown.UniformHeaders, atKnown.Uniform), (atUnknown.Status, atUnknown.UniformHeaders, atUnknown.Uniform));
        Assert.Equal(tap.NamesOf(atKnown), tap.NamesOf(atUnknown));
        Assert.Equal(200, (await nobody.RecoverAsync(known, holding.Code())).Status);
        Assert.Equal(200, (await verifier.ConsumeAsync(known, holding.Code(1))).Status);
        Assert.False(first.IsCompleted);

        held.SetResult();
        Assert.Equal([403, 403, 429], (await Task.WhenAll(first, second, third)).Select(r => r.Status).Order());
        Assert.Equal(403, (await GuessAsync(nobody, unknown)).Status);
    }

    private static TaskCompletionSource Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Task<ApiReply> GuessAsync(ApiClient nobody, string identity) => nobody.RecoverAsync(identity, MadeCodes.Unknown(CodeKind.Printable));

    /// <summary>No operation's time is over, however slow the machine is.</summary>
    private sealed class Unhurried : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime == OperationScope.Deadline ? Timeout.InfiniteTimeSpan : dueTime, period);
    }
}
