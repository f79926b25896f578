using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Policies;

namespace BackupCodeBroker.DevVault.Identity;

/// <summary>
/// Entities, their aliases and groups. What they grant is looked up at each request, so a change acts at once on tokens that live.
/// Names are compared without case. Every change drops the compiled ACLs, because templates render from what is here.
/// </summary>
internal sealed class IdentityStore(PolicyStore policies, Clock clock)
{
    private readonly Dictionary<string, Entity> _entities = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entity> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Entity> _byMergedId = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Accessor, string Name), Alias> _aliases = [];
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);

    public IEnumerable<Entity> Entities => _entities.Values;

    public IEnumerable<Group> Groups => _groups.Values;

    public IEnumerable<Alias> Aliases => _aliases.Values;

    public Entity? Entity(string id) => _entities.GetValueOrDefault(id);

    public Entity? EntityByName(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A token's entity: the one it names, or the one that was merged into.</summary>
    public Entity? EntityOfToken(string id) => _entities.GetValueOrDefault(id) ?? _byMergedId.GetValueOrDefault(id);

    public Alias? Alias(string id) => _aliases.Values.FirstOrDefault(alias => alias.Id == id);

    public Alias? Alias(string accessor, string name) => _aliases.GetValueOrDefault((accessor, name.ToLowerInvariant()));

    public Group? Group(string id) => _groups.GetValueOrDefault(id);

    public Group? GroupByName(string name) => _groups.Values.FirstOrDefault(group => group.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public Entity NewEntity(string? name)
    {
        Instant now = clock.Now();
        var entity = new Entity { Id = Secrets.Uuid(), Name = name ?? FreshName("entity"), CreationTime = now, LastUpdateTime = now };
        _entities[entity.Id] = entity;
        _byName[entity.Name] = entity;
        policies.InvalidateAcls();
        return entity;
    }

    public void Rename(Entity entity, string name)
    {
        _byName.Remove(entity.Name);
        entity.Name = name;
        _byName[name] = entity;
    }

    public void Touch(Entity entity)
    {
        entity.LastUpdateTime = clock.Now();
        policies.InvalidateAcls();
    }

    /// <summary>The entity behind a log-in or a mint; made, with its alias, on first use.</summary>
    public Entity FetchOrCreate(string accessor, string aliasName, SortedDictionary<string, string>? metadata)
    {
        if (Alias(accessor, aliasName) is { } known)
        {
            if (metadata is not null && (known.Metadata is null || !known.Metadata.SequenceEqual(metadata)))
            {
                known.Metadata = metadata;
                known.LastUpdateTime = clock.Now();
                policies.InvalidateAcls();
            }

            return _entities[known.CanonicalId];
        }

        Entity entity = NewEntity(name: null);
        AddAlias(entity, accessor, aliasName).Metadata = metadata;
        return entity;
    }

    public Alias AddAlias(Entity entity, string accessor, string name)
    {
        Instant now = clock.Now();
        var alias = new Alias { Id = Secrets.Uuid(), CanonicalId = entity.Id, Name = name, MountAccessor = accessor, CreationTime = now, LastUpdateTime = now };
        entity.Aliases.Add(alias);
        _aliases[(accessor, name.ToLowerInvariant())] = alias;
        policies.InvalidateAcls();
        return alias;
    }

    /// <summary>Gives an alias another name, mount or entity.</summary>
    public void ChangeAlias(Alias alias, string accessor, string name, Entity owner)
    {
        _aliases.Remove((alias.MountAccessor, alias.Name.ToLowerInvariant()));
        _entities[alias.CanonicalId].Aliases.Remove(alias);
        alias.Name = name;
        alias.MountAccessor = accessor;
        alias.CanonicalId = owner.Id;
        alias.LastUpdateTime = clock.Now();
        owner.Aliases.Add(alias);
        _aliases[(accessor, name.ToLowerInvariant())] = alias;
        policies.InvalidateAcls();
    }

    public void RemoveAlias(Alias alias)
    {
        _aliases.Remove((alias.MountAccessor, alias.Name.ToLowerInvariant()));
        _entities[alias.CanonicalId].Aliases.Remove(alias);
        policies.InvalidateAcls();
    }

    public void Remove(Entity entity)
    {
        foreach (Alias alias in entity.Aliases.ToList())
        {
            RemoveAlias(alias);
        }

        foreach (Group group in _groups.Values)
        {
            group.MemberEntityIds.Remove(entity.Id);
        }

        _entities.Remove(entity.Id);
        _byName.Remove(entity.Name);
        foreach (string merged in entity.MergedEntityIds ?? [])
        {
            _byMergedId.Remove(merged);
        }

        policies.InvalidateAcls();
    }

    /// <summary>Moves one entity's aliases into another, which from then on answers for its id as well.</summary>
    public void Merge(Entity from, Entity into)
    {
        foreach (Alias alias in from.Aliases.ToList())
        {
            (alias.MergedFromCanonicalIds ??= []).Add(from.Id);
            alias.CanonicalId = into.Id;
            into.Aliases.Add(alias);
        }

        foreach (Group group in _groups.Values.Where(group => group.MemberEntityIds.Remove(from.Id)))
        {
            if (!group.MemberEntityIds.Contains(into.Id))
            {
                group.MemberEntityIds.Add(into.Id);
            }
        }

        (into.MergedEntityIds ??= []).Add(from.Id);
        _byMergedId[from.Id] = into;
        _entities.Remove(from.Id);
        _byName.Remove(from.Name);
        Touch(into);
    }

    public Group NewGroup(string? name, string type)
    {
        Instant now = clock.Now();
        var group = new Group { Id = Secrets.Uuid(), Name = name ?? FreshName("group"), Type = type, CreationTime = now, LastUpdateTime = now };
        _groups[group.Id] = group;
        return group;
    }

    public void Touch(Group group)
    {
        group.ModifyIndex++;
        group.LastUpdateTime = group.ModifyIndex == 1 ? group.CreationTime : clock.Now();
        policies.InvalidateAcls();
    }

    public void Remove(Group group)
    {
        _groups.Remove(group.Id);
        foreach (Group other in _groups.Values)
        {
            other.ParentGroupIds.Remove(group.Id);
        }

        policies.InvalidateAcls();
    }

    public IEnumerable<Group> DirectGroups(string entityId) => _groups.Values.Where(group => group.MemberEntityIds.Contains(entityId));

    /// <summary>The groups that hold the entity's groups, at any distance.</summary>
    public List<Group> InheritedGroups(string entityId)
    {
        List<Group> direct = [.. DirectGroups(entityId)];
        var seen = new HashSet<string>(direct.Select(group => group.Id), StringComparer.Ordinal);
        var inherited = new List<Group>();
        var open = new Queue<Group>(direct);
        while (open.TryDequeue(out Group? group))
        {
            foreach (Group parent in group.ParentGroupIds.Where(seen.Add).Select(id => _groups[id]))
            {
                inherited.Add(parent);
                open.Enqueue(parent);
            }
        }

        return inherited;
    }

    /// <summary>What the entity and its groups add to a token's policies.</summary>
    public List<string> PoliciesOf(Entity? entity)
    {
        if (entity is null)
        {
            return [];
        }

        var all = new List<string>(entity.Policies ?? []);
        if (_groups.Count > 0)
        {
            all.AddRange(DirectGroups(entity.Id).Concat(InheritedGroups(entity.Id)).SelectMany(group => group.Policies ?? []));
        }

        return all;
    }

    public PolicySubject? SubjectOf(Entity? entity) => entity is null
        ? null
        : new PolicySubject
        {
            EntityId = entity.Id,
            EntityName = entity.Name,
            Metadata = entity.Metadata ?? [],
            Aliases = [.. entity.Aliases.Select(a => new SubjectAlias(a.MountAccessor, a.Id, a.Name, a.Metadata ?? []))],
            Groups = [.. DirectGroups(entity.Id).Concat(InheritedGroups(entity.Id)).Select(g => new SubjectGroup(g.Id, g.Name, g.Metadata ?? []))],
        };

    private string FreshName(string kind)
    {
        string name;
        do
        {
            name = $"{kind}_{Secrets.Hex(8)}";
        }
        while (_byName.ContainsKey(name));
        return name;
    }
}
