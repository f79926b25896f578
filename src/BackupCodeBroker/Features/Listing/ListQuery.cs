using System.Globalization;
using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
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

    private const int MaxText = 256;

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
            After = Place(request, errors),
            Limit = Number(request, errors),
            Owner = request.Query("owner", errors, MaxText),
            Entity = request.Query("entity", errors, MaxText),
            ExternalId = request.Query("external_id", errors, MaxText),
            State = request.Query("state", errors),
            Labels = ReadLabels(request, errors),
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

    private static ListPlace Place(ApiRequest request, List<FieldError> errors)
    {
        var text = request.Query("after", errors);
        if (text is null)
        {
            return ListPlace.Beginning;
        }

        if (ListPlace.TryParse(text, out var place))
        {
            return place;
        }

        errors.Add(new FieldError("after", "is neither next of a page before nor an identity: " + IdentityName.Grammar));
        return ListPlace.Beginning;
    }

    private static int Number(ApiRequest request, List<FieldError> errors)
    {
        var text = request.Query("limit", errors);
        if (text is null)
        {
            return DefaultLimit;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit)
        {
            return limit;
        }

        errors.Add(new FieldError("limit", string.Create(CultureInfo.InvariantCulture, $"must be 1 to {MaxLimit}")));
        return DefaultLimit;
    }

    private static bool Flag(ApiRequest request, string name, List<FieldError> errors)
    {
        var text = request.Query(name, errors);
        if (text is not (null or "true" or "false"))
        {
            errors.Add(new FieldError(name, "is true or false"));
        }

        return text == "true";
    }

    private static List<KeyValuePair<string, string>> ReadLabels(ApiRequest request, List<FieldError> errors)
    {
        var labels = new List<KeyValuePair<string, string>>();
        foreach (var text in request.Queries("label", MaxLabels, MaxText, errors))
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                errors.Add(new FieldError("label", "is NAME=VALUE"));
                break;
            }

            labels.Add(new(text[..at], text[(at + 1)..]));
        }

        return labels;
    }
}

/// <summary>
/// A place in the order of all names. Who may list all goes on after a name; to anybody else that name could be one they may not know of, and they
/// go on after a number of names instead. Identities are never removed, so a number can at worst show one again.
/// </summary>
/// <param name="Name">After this name; null for the beginning or a number.</param>
/// <param name="Number">After so many names.</param>
internal sealed record ListPlace(string? Name, int Number)
{
    private const char Mark = '~';
    private const int Digits = 9;

    public static ListPlace Beginning { get; } = new(null, 0);

    public bool IsBeginning => Name is null && Number == 0;

    public static bool TryParse(string text, out ListPlace place)
    {
        place = Beginning;
        if (IdentityName.TryParse(text, out _))
        {
            place = new ListPlace(text, 0);
            return true;
        }

        if (text.Length == Digits + 1 && text[0] == Mark && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            place = new ListPlace(null, number);
            return true;
        }

        return false;
    }

    /// <summary>How many of some names, in their order, lie before the place.</summary>
    public int In(IReadOnlyList<string> names)
    {
        if (Name is null)
        {
            return Math.Min(Number, names.Count);
        }

        var (low, high) = (0, names.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(names[middle], Name) > 0 ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    /// <summary>As it is written into <c>next</c>: of one width, so that a later place is a later text.</summary>
    public override string ToString() => Name ?? Mark + Number.ToString(CultureInfo.InvariantCulture).PadLeft(Digits, '0');
}
