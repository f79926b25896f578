using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>
/// Whatever happens to an identity in whatever order: a code is good only while the owner that it was issued under has not changed since, nothing stands
/// suspended or retired, and every document still fits and reads back.
/// </summary>
public sealed class OwnershipTests
{
    private static readonly string[] Owners = ["entity-owner", "entity-two", "group-three"];

    [Fact]
    [Trait("Requirement", "R-23")]
    [Trait("Requirement", "R-25")]
    public void No_code_outlives_its_ownership()
    {
        var spent = 0;
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 2], (kind, number) => (Kind: kind, Number: number)).Array[1, 40].Sample(
            steps =>
            {
                var run = new Run();
                foreach (var (kind, number) in steps)
                {
                    run.Step(kind, number);
                }

                Interlocked.Add(ref spent, run.Spent);
            },
            iter: 400);
        Assert.True(spent > 200, $"only {spent} codes were spent in all histories");
    }

    private sealed class Run
    {
        private readonly List<(Issued Issued, int Era)> _issues = [];
        private IdentityDocument _document = Given.Registered;
        private int _era;
        private bool _suspended, _retired;

        public int Spent { get; private set; }

        private Surroundings Around => Given.Around with { Owner = Given.OwnerEntity with { Id = _document.Owner } };

        public void Step(int kind, int number)
        {
            switch (kind)
            {
                case 0 or 1:
                    Claim(number);
                    break;
                case 2:
                    Transfer(Owners[number], number == 2);
                    break;
                case 3:
                    _document = SuspendDecision.Decide(_document, Suspension.Ordered, "r", Given.Id("op"), Given.Platform, Given.Now) is SuspendDecision.Suspended s ? s.Next : _document;
                    _suspended |= !_retired;
                    break;
                case 4:
                    Confirm();
                    break;
                case 5 when number == 0 && _document.LastGeneration > 3:
                    _document = RetireDecision.Decide(_document, "r", Given.Id("op"), Given.Platform, Given.Now) is RetireDecision.Retired r ? r.Next : _document;
                    (_retired, _suspended) = (true, false);
                    break;
            }

            TryAll();
            var json = DocumentJson.Write(_document);
            Assert.True(DocumentJson.TryReadIdentity(json, _document.Identity, out var read, out var error), error);
            Assert.Equal(json, DocumentJson.Write(read));
            Assert.True(json.Length <= DocumentSize.Worst(_document) && IssueDecision.Fits(_document));
        }

        private void Claim(int seed)
        {
            var decision = IssueDecision.Decide(_document, Around, Given.Few, [], false, Given.Id("op"), Given.Owner);
            Assert.Equal(_retired || _suspended, decision is IssueDecision.Refused);
            if (decision is IssueDecision.Planned)
            {
                var issued = Given.Active(document: _document, around: Around, seed: seed + 100 * _document.LastGeneration);
                (_document, _) = (issued.Document, 0);
                _issues.Add((issued, _era));
            }
        }

        private void Transfer(string owner, bool group)
        {
            var decision = TransferDecision.Decide(_document, owner, "r", Given.Id("op"), Given.Platform, Given.Now);
            Assert.Equal((_retired, owner == _document.Owner && !_retired), (decision is TransferDecision.Refused, decision is TransferDecision.SameOwner));
            if (decision is TransferDecision.Transferred moved)
            {
                _document = moved.To(group);
                (_era, _suspended) = (_era + 1, false);
            }
        }

        private void Confirm()
        {
            var decision = ConfirmDecision.Decide(_document, Around, _document.Owner, EntityFingerprint.DefaultFacets, "r", Given.Id("op"), Given.Platform);
            _document = decision is ConfirmDecision.Confirmed confirmed ? confirmed.Next : _document;
            Assert.Equal(_retired, decision is ConfirmDecision.Refused);
            _suspended = false;
        }

        // The last code of each issue is tried and, where it is good, the first one is spent.
        private void TryAll()
        {
            for (var i = 0; i < _issues.Count; i++)
            {
                var (issued, era) = _issues[i];
                var good = i == _issues.Count - 1 && era == _era && !_suspended && !_retired;
                var decision = ConsumeDecision.Decide(_document, Around, Given.Request(issued.Selector(3), "try"), Given.Few);
                Assert.True(good == decision is ConsumeDecision.Spend, $"issue {i} of era {era} in era {_era}: {decision.GetType().Name}");
                if (good && ConsumeDecision.Decide(_document, Around, Given.Request(issued.Selector(0), "first-" + i), Given.Few) is ConsumeDecision.Spend spend)
                {
                    _document = spend.Next;
                    Spent++;
                }
            }
        }
    }
}
