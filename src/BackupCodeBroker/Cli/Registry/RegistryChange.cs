using System.Globalization;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;

namespace BackupCodeBroker.Cli.Registry;

/// <summary>What has to be done about one identity so that it is registered as a file says. Nothing is ever taken away but what a registration leaves out.</summary>
internal sealed record RegistryChange(RegistryEntry Entry, RegistryStep Step, IReadOnlyList<ChangedField> Fields)
{
    /// <summary>Why it could not be found out, or done.</summary>
    public Problem? Problem { get; init; }

    /// <summary>Whether that may help to repeat.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Whether it was carried out.</summary>
    public bool Applied { get; init; }

    /// <summary>Whether it has changed hands, which ended its codes, also where the rest was not carried out then.</summary>
    public bool Transferred { get; init; }

    /// <summary>Whose it was when it was compared; null where it was nobody's.</summary>
    public string? OwnerNow => Fields.FirstOrDefault(f => f.Name == "owner")?.From;

    /// <summary>Whether there is anything to do.</summary>
    public bool IsDue => Step is RegistryStep.Register or RegistryStep.Update or RegistryStep.Transfer;

    /// <summary>Compares what is said with what is registered; null where nothing is.</summary>
    public static RegistryChange Of(RegistryEntry entry, Standing? standing)
    {
        if (standing is null)
        {
            return new RegistryChange(entry, RegistryStep.Register, [new ChangedField("owner", null, entry.Owner), new ChangedField("profile", null, entry.Profile)]);
        }

        IReadOnlyList<ChangedField> fields =
        [
            .. new ChangedField[]
            {
                new("owner", standing.Owner, entry.Owner),
                new("profile", standing.Profile, entry.Profile),
                new("entity", standing.Entity, entry.Entity),
                new("external_id", standing.ExternalId, entry.ExternalId),
                new("recertify_by", Time(standing.RecertifyBy), Time(entry.RecertifyBy)),
            }.Concat(Labels(standing.Labels ?? new Dictionary<string, string>(), entry.Labels)).Where(f => f.From != f.To),
        ];
        return new RegistryChange(
            entry, fields.Count == 0 ? RegistryStep.Unchanged : fields.Any(f => f.Name == "owner") ? RegistryStep.Transfer : RegistryStep.Update, fields);
    }

    /// <summary>The change as <c>--json</c> prints it.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["identity"] = Entry.Identity,
            ["line"] = Entry.Line,
            ["change"] = Word,
            ["applied"] = Applied,
            ["transferred"] = Transferred,
            ["fields"] = new JsonArray([.. Fields.Select(f => (JsonNode)new JsonObject { ["field"] = f.Name, ["from"] = f.From, ["to"] = f.To })]),
        };
        if (Problem is { } problem)
        {
            json["error"] = problem.ToJson();
        }

        return json;
    }

    /// <summary>The step's word.</summary>
    public string Word => Step switch
    {
        RegistryStep.Register => "register",
        RegistryStep.Update => "update",
        RegistryStep.Transfer => "transfer",
        RegistryStep.Unchanged => "unchanged",
        _ => "unknown",
    };

    private static IEnumerable<ChangedField> Labels(IReadOnlyDictionary<string, string> now, IReadOnlyDictionary<string, string> said) =>
        now.Keys.Union(said.Keys).Order(StringComparer.Ordinal).Select(name => new ChangedField("label " + name, now.GetValueOrDefault(name), said.GetValueOrDefault(name)));

    private static string? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? Time(time) : text;

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);
}

/// <summary>One field that is to be otherwise.</summary>
internal sealed record ChangedField(string Name, string? From, string? To)
{
    /// <inheritdoc/>
    public override string ToString() => From is null ? $"{Name} {To}" : To is null ? $"{Name} {From} taken away" : $"{Name} {From} -> {To}";
}

/// <summary>What is to be done.</summary>
internal enum RegistryStep
{
    /// <summary>Nothing: it is as said.</summary>
    Unchanged,

    /// <summary>It is not registered.</summary>
    Register,

    /// <summary>Something of it is otherwise.</summary>
    Update,

    /// <summary>It has another owner, and perhaps more is otherwise.</summary>
    Transfer,

    /// <summary>It could not be found out.</summary>
    Unknown,
}
