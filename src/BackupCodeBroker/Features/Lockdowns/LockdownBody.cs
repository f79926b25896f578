using System.Globalization;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Features.Lockdowns;

/// <summary>What a declaration's body says, read strictly: a scope that says nothing is refused unless it says <c>all</c>, since nobody locks everything down by leaving a member out.</summary>
internal sealed record LockdownBody(LockdownScope Scope, string Mode, string Reason, int? Expected, bool DryRun)
{
    private const int MaxId = 64;
    private const int MaxLabelName = 63;
    private const int MaxLabelText = 128;
    private const int MaxExpected = 10_000_000;

    /// <summary>Reads it; null where the body has errors.</summary>
    public static LockdownBody? Read(RequestBody body, DateTimeOffset now)
    {
        var scope = body.Part("scope") is { } part ? ScopeOf(part, now) : null;
        var mode = body.OneOf("mode", Core.Documents.Lockdown.Freeze, Core.Documents.Lockdown.Void);
        var reason = body.Text("reason", ApiRequest.MaxReason, required: true);
        var expected = body.Number("expect", 0, MaxExpected);
        var dryRun = body.Flag("dry_run");
        return scope is null || mode is null || reason is null ? null : new LockdownBody(scope, mode, reason, expected, dryRun);
    }

    private static LockdownScope? ScopeOf(RequestBody part, DateTimeOffset now)
    {
        var labels = part.Texts("labels", LockdownScope.MaxLabels, MaxLabelName, MaxLabelText);
        var scope = new LockdownScope
        {
            Identities = Pattern(part),
            Owner = Id(part, "owner"),
            Labels = labels.Count > 0 ? labels : null,
            IssuedSince = Since(part, now),
            IssuedBy = Id(part, "issued_by"),
            ActivatedBy = Id(part, "activated_by"),
        };
        var all = part.Flag("all");
        if (part.Errors.Count == 0 && scope.IsTooLarge)
        {
            part.Add("labels", string.Create(CultureInfo.InvariantCulture, $"are too long together: a scope has at most {LockdownScope.MaxBytes} bytes"));
        }

        if (part.Errors.Count == 0 && all != scope.IsEverything)
        {
            part.Add("all", all ? "contradicts the other conditions: leave it out, or them" : "is what an empty scope has to say: true means every identity");
        }

        return part.Errors.Count == 0 ? scope : null;
    }

    private static string? Pattern(RequestBody part)
    {
        var text = part.Text("identities", IdentityName.MaxLength + 1, required: false);
        if (text is not null && NamePattern.TryParse(text) is null)
        {
            part.Add("identities", "is a name, or the beginning of names and one * at its end; a name is " + IdentityName.Grammar);
        }

        return text;
    }

    // Ids of entities, groups and accessors, as Vault makes them.
    private static string? Id(RequestBody part, string name)
    {
        var id = part.Text(name, MaxId, required: false);
        if (id is not null && !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'))
        {
            part.Add(name, name == "owner" ? "is not the id of a Vault entity or group" : "is not the id of a Vault entity, or the accessor of a token");
        }

        return id;
    }

    private static DateTimeOffset? Since(RequestBody part, DateTimeOffset now)
    {
        var since = part.Time("issued_since");
        if (since > now)
        {
            part.Add("issued_since", "lies in the future: nothing was issued since");
        }

        return since;
    }
}
