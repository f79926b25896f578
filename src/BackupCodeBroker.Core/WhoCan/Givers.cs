namespace BackupCodeBroker.Core.WhoCan;

/// <summary>Where a token's policies come from: its entity, the entity's groups, the log-in.</summary>
internal sealed class Givers(AccessMap map)
{
    /// <summary>Every policy that something gives.</summary>
    public HashSet<string> All { get; } = map.Entities.SelectMany(entity => entity.Policies)
        .Concat(map.Groups.Values.SelectMany(group => group.Policies))
        .Concat((map.LogIns ?? []).SelectMany(logIn => logIn.Roles).SelectMany(role => role.Policies))
        .Append(LogInChoices.Default)
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Who gives a policy to a token, in words; a group that the entity is in through others with the one that it is in itself.</summary>
    public IReadOnlyList<string> Of(TokenCase one, string policy)
    {
        var givers = new List<string>();
        if (one.Entity is { } entity && Has(entity.Policies, policy))
        {
            givers.Add("entity");
        }

        givers.AddRange(one.GroupIds
            .Where(id => map.Groups.TryGetValue(id, out var group) && Has(group.Policies, policy))
            .Select(id => "group " + map.Groups[id].Name + By(one, id)));
        if (one.Choice.Role is { } role && Has(role.Policies, policy))
        {
            givers.Add($"{role.Word} {role.Name}");
        }
        else if (Has(one.Choice.Policies, policy))
        {
            givers.Add(one.Choice.Role?.Kind == LogInRoleKind.TokenRole ? $"{one.Choice.Role.Word} {one.Choice.Role.Name}" : "every log-in");
        }

        return givers;
    }

    private string By(TokenCase one, string id)
    {
        IReadOnlyList<string> direct = one.Entity?.DirectGroupIds ?? [one.Holder.Id];
        return direct.Contains(id, StringComparer.Ordinal) || direct.FirstOrDefault(start => LeadsTo(start, id)) is not { } first
            ? ""
            : $" (by way of {map.Groups[first].Name})";
    }

    private bool LeadsTo(string start, string wanted)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([start]);
        while (open.TryDequeue(out var id))
        {
            if (id == wanted)
            {
                return true;
            }

            if (seen.Add(id) && map.Groups.TryGetValue(id, out var group))
            {
                group.ParentIds.ToList().ForEach(open.Enqueue);
            }
        }

        return false;
    }

    private static bool Has(IReadOnlyList<string> policies, string policy) => policies.Contains(policy, StringComparer.OrdinalIgnoreCase);
}
