using System.Globalization;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Access;

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

    /// <summary>Reads what a page gave as <c>next</c>, or a name; its error goes to the list.</summary>
    public static ListPlace Of(string? text, List<FieldError> errors)
    {
        if (text is null)
        {
            return Beginning;
        }

        if (TryParse(text, out var place))
        {
            return place;
        }

        errors.Add(new FieldError("after", "is neither next of a page before nor an identity: " + IdentityName.Grammar));
        return Beginning;
    }

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
