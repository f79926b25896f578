using System.Text;
using System.Text.Json;

namespace BackupCodeBroker.Core.VaultPolicies.Hcl;

/// <summary>
/// Reads the JSON form of HCL into the same items. An object whose values are all objects is read as blocks
/// (<c>{"path":{"a":{..}}}</c> is <c>path "a" {..}</c>), and a list of objects as one item each, as Vault does.
/// </summary>
/// <remarks>
/// Vault's own JSON reader is lax where this one is not: it takes what stands behind the root object for nothing and loses the rest
/// of the text at a list within a list, so a policy can silently mean less than it says. Such texts are refused. One of its habits
/// is kept, because a policy that is in force depends on it: booleans in lists are dropped.
/// </remarks>
internal static class HclJson
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = HclParser.MaxDepth, AllowTrailingCommas = true };

    /// <summary>Whether a text is to be read as JSON: its first character that is not white space is a brace.</summary>
    public static bool Claims(string text) => text.AsSpan().TrimStart() is ['{', ..];

    public static HclParse Parse(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, Options);
        var lines = new LineCounter(bytes);
        try
        {
            reader.Read();
            List<HclItem>? items = ReadItems(ref reader, lines);
            return items is null || reader.Read()
                ? new HclParse([], "unexpected token while parsing list")
                : new HclParse(AsBlocks(items), null);
        }
        catch (JsonException malformed)
        {
            return new HclParse([], $"{malformed.LineNumber + 1}:{malformed.BytePositionInLine + 1}: malformed JSON");
        }
    }

    private static List<HclItem>? ReadItems(ref Utf8JsonReader reader, LineCounter lines)
    {
        var items = new List<HclItem>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            string key = reader.GetString() ?? "";
            int line = lines.LineOf(reader.TokenStartIndex);
            reader.Read();
            if (ReadNode(ref reader, lines) is not { } value)
            {
                return null;
            }

            items.Add(new HclItem([key], value, line));
        }

        return items;
    }

    private static HclNode? ReadNode(ref Utf8JsonReader reader, LineCounter lines)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadItems(ref reader, lines) is { } items ? new HclObject(items, default) : null;
            case JsonTokenType.StartArray:
                return ReadList(ref reader, lines);
            case JsonTokenType.True or JsonTokenType.False:
                return new HclLiteral(HclLiteralKind.Boolean, reader.GetBoolean() ? "true" : "false", default);
            case JsonTokenType.Number:
                string number = Encoding.UTF8.GetString(reader.ValueSpan);
                bool isInteger = !number.AsSpan().ContainsAny('.', 'e', 'E');
                return new HclLiteral(isInteger ? HclLiteralKind.Integer : HclLiteralKind.Decimal, number, default);
            default:
                return new HclLiteral(HclLiteralKind.Text, reader.GetString() ?? "", default);
        }
    }

    private static HclList? ReadList(ref Utf8JsonReader reader, LineCounter lines)
    {
        var items = new List<HclNode>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.Null)
            {
                return null;
            }

            if (ReadNode(ref reader, lines) is not { } item)
            {
                return null;
            }

            if (item is not HclLiteral { Kind: HclLiteralKind.Boolean })
            {
                items.Add(item);
            }
        }

        return new HclList(items, default);
    }

    // From the outside in: whether an object becomes blocks is decided before the lists inside it are taken apart.
    private static List<HclItem> AsBlocks(IReadOnlyList<HclItem> items) =>
        [.. items.SelectMany(Flatten).Select(item => item with { Value = AsBlocks(item.Value) })];

    private static HclNode AsBlocks(HclNode node) => node switch
    {
        HclObject fields => fields with { Items = AsBlocks(fields.Items) },
        HclList list => list with { Items = [.. list.Items.Select(AsBlocks)] },
        _ => node,
    };

    private static IEnumerable<HclItem> Flatten(HclItem item) => item.Value switch
    {
        HclObject { Items: { Count: > 0 } fields } when fields.All(field => field.Value is HclObject) =>
            fields.SelectMany(field => Flatten(field with { Keys = [.. item.Keys, .. field.Keys], AssignLine = item.AssignLine })),
        HclList { Items: { Count: > 0 } elements } when elements.All(element => element is HclObject) =>
            elements.SelectMany(element => Flatten(item with { Value = element })),
        _ => [item],
    };

    // Asked in ascending order, so that a text is walked through once.
    private sealed class LineCounter(byte[] bytes)
    {
        private long _counted;
        private int _line = 1;

        public int LineOf(long offset)
        {
            for (; _counted < offset; _counted++)
            {
                _line += bytes[_counted] == (byte)'\n' ? 1 : 0;
            }

            return _line;
        }
    }
}
