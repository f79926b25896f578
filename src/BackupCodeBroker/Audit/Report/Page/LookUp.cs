using System.Text.RegularExpressions;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Audit.Report.Page;

/// <summary>
/// Commands with which an auditor sees for themselves what the report says. They are pasted into shells, and ids and names come from logs that attackers write to: an id
/// that is not plain gives no command, and a name stands in quotes or not at all.
/// </summary>
internal static partial class LookUp
{
    private const int MostFiles = 12;
    private const int MostIds = 6;

    // The log may be packed, and syslog may have put something in front of each line.
    private const string Unprefixed = "sed 's/^[^{]*//'";
    private const string Columns = "jq -r '[.time, .type, .request.operation, .request.path, .auth.display_name] | @tsv'";

    /// <summary>Commands for a finding, each with what it shows.</summary>
    public static IEnumerable<(string Shows, string Command)> For(Finding finding, IReadOnlyList<AuditSource> sources)
    {
        var logs = Files(sources.Where(s => s.Kind == "vault-audit"));
        var records = Files(sources.Where(s => s.Kind is "access-records" or "otlp"));
        var ids = finding.RequestIds.Where(IsPlain).Take(MostIds).ToList();
        if (ids.Count > 0 && logs is not null)
        {
            yield return ("its requests in Vault’s log", $"zgrep -hF {string.Join(' ', ids.Select(id => $"-e '{id}'"))} -- {logs} | {Unprefixed} | jq .");
        }

        if (finding.TraceId is { } trace && IsPlain(trace) && logs is not null)
        {
            yield return ("everything in its trace, one line each", $"zgrep -hF '{trace}' -- {logs} | {Unprefixed} | {Columns}");
        }

        if (finding.OperationId is { } operation && IsPlain(operation) && records is not null)
        {
            yield return ("the broker’s record of the operation", $"zgrep -hF '{operation}' -- {records} | jq .");
        }
    }

    /// <summary>A name between quotes that a shell takes as it is; null where it holds what cannot be pasted.</summary>
    public static string? Quoted(string name) => name.Length > 0 && Visible.Of(name) == name ? $"'{name.Replace("'", "'\\''", StringComparison.Ordinal)}'" : null;

    private static string? Files(IEnumerable<AuditSource> sources)
    {
        var names = sources.Where(s => s.Name != "-").Select(s => Quoted(s.Name)).OfType<string>().Take(MostFiles).ToList();
        return names.Count == 0 ? null : string.Join(' ', names);
    }

    private static bool IsPlain(string id) => PlainId().IsMatch(id);

    [GeneratedRegex(@"\A[0-9A-Za-z][0-9A-Za-z-]{0,63}\z")]
    private static partial Regex PlainId();
}
