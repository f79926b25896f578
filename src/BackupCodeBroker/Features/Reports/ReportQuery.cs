using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Reports;

/// <summary>What is asked of the report: where it goes on, how long a page is, and which identities are wanted; all that is given must hold.</summary>
internal sealed record ReportQuery(ListPlace After, int Limit, ReportFilter Filter)
{
    /// <summary>Identities of a page, without and at most: a page of the most stays below four MiB.</summary>
    public const int DefaultLimit = 100, MaxLimit = 500;

    /// <summary>Most labels of a query.</summary>
    public const int MaxLabels = 8;

    private static readonly string[] Known = ["after", "limit", "owner", "label", "state", "readiness", "cause"];

    /// <summary>Words for where an identity stands in a report: what is the matter with owner or entity too, and with the document.</summary>
    public static IReadOnlyList<string> States { get; } =
    [
        .. IdentityState.All,
        .. new[]
        {
            Reason.OwnerGone, Reason.OwnerDisabled, Reason.OwnerChanged, Reason.EntityGone, Reason.EntityDisabled, Reason.EntityChanged, Reason.Overgranted,
        }.Select(reason => reason.Name()),
        ReportRow.Unreadable, ReportRow.Removed,
    ];

    /// <summary>Names of causes.</summary>
    public static IReadOnlyList<string> Causes { get; } = [.. ReadinessCauses.All.Select(c => c.Name())];

    /// <summary>Reads the query; its errors go to the list. An unknown parameter or word is an error, not an empty report.</summary>
    public static ReportQuery Read(ApiRequest request, List<FieldError> errors)
    {
        var query = new ReportQuery(
            ListPlace.Of(request.Query("after", errors), errors),
            request.Limit(DefaultLimit, MaxLimit, errors),
            new ReportFilter
            {
                Owner = request.Query("owner", errors, ApiRequest.MaxText),
                Labels = request.Labels(MaxLabels, errors),
                State = Word(request, "state", States, errors),
                Readiness = Word(request, "readiness", Readiness.Levels, errors),
                Cause = Word(request, "cause", Causes, errors),
            });
        errors.AddRange(request.UnknownQueries(Known));
        return query;
    }

    private static string? Word(ApiRequest request, string name, IReadOnlyList<string> words, List<FieldError> errors)
    {
        var text = request.Query(name, errors);
        if (text is { Length: > 0 } && !words.Contains(text))
        {
            errors.Add(new FieldError(name, "is one of " + string.Join(", ", words)));
        }

        return text;
    }
}
