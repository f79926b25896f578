using System.Text.Json.Nodes;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Doctor;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>A doctor's report for programs; its members are listed in <c>src/docs/doctor.md</c>.</summary>
internal static class DoctorDocument
{
    /// <summary>The report as one document.</summary>
    public static JsonObject Of(DoctorReport report, DoctorOptions options) => new()
    {
        ["vault"] = options.Vault.Address,
        ["version"] = options.Version,
        ["errors"] = report.Count(Severity.Error),
        ["warnings"] = report.Count(Severity.Warning),
        ["hints"] = report.Count(Severity.Hint),
        ["not_checked"] = report.Count<CheckResult.NotChecked>(),
        ["checks"] = new JsonArray([.. report.Checks.Select(check => (JsonNode)Of(check))]),
    };

    /// <summary>The word for a result.</summary>
    public static string Word(CheckResult result) => result switch
    {
        CheckResult.Ok => "ok",
        CheckResult.Finding { Severity: Severity.Error } => "error",
        CheckResult.Finding { Severity: Severity.Warning } => "warning",
        CheckResult.Finding => "hint",
        CheckResult.NotChecked => "not-checked",
        _ => throw new InvalidOperationException("a result of no known kind"),
    };

    private static JsonObject Of(CheckReport check)
    {
        var json = new JsonObject { ["id"] = check.Id, ["about"] = check.About, ["result"] = Word(check.Result) };
        switch (check.Result)
        {
            case CheckResult.Ok { Saw.Length: > 0 } ok:
                json["detail"] = ok.Saw;
                break;
            case CheckResult.Finding finding:
                json["detail"] = finding.What;
                json["why"] = finding.Why;
                json["fix"] = Of(finding.Fix);
                break;
            case CheckResult.NotChecked unseen:
                json["detail"] = unseen.Why;
                if (unseen.Path is not null)
                {
                    json["path"] = unseen.Path;
                    json["stanza"] = unseen.Stanza;
                }

                break;
        }

        return json;
    }

    private static JsonObject Of(Remedy fix) => new()
    {
        ["words"] = fix.Words,
        ["commands"] = new JsonArray([.. fix.Commands.Select(command => (JsonNode)command)]),
    };
}
