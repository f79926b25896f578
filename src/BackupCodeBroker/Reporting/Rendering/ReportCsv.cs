using System.Buffers;
using System.Globalization;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Reporting.Rendering;

/// <summary>
/// The report as CSV (RFC 4180), one identity a line, for spreadsheets. Those take a cell that begins with one of <c>= + - @</c>, a tab or a carriage
/// return for a formula, and names here are others' choice: such a cell begins with an apostrophe, which they show as text.
/// </summary>
internal static class ReportCsv
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n;\t");

    private static readonly (string Name, Func<ReportRow, string?> Of)[] Columns =
    [
        ("identity", r => r.Identity),
        ("external_id", r => r.ExternalId),
        ("readiness", r => r.Readiness),
        ("causes", r => string.Join(' ', r.Causes)),
        ("state", r => r.State),
        ("profile", r => r.Profile),
        ("kind", r => r.Active?.Kind),
        ("owner", r => r.Owner?.Id),
        ("owner_name", r => r.Owner?.Name),
        ("owner_kind", r => r.Owner is null ? null : r.Owner.Kind ?? "entity"),
        ("owner_state", r => r.Owner?.State),
        ("entity", r => r.Entity),
        ("labels", r => string.Join(' ', r.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => l.Key + "=" + l.Value))),
        ("registered_at", r => Time(r.RegisteredAt)),
        ("retired_at", r => Time(r.RetiredAt)),
        ("recertify_by", r => Time(r.RecertifyBy)),
        ("generation", r => Number(r.Active?.Generation)),
        ("issued_at", r => Time(r.Active?.IssuedAt)),
        ("issued_by", r => r.Active?.IssuedBy),
        ("activated_at", r => Time(r.Active?.ActivatedAt)),
        ("activated_by", r => r.Active?.ActivatedBy),
        ("expires_at", r => Time(r.Active?.ExpiresAt)),
        ("count", r => Number(r.Active?.Count)),
        ("remaining", r => Number(r.Active?.Remaining)),
        ("used", r => Number(r.Active?.Used)),
        ("last_rotated_at", r => Time(r.LastRotatedAt)),
        ("last_consumed_at", r => Time(r.LastConsumedAt)),
        ("last_consumed_by", r => r.LastConsumedBy),
        ("last_proven_at", r => Time(r.LastProvenAt)),
        ("pending_until", r => Time(r.PendingUntil)),
        ("previous_generation", r => Number(r.Previous?.Generation)),
        ("previous_ended", r => r.Previous?.How),
        ("previous_ended_at", r => Time(r.Previous?.EndedAt)),
        ("previous_used", r => Number(r.Previous?.Used)),
        ("previous_unused", r => Number(r.Previous?.Unused)),
        ("suspended_since", r => Time(r.Suspension?.Since)),
        ("suspended_cause", r => r.Suspension?.Cause),
        ("open_approvals", r => Number(r.OpenApprovals)),
        ("open_reviews", r => Number(r.OpenReviews)),
    ];

    /// <summary>Writes it as it is, for programs.</summary>
    public static void Write(TextWriter writer, IEnumerable<ReportRow> rows) => Write(writer, rows, text => text);

    /// <summary>Writes it for a terminal, which would obey the control characters in a name: they are shown.</summary>
    public static void Show(TextWriter writer, IEnumerable<ReportRow> rows) => Write(writer, rows, text => text is null ? null : Visible.Of(text));

    /// <summary>A cell: a formula is disarmed, and what could end a cell is quoted.</summary>
    public static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        // Some spreadsheets look past blanks, and past a full-width sign of the same meaning.
        var first = text.TrimStart(' ', '\u00a0', '\u3000', '\ufeff') is [var c, ..] ? c : text[0];
        var safe = first is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠' ? "'" + text : text;
        return safe.AsSpan().ContainsAny(Quoted) ? "\"" + safe.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : safe;
    }

    private static void Write(TextWriter writer, IEnumerable<ReportRow> rows, Func<string?, string?> shown)
    {
        Line(writer, Columns.Select(c => (string?)c.Name));
        foreach (var row in rows)
        {
            Line(writer, Columns.Select(c => shown(c.Of(row))));
        }
    }

    private static void Line(TextWriter writer, IEnumerable<string?> cells)
    {
        writer.Write(string.Join(',', cells.Select(Cell)));
        writer.Write("\r\n");
    }

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string? Number(int? number) => number?.ToString(CultureInfo.InvariantCulture);
}
