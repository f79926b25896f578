using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Report;

internal static class AuditPage
{
    /// <summary>Writes the page.</summary>
    public static void Write(TextWriter writer, AuditReport report, DateTimeOffset madeAt) =>
        writer.Write($"<!DOCTYPE html><title>{System.Net.WebUtility.HtmlEncode(Words.Verdict(report))}</title><p>{Words.Iso(madeAt)}</p>");
}
