using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>Which entities are identities', by their children and aliases, and which are owners, by the operations that read them.</summary>
internal sealed class PeopleBook(FindingBook findings, LifeBook lives)
{
    private const int MaxPeople = 200_000;

    private readonly AgingMap<string, string> _identities = new(MaxPeople);
    private readonly AgingMap<Mark, bool> _identityMarks = new(MaxPeople);
    private readonly AgingMap<Mark, string> _aliases = new(MaxPeople);
    private readonly AgingMap<string, HashSet<string>> _persons = new(MaxPeople);
    private readonly AgingMap<Mark, string> _personMarks = new(MaxPeople);

    /// <summary>A child reached a document: its entity is that identity's.</summary>
    public void IsOf(string entity, string identity)
    {
        if (entity.Length > 0)
        {
            _identities.Set(entity, identity);
        }
    }

    /// <summary>An operation on an identity read an entity, which Vault answered with its <paramref name="mark"/>: its owner, its own, or its alias's.</summary>
    public void Read(string entity, Mark mark, string identity)
    {
        if (!mark.IsNone)
        {
            _personMarks.Set(mark, entity);
        }

        if (!_persons.TryGet(entity, out var identities))
        {
            _persons.Set(entity, identities = new HashSet<string>(StringComparer.Ordinal));
        }

        if (identities.Count < 1000)
        {
            identities.Add(identity);
        }
    }

    /// <summary>An alias of an identity, and the entity it leads to.</summary>
    public void Alias(Mark alias, Mark entity)
    {
        if (!alias.IsNone && !_aliases.Has(alias))
        {
            _aliases.Set(alias, "");
        }

        if (!entity.IsNone)
        {
            _identityMarks.Set(entity, true);
        }
    }

    /// <summary>A child was made for an alias: where the alias led elsewhere before, it was moved.</summary>
    public void Minted(AuditEntry entry, string? identity)
    {
        var entity = entry.Answer?.Auth?.Entity ?? "";
        if (entry.Sent.Alias.IsNone || entity.Length == 0)
        {
            return;
        }

        if (_aliases.TryGet(entry.Sent.Alias, out var before) && before.Length > 0 && before != entity)
        {
            findings.Find(
                FindingKind.EntityChange,
                entry,
                $"The alias of {identity ?? "an identity"} leads to another entity than before (it was {before}, and is {entity}): somebody moved, merged or deleted it.",
                identity);
        }

        _aliases.Set(entry.Sent.Alias, entity);
    }

    /// <summary>Whether an entity is an identity's.</summary>
    public bool IsIdentity(string entity, out string identity) => _identities.TryGet(entity, out identity);

    /// <summary>Whether an entity is one that operations read.</summary>
    public bool IsPerson(string entity) => _persons.Has(entity);

    /// <summary>Which of some entities operations read.</summary>
    public IReadOnlyList<string> PersonsAmong(IReadOnlyList<Mark> entities) =>
        [.. entities.Select(mark => _personMarks.TryGet(mark, out var person) ? person : null).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>Whether an alias is an identity's.</summary>
    public bool IsAlias(Mark alias) => !alias.IsNone && _aliases.Has(alias);

    /// <summary>Whether one of the entities is an identity's.</summary>
    public bool TouchesIdentity(IReadOnlyList<Mark> entities) => entities.Any(_identityMarks.Has);

    /// <summary>An entity was changed: the codes of whom it belongs to have to end.</summary>
    public void Changed(string entity, string how, AuditEntry entry)
    {
        if (!_persons.TryGet(entity, out var identities))
        {
            return;
        }

        foreach (var identity in identities)
        {
            lives.Changed(identity, how, entry);
        }
    }
}
