using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>Counts over the period.</summary>
internal sealed class Tally
{
    private const int MaxOutcomes = 1000;

    private readonly Dictionary<string, long> _byOutcome = new(StringComparer.Ordinal);

    public long Requests { get; set; }

    public long BrokerRequests { get; set; }

    public long Explained { get; set; }

    public long ToKnow { get; set; }

    public long Operations { get; set; }

    public long Found { get; set; }

    public long Outside { get; set; }

    public long PersonUsedMachineCode { get; set; }

    /// <summary>Counts an operation's outcome.</summary>
    public void Outcome(AccessRecord record)
    {
        var key = record.Operation + " " + record.Outcome;
        if (_byOutcome.Count < MaxOutcomes || _byOutcome.ContainsKey(key))
        {
            _byOutcome[key] = _byOutcome.GetValueOrDefault(key) + 1;
        }
    }

    public AuditTotals ToTotals() => new()
    {
        Requests = Requests,
        BrokerRequests = BrokerRequests,
        Explained = Explained,
        ToKnow = ToKnow,
        Operations = Operations,
        OperationsFound = Found,
        OperationsOutside = Outside,
        ByOutcome = new SortedDictionary<string, long>(_byOutcome, StringComparer.Ordinal),
        PersonUsedMachineCode = PersonUsedMachineCode,
    };
}
