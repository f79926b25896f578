using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BackupCodeBroker.DevVault.Logical;

internal delegate Result Handler(VaultRequest request, FieldData fields);

/// <summary>
/// One path of an engine. A template names what varies: <c>{name}</c> is one word of letters, digits, <c>_</c>, <c>-</c> and
/// <c>.</c>; <c>{name:seg}</c> anything up to a slash; <c>{name:all}</c> the rest, which may be empty; <c>{name:rest}</c> the rest, which may not.
/// A closing <c>/?</c> lets the path end in a slash, as listing does.
/// </summary>
internal sealed partial class Route
{
    private readonly Regex _pattern;
    private readonly string _prefix;
    private readonly string[] _names;
    private readonly Dictionary<string, Field> _fields = new(StringComparer.Ordinal);
    private readonly Dictionary<Operation, Handler> _handlers = [];

    private Route(string template)
    {
        int varies = template.IndexOfAny(['{', '?', '(']);
        _prefix = varies < 0 ? template : template[varies] == '?' ? template[..(varies - 1)] : template[..varies];
        _names = [.. Placeholder().Matches(template).Select(match => match.Groups[1].Value)];
        _pattern = new Regex(@"\A" + Expression(template) + @"\z", RegexOptions.CultureInvariant);
        foreach (string name in _names)
        {
            _fields[name] = new Field(FieldType.String);
        }
    }

    /// <summary>Whether a write to this path creates something; null where Vault does not ask.</summary>
    public Handler? Exists { get; private set; }

    public static Route At(string template) => new(template);

    public Route With(FieldType type, params string[] names)
    {
        foreach (string name in names)
        {
            _fields[name] = new Field(type);
        }

        return this;
    }

    public Route WithDefault(FieldType type, string name, JsonNode value)
    {
        _fields[name] = new Field(type, value);
        return this;
    }

    public Route On(Operation operation, Handler handler)
    {
        _handlers[operation] = handler;
        return this;
    }

    /// <summary>Create and update.</summary>
    public Route OnWrite(Handler handler) => On(Operation.Update, handler).On(Operation.Create, handler);

    public Route OnExistence(Func<FieldData, VaultRequest, bool> exists)
    {
        Exists = (request, fields) => exists(fields, request) ? new VaultResponse() : Result.None;
        return this;
    }

    public Handler? For(Operation operation) => _handlers.GetValueOrDefault(operation);

    public bool Match(string path, out Dictionary<string, string>? captures)
    {
        captures = null;
        if (!path.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return false;
        }

        Match match = _pattern.Match(path);
        if (!match.Success)
        {
            return false;
        }

        foreach (string name in _names)
        {
            if (match.Groups[name] is { Success: true } group)
            {
                (captures ??= new(StringComparer.Ordinal))[name] = group.Value;
            }
        }

        return true;
    }

    public FieldData Fields(VaultRequest request, Dictionary<string, string>? captures) => new(_fields, request.Data, captures);

    private static string Expression(string template)
    {
        string escaped = Regex.Replace(template, @"[.\-]", @"\$0");
        return Placeholder().Replace(escaped, match => match.Groups[2].Value switch
        {
            "all" => $"(?<{match.Groups[1].Value}>.*)",
            "rest" => $"(?<{match.Groups[1].Value}>.+)",
            "seg" => $"(?<{match.Groups[1].Value}>[^/]+)",
            _ => $@"(?<{match.Groups[1].Value}>[0-9A-Za-z_](([0-9A-Za-z_.\-]+)?[0-9A-Za-z_])?)",
        });
    }

    [GeneratedRegex(@"\{(\w+)(?::(\w+))?\}")]
    private static partial Regex Placeholder();
}
