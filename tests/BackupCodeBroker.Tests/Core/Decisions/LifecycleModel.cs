using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Tests.Core.Codes;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>
/// One identity as a person would keep it on paper, beside the document as the decisions make it. Each step is decided by both, and they must agree:
/// who may spend what, what is counted, what is left as it was.
/// </summary>
internal sealed class LifecycleModel
{
    private static readonly FailureLimits Limits = new(PerCode: 3, PerSet: 8);

    private readonly List<(int Generation, BackupCode Code)> _minted = [];
    private readonly Dictionary<int, ActivationSecret> _secrets = [];
    private readonly Dictionary<string, Answer> _answers = [];
    private readonly Dictionary<int, DateTimeOffset> _issued = [], _deadlines = [];
    private readonly Dictionary<string, int> _failures = [];
    private IdentityDocument _document = Given.Registered;
    private Surroundings _around = Given.Around;
    private int? _active, _pending, _ended;
    private DateTimeOffset _endedAt;
    private int _wrongActivations, _setFailures;
    private bool _disabled;
    private int _lockedBelow;

    /// <summary>Codes that were spent, for the record.</summary>
    public HashSet<string> Spent { get; } = [];

    public void Run(Step step)
    {
        var before = _document;
        switch (step.Kind)
        {
            case StepKind.Issue:
                Issue(step.Number);
                break;
            case StepKind.Activate:
                Activate(step.Wrong);
                break;
            case StepKind.Consume or StepKind.Repeat:
                Consume(step);
                break;
            case StepKind.Revoke:
                Revoke();
                break;
            case StepKind.Intercepted:
                ReportPending();
                break;
            case StepKind.Wait:
                _around = _around with { Now = _around.Now.AddMinutes(step.Number * step.Number * step.Number / 40) };
                break;
            case StepKind.LockDown:
                LockDown();
                break;
        }

        // unless it was consumed, replaced or revoked, the active set is the very same.
        if (step.Kind is StepKind.Issue or StepKind.Intercepted or StepKind.Wait or StepKind.LockDown || step is { Kind: StepKind.Activate, Wrong: true })
        {
            Assert.Same(before.Active, _document.Active);
        }

        Assert.Equal((_active, _pending), (_document.Active?.Generation, _document.Pending?.Set.Generation));
        Assert.Equal(_active is null ? (0, false) : (_setFailures, _disabled), (_document.Active?.Failures ?? 0, _document.Active?.DisabledAt is not null));
    }

    private void Issue(int seed)
    {
        var decision = IssueDecision.Decide(_document, _around, Given.Few, [], mayIssueInLockdown: true, "op", Given.Owner);
        if (decision is IssueDecision.Refused { Reason: var reason })
        {
            Assert.Equal((Reason.RecertificationLapsed, true), (reason, _around.Now >= _document.RecertifyBy));
            return;
        }

        var issued = Given.Issue(_document, _around with { State = Given.Around.State }, Given.Few, seed + 1_000 * (_document.LastGeneration + 1));
        _document = issued.Document;
        _pending = issued.Generation;
        _wrongActivations = 0;
        _minted.AddRange(issued.Mint.Codes.Select(code => (issued.Generation, code)));
        _secrets[issued.Generation] = issued.Mint.Activation;
        _issued[issued.Generation] = _around.Now;
        _deadlines[issued.Generation] = _around.Now + Given.Few.WrapTtl + TimeSpan.FromSeconds(60);
    }

    private void Activate(bool wrong)
    {
        var generation = _pending ?? _active ?? 1;
        using var other = ActivationSecret.Create(Plain.Entropy(-1));
        var secret = !wrong && _secrets.TryGetValue(generation, out var right) ? right : other;
        var decision = ActivateDecision.Decide(_document, _around, generation, secret, Given.Id("activate"), Given.Owner);
        _document = decision switch
        {
            ActivateDecision.Activated activated => activated.Next,
            ActivateDecision.Refused { Next: { } next } => next,
            _ => _document,
        };
        if (_pending is not { } pending)
        {
            Assert.Equal(!wrong && _active is not null, decision is ActivateDecision.AlreadyActive);
        }
        else if (wrong)
        {
            _pending = ++_wrongActivations >= ActivateDecision.MaxFailures ? null : pending;
            Assert.Equal(Reason.WrongActivation, ((ActivateDecision.Refused)decision).Reason);
        }
        else if (_around.Now > _deadlines[pending])
        {
            _pending = null;
            Assert.Equal(Reason.Lapsed, ((ActivateDecision.Refused)decision).Reason);
        }
        else if (Standing(pending))
        {
            Assert.IsType<ActivateDecision.Activated>(decision);
            End();
            (_active, _pending, _setFailures, _disabled) = (pending, null, 0, false);
            _failures.Clear();
        }
        else
        {
            Assert.Null(((ActivateDecision.Refused)decision).Next);
        }
    }

    private void Consume(Step step)
    {
        if (_minted.Count == 0)
        {
            return;
        }

        var (generation, code) = _minted[^(1 + step.Number % Math.Min(_minted.Count, 12))];
        var key = step.Kind == StepKind.Repeat ? "key of " + code.Selector : "key " + step.Number + " of " + _document.LastGeneration;
        using var guess = Plain.Guess(code, step.Number);
        var verified = Given.Verifies(_document, step.Wrong ? guess : code);
        var request = new ConsumeRequest(Given.Id("op-" + step.Number), Given.Verifier, code.Selector, verified, "purpose", key);
        switch (ConsumeDecision.Decide(_document, _around, request, Given.Few))
        {
            case ConsumeDecision.Spend spend:
                Assert.True(!step.Wrong && Usable(generation, code), "spent what must not be");
                Assert.True(Spent.Add(code.Selector), "spent twice");
                _document = spend.Next;
                _answers[key] = new Answer(code.Selector, spend.Consumption);
                _setFailures = 0;
                _failures.Clear();
                break;
            case ConsumeDecision.Repeat repeat:
                Assert.True(!step.Wrong && Remembered(generation) && _answers.TryGetValue(key, out var first) && first.Selector == code.Selector);
                Assert.Equal(_answers[key].Consumption, repeat.Consumption);
                break;
            case ConsumeDecision.KeyReused:
                Assert.True(!step.Wrong && _answers.TryGetValue(key, out var other) && other.Selector != code.Selector);
                break;
            case ConsumeDecision.Refused refused:
                Assert.False(!step.Wrong && Usable(generation, code) && !_answers.ContainsKey(key), "refused what must be spent");
                Assert.Equal(step.Wrong && Usable(generation, code), refused.Counts);
                Fail(refused, code);
                break;
        }
    }

    private void Fail(ConsumeDecision.Refused refused, BackupCode code)
    {
        if (!refused.Counts)
        {
            return;
        }

        var count = FailureCount.Of(_document, [new Failure("op", Given.Stranger, refused.Generation!.Value, code.Selector)], Limits, _around.Now);
        _document = count.Next!;
        _setFailures++;
        _failures[code.Selector] = _failures.GetValueOrDefault(code.Selector) + 1;
        _disabled = _setFailures >= Limits.PerSet;
        Assert.Equal((_setFailures, _disabled, _failures[code.Selector] >= Limits.PerCode), (count.InARow, count.Disabled, count.Voided.Count == 1));
        if (_failures[code.Selector] >= Limits.PerCode)
        {
            // A void code stays so when the count is reset.
            _voided.Add(code.Selector);
        }
    }

    private readonly HashSet<string> _voided = [];

    private void Revoke()
    {
        var decision = RevokeDecision.Decide(_document, "lost", "op", Given.Owner, _around.Now);
        Assert.Equal(_active is null && _pending is null, decision is RevokeDecision.NothingToEnd);
        _document = decision is RevokeDecision.Revoked revoked ? revoked.Next : _document;
        End();
        (_active, _pending, _setFailures, _disabled) = (null, null, 0, false);
    }

    private void ReportPending()
    {
        if (_pending is { } pending)
        {
            _document = ((InterceptedDecision.Ended)InterceptedDecision.Decide(_document, pending, "seen", "op", Given.Owner, _around.Now)).Next;
            _pending = null;
        }
    }

    private void LockDown()
    {
        _lockedBelow = _document.LastGeneration + 1;
        _around = _around.With(Given.Locked(Lockdown.Void, _around.StateVersion + 1));
    }

    private void End()
    {
        if (_active is { } active)
        {
            (_ended, _endedAt) = (active, _around.Now);
        }
    }

    private bool Remembered(int generation) =>
        generation >= _lockedBelow && (generation == _active || generation == _ended && _around.Now - _endedAt <= EndedSet.Kept);

    private bool Standing(int generation) =>
        generation >= _lockedBelow && _around.Now < _issued[generation] + Given.Few.Lifetime && !(_around.Now >= _document.RecertifyBy);

    private bool Usable(int generation, BackupCode code) =>
        generation == _active && !_disabled && Standing(generation) && !Spent.Contains(code.Selector) && !_voided.Contains(code.Selector);

    private sealed record Answer(string Selector, Consumption Consumption);
}

/// <summary>What happens next to the identity.</summary>
internal sealed record Step(StepKind Kind, int Number, bool Wrong);

/// <summary>Kinds of steps.</summary>
internal enum StepKind
{
    Issue,
    Activate,
    Consume,
    Repeat,
    Revoke,
    Intercepted,
    Wait,
    LockDown,
}
