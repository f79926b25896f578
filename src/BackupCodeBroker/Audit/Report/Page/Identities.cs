using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Audit.Report.Page;

/// <summary>The identities whose codes something happened to, those with findings first, and where on the page each one's life stands.</summary>
internal sealed class Identities
{
    // Beyond these the page may have been cut short, and a link could lead nowhere.
    private const int MostLinked = 200;

    private readonly Dictionary<string, int> _ranks = new(StringComparer.Ordinal);

    public Identities(AuditReport report)
    {
        Findings = report.Findings.Where(f => f.Identity is not null).GroupBy(f => f.Identity!).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        Lives =
        [
            .. report.Sets.GroupBy(s => s.Identity)
                .OrderBy(g => Findings.ContainsKey(g.Key) ? 0 : 1).ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => (g.Key, (IReadOnlyList<SetLife>)[.. g.OrderBy(s => s.Generation)])),
        ];
        foreach (var (identity, _) in Lives)
        {
            _ranks[identity] = _ranks.Count;
        }
    }

    /// <summary>Each identity's sets, by generation.</summary>
    public IReadOnlyList<(string Identity, IReadOnlyList<SetLife> Sets)> Lives { get; }

    /// <summary>Each identity's findings.</summary>
    public IReadOnlyDictionary<string, List<Finding>> Findings { get; }

    /// <summary>The name of an identity's place. It is a number: names come from elsewhere.</summary>
    public string PlaceOf(string identity) => "i" + Markup.Number(_ranks[identity]);

    /// <summary>A link to an identity's life, where it surely stands on the page.</summary>
    public string? LinkTo(string identity) => _ranks.TryGetValue(identity, out var rank) && rank < MostLinked ? "#" + PlaceOf(identity) : null;
}
