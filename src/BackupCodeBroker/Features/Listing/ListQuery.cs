using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Listing;

/// <summary>
/// What is asked of a list: where it goes on, how long a page is, and which identities are wanted; all that is given must hold. Read as strictly as a
/// body: an unknown parameter or a word that no state has is an error, not an empty list.
/// </summary>
internal sealed record ListQuery
{
    /// <summary>Identities of a page, without and at most.</summary>
    public const int DefaultLimit = 50, MaxLimit = 200;

    /// <summary>Most labels of a query.</summary>
    public const int MaxLabels = 8;

    private static readonly string[] Known = ["after", "limit", "owner", "entity", "external_id", "state", "label", "mine", "ownerless"];

    /// <summary>Where to go on.</summary>
    public ListPlace After { get; private init; } = ListPlace.Beginning;

    /// <summary>Most identities of the page.</summary>
    public int Limit { get; private init; } = DefaultLimit;

    /// <summary>Owner's id.</summary>
    public string? Owner { get; private init; }

    /// <summary>Entity's id.</summary>
    public string? Entity { get; private init; }

    /// <summary>External id.</summary>
    public string? ExternalId { get; private init; }

    /// <summary>State's word.</summary>
    public string? State { get; private init; }

    /// <summary>Labels, each with its value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; private init; } = [];

    /// <summary>Only what the caller owns.</summary>
    public bool Mine { get; private init; }

    /// <summary>Only what nobody answers for: the owner is gone or disabled.</summary>
    public bool Ownerless { get; private init; }

    /// <summary>Reads the query; its errors go to the list.</summary>
    public static ListQuery Read(ApiRequest request, List<FieldError> errors)
    {
        var query = new ListQuery
        {
            After = ListPlace.Of(request.Query("after", errors), errors),
            Limit = request.Limit(DefaultLimit, MaxLimit, errors),
            Owner = request.Query("owner", errors, ApiRequest.MaxText),
            Entity = request.Query("entity", errors, ApiRequest.MaxText),
            ExternalId = request.Query("external_id", errors, ApiRequest.MaxText),
            State = request.Query("state", errors),
            Labels = request.Labels(MaxLabels, errors),
            Mine = Flag(request, "mine", errors),
            Ownerless = Flag(request, "ownerless", errors),
        };
        if (query.State is not null && !IdentityState.All.Contains(query.State))
        {
            errors.Add(new FieldError("state", "is one of " + string.Join(", ", IdentityState.All)));
        }

        errors.AddRange(request.UnknownQueries(Known));
        return query;
    }

    /// <summary>Whether an identity is wanted, as far as its document says.</summary>
    public bool Wants(IdentityDocument document, Surroundings around, Owning? self) =>
        (Owner is null || document.Owner == Owner)
        && (Entity is null || document.Entity == Entity)
        && (ExternalId is null || document.ExternalId == ExternalId)
        && (!Mine || self is not null && self.Owns(document))
        && Labels.All(l => document.Labels.TryGetValue(l.Key, out var value) && value == l.Value)
        && (State is null || IdentityState.Of(document, around) == State);

    private static bool Flag(ApiRequest request, string name, List<FieldError> errors)
    {
        var text = request.Query(name, errors);
        if (text is not (null or "true" or "false"))
        {
            errors.Add(new FieldError(name, "is true or false"));
        }

        return text == "true";
    }
}
