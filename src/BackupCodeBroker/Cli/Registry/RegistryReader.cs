using System.Globalization;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Identities;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace BackupCodeBroker.Cli.Registry;

/// <summary>
/// Reads the file event by event: a mapping of <c>reason</c> and <c>identities</c>, a list of flat mappings, one document. There are no anchors, aliases and tags, so
/// nothing in it stands for more than it shows; whatever is deeper than it should be is an error where it begins.
/// </summary>
internal sealed class RegistryReader(string text)
{
    private const int MaxErrors = 20, MaxText = 256, MaxId = 64, MaxLabels = 32, MaxLabelName = 63, MaxLabelText = 128;
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    private static readonly string[] TimeForms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
    private static readonly string[] Required = ["identity", "owner", "profile"];
    private static readonly string[] Members = ["identity", "owner", "profile", "entity", "external_id", "labels", "recertify_by", "reason"];

    private readonly Parser _parser = new(new StringReader(text));
    private readonly List<string> _errors = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly List<RegistryEntry> _entries = [];
    private string? _reason;

    public (RegistryFile? File, IReadOnlyList<string> Errors) Read()
    {
        try
        {
            ReadDocument();
        }
        catch (YamlException e)
        {
            Add(e.Start.Line, "is not YAML");
        }
        catch (StopException)
        {
            // What is wrong is in the list.
        }

        return _errors.Count > 0 ? (null, _errors) : (new RegistryFile(_entries, _reason), []);
    }

    private void ReadDocument()
    {
        Next<StreamStart>("a file");
        if (!_parser.MoveNext() || _parser.Current is StreamEnd)
        {
            throw Stop(1, "the file is empty");
        }

        Next<MappingStart>("a mapping with the member identities");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (Take() is not MappingEnd)
        {
            var (name, line) = Key(seen);
            switch (name)
            {
                case "reason":
                    _reason = Text(name, MaxText);
                    break;
                case "identities":
                    ReadEntries(line);
                    break;
                default:
                    throw Stop(line, "unknown member: there are reason and identities");
            }
        }

        Next<DocumentEnd>("the end of the document");
        if (_parser.MoveNext() && _parser.Current is not StreamEnd)
        {
            throw Stop(Line, "there is a second document; one is read");
        }

        if (!seen.Contains("identities"))
        {
            Add(1, "the member identities is missing");
        }
    }

    private void ReadEntries(int line)
    {
        Next<SequenceStart>("a list of identities");
        while (Take() is not SequenceEnd)
        {
            if (_parser.Current is not MappingStart)
            {
                throw Stop(Line, "an identity is a mapping of its members");
            }

            ReadEntry();
            if (_entries.Count > RegistryFile.MaxEntries)
            {
                throw Stop(line, string.Create(CultureInfo.InvariantCulture, $"there are more than {RegistryFile.MaxEntries} identities"));
            }
        }
    }

    private void ReadEntry()
    {
        var (line, seen) = (Line, new HashSet<string>(StringComparer.Ordinal));
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        IReadOnlyDictionary<string, string> labels = new Dictionary<string, string>();
        DateTimeOffset? recertify = null;
        while (Take() is not MappingEnd)
        {
            var (name, at) = Key(seen);
            switch (name)
            {
                case "labels":
                    labels = Labels();
                    break;
                case "recertify_by":
                    recertify = Time(name);
                    break;
                case "owner" or "entity":
                    texts[name] = Id(name);
                    break;
                case "identity":
                    texts[name] = Identity(at);
                    break;
                case var known when Members.Contains(known):
                    texts[name] = Text(name, name == "profile" ? MaxId : MaxText);
                    break;
                default:
                    throw Stop(at, "unknown member: there are " + string.Join(", ", Members));
            }
        }

        foreach (var missing in Required.Where(name => !seen.Contains(name)))
        {
            Add(line, $"{missing} is missing");
        }

        _entries.Add(new RegistryEntry(texts.GetValueOrDefault("identity") ?? "", line, texts.GetValueOrDefault("owner") ?? "", texts.GetValueOrDefault("profile") ?? "")
        {
            Entity = texts.GetValueOrDefault("entity"),
            ExternalId = texts.GetValueOrDefault("external_id"),
            Labels = labels,
            RecertifyBy = recertify,
            Reason = texts.GetValueOrDefault("reason"),
        });
    }

    private string? Identity(int line)
    {
        var name = Text("identity", IdentityName.MaxLength);
        if (name is not null && !IdentityName.TryParse(name, out _))
        {
            return Add(line, "identity is " + IdentityName.Grammar);
        }

        return name is not null && !_names.TryAdd(name, line)
            ? Add(line, string.Create(CultureInfo.InvariantCulture, $"the identity stands at line {_names[name]} already"))
            : name;
    }

    private string? Id(string name)
    {
        var id = Text(name, MaxId);
        return id is null || id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? id : Add(Line, $"{name} is the id of a Vault entity or group");
    }

    private DateTimeOffset? Time(string name)
    {
        var time = Text(name, MaxId);
        if (time is null || DateTimeOffset.TryParseExact(time, TimeForms, CultureInfo.InvariantCulture, Utc, out _))
        {
            return time is null ? null : DateTimeOffset.ParseExact(time, TimeForms, CultureInfo.InvariantCulture, Utc);
        }

        Add(Line, $"{name} is a date such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z");
        return null;
    }

    private SortedDictionary<string, string> Labels()
    {
        Next<MappingStart>("a mapping of names and texts");
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (Take() is not MappingEnd)
        {
            var (name, line) = Key(seen);
            if (BackupCode.IsWithin(name))
            {
                throw Stop(line, "the name of a label holds a backup code, and would keep it for all to read. Replace that code");
            }

            if (name.Length > MaxLabelName || name.Any(char.IsControl) || seen.Count > MaxLabels)
            {
                throw Stop(line, string.Create(CultureInfo.InvariantCulture, $"there are at most {MaxLabels} labels, with names of 1 to {MaxLabelName} characters"));
            }

            labels[name] = Text("a label", MaxLabelText) ?? "";
        }

        return labels;
    }

    // A word that YAML takes for something else than text is not guessed at.
    private string? Text(string name, int max)
    {
        if (Take() is not Scalar scalar)
        {
            throw Stop(Line, $"{name} is a text");
        }

        var value = scalar.Value;
        return scalar.Style == ScalarStyle.Plain && name == "a label" && IsNoText(value) ? Add(Line, $"{name} is a text: put it into quotation marks")
            : scalar.Style == ScalarStyle.Plain && value is "" or "~" or "null" ? Add(Line, $"{name} is empty: leave it out")
            : value.Trim().Length == 0 || value.Length > max || value.Any(char.IsControl) ? Add(Line, string.Create(CultureInfo.InvariantCulture, $"{name} has 1 to {max} characters and no control characters"))
            : BackupCode.IsWithin(value) ? Add(Line, $"{name} holds a backup code, and would keep it for all to read. Replace that code")
            : value;
    }

    private static bool IsNoText(string value) =>
        value.ToUpperInvariant() is "TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" || double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private (string Name, int Line) Key(HashSet<string> seen)
    {
        if (_parser.Current is not Scalar key || key.Value.Length == 0)
        {
            throw Stop(Line, "the name of a member is a text");
        }

        return seen.Add(key.Value) ? (key.Value, Line) : throw Stop(Line, "the member stands there twice");
    }

    private int Line => (int)(_parser.Current?.Start.Line ?? 1);

    private void Next<T>(string what)
        where T : ParsingEvent
    {
        if (Take() is not T)
        {
            throw Stop(Line, $"here should be {what}");
        }
    }

    private ParsingEvent Take()
    {
        if (!_parser.MoveNext())
        {
            throw Stop(Line, "the file ends too soon");
        }

        return _parser.Current switch
        {
            AnchorAlias => throw Stop(Line, "aliases are not read: write it out"),
            NodeEvent { Anchor.IsEmpty: false } => throw Stop(Line, "anchors are not read: write it out"),
            NodeEvent { Tag.IsEmpty: false } => throw Stop(Line, "tags are not read"),
            { } current => current,
            null => throw Stop(Line, "the file ends too soon"),
        };
    }

    private StopException Stop(long line, string message)
    {
        Add(line, message);
        return new StopException();
    }

    private string? Add(long line, string message)
    {
        _errors.Add(string.Create(CultureInfo.InvariantCulture, $"line {line}: {message}"));
        return _errors.Count < MaxErrors ? null : throw new StopException();
    }

    /// <summary>Nothing after this can be told apart any more.</summary>
    private sealed class StopException : Exception;
}
