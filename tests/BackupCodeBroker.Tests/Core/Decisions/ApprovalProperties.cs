using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using CsCheck;
using Xunit;
using static BackupCodeBroker.Tests.Core.Decisions.Approving;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>Whatever four people and one without an entity do, in whatever order: what is spent was asked for, consented to and used by three of them.</summary>
public sealed class ApprovalProperties
{
    private static readonly Actor[] Cast = [Ann, Bob, Given.Verifier, Given.Stranger, Nobody];

    private static readonly Gen<(int Kind, int Who, int Which, int Minutes)> Step = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 4], Gen.Int[0, 15], Gen.Int[0, 9]);

    [Fact]
    [Trait("Requirement", "R-28")]
    public void No_sequence_lets_one_entity_play_two_parts_or_one_consent_serve_twice() =>
        Step.Array[1, 60].Sample(steps =>
        {
            var run = new Run();
            foreach (var step in steps)
            {
                run.Do(step.Kind, Cast[step.Who], step.Which, step.Minutes);
            }
        });

    private sealed class Run
    {
        private readonly Issued _holding = Given.Active(Guarded with { Count = 16 }, document: Given.Registered.Ask("issue", Ann, "issue").Answered("issue"));
        private readonly Dictionary<string, Actor> _asked = [], _given = [];
        private readonly HashSet<string> _used = [], _spent = [], _ended = [];
        private readonly List<string> _ids = [];
        private IdentityDocument _document;
        private Surroundings _around = Given.Around;
        private int _count;

        public Run() => _document = _holding.Document;

        public void Do(int kind, Actor by, int which, int minutes)
        {
            var id = _ids.Count > 0 ? _ids[which % _ids.Count] : "none";
            switch (kind)
            {
                case 0:
                    Ask(by);
                    break;
                case 1 or 2:
                    Answer(id, by, given: true);
                    break;
                case 3:
                    Answer(id, by, given: false);
                    break;
                case 4 or 5:
                    Consume(by, _holding.Selector(which));
                    break;
                case 6:
                    _around = _around.Later(TimeSpan.FromMinutes(minutes));
                    break;
                case 7 when minutes == 0:
                    _around = _around.With(Given.Locked(Lockdown.Freeze, _around.StateVersion + 1, new LockdownScope { Identities = Given.Identity, IssuedBy = "nobody" }));
                    _ended.UnionWith(_ids);
                    break;
            }

            Assert.InRange(_document.Approvals.Count, 0, Approval.Max);
            Assert.InRange(_document.Reviews.Count, 0, OpenReview.Max);
        }

        private void Ask(Actor by)
        {
            var id = $"r{_count++}x";
            if (RequestApprovalDecision.Decide(_document, _around, Request(id, by), Guarded) is RequestApprovalDecision.Requested requested)
            {
                (_document, _asked[id]) = (requested.Next, by);
                _ids.Add(id);
            }
        }

        private void Answer(string id, Actor by, bool given)
        {
            if (_document.Answer(id, by, given, _around) is not AnswerApprovalDecision.Answered answered)
            {
                return;
            }

            _document = answered.Next;
            if (given)
            {
                _given[id] = by;
            }
            else
            {
                _ended.Add(id);
            }
        }

        private void Consume(Actor by, string selector)
        {
            var operation = $"c{_count++}x";
            var before = _document;
            if (_document.Consume(selector, by, operation, _around) is not ConsumeDecision.Spend spend)
            {
                return;
            }

            _document = spend.Next;
            var use = Assert.Single(_document.Approvals, a => a.Use?.OperationId == spend.Consumption.OperationId);
            var id = _ids.Single(i => Given.Id(i) == use.Id);
            Assert.True(_spent.Add(selector) && _used.Add(id), "used twice");
            Assert.DoesNotContain(id, _ended);
            Assert.Equal(3, new[] { _asked[id].EntityId, _given[id].EntityId, by.EntityId }.Where(e => e.Length > 0).Distinct().Count());
            Assert.True(_around.Now - use.RequestedAt < Guarded.ApprovalTtl);
            Assert.Equal(before.Reviews.Count + 1, _document.Reviews.Count);
        }
    }
}
