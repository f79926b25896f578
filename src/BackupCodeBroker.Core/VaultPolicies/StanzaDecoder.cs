using BackupCodeBroker.Core.VaultPolicies.Hcl;

namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>
/// Takes attributes of the kinds that a stanza has. The first one of a wrong kind is kept in <see cref="Error"/>; what is returned
/// from then on is of no use.
/// </summary>
internal sealed class StanzaDecoder
{
    public string? Error { get; private set; }

    /// <summary>A text or a number's digits; empty where the attribute is absent.</summary>
    public string Text(IReadOnlyList<HclItem> items, string key)
    {
        string text = "";
        foreach (HclNode value in Values(items, key))
        {
            text = AsText(value, FieldName(key));
        }

        return text;
    }

    /// <summary>A list of texts.</summary>
    public List<string> Texts(IReadOnlyList<HclItem> items, string key) =>
        [.. Values(items, key).SelectMany(AsList).Select((value, index) => AsText(value, $"{FieldName(key)}[{index}]"))];

    /// <summary>An object whose inside is of no interest here.</summary>
    public void Object(IReadOnlyList<HclItem> items, string key)
    {
        if (Values(items, key).FirstOrDefault(value => value is not HclObject) is { } other)
        {
            Fail(other, $"root.{key}: not an object type for struct ({other.TypeName})");
        }
    }

    /// <summary>An object of lists. Names are lowered; the values of a name that is there twice are put together.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ParameterValue>> Parameters(IReadOnlyList<HclItem> items, string key)
    {
        var parameters = new Dictionary<string, IReadOnlyList<ParameterValue>>(StringComparer.Ordinal);
        foreach (HclNode value in Values(items, key))
        {
            if (value is not HclObject fields)
            {
                Fail(value, $"root.{key}: not an object type for map ({value.TypeName})");
                break;
            }

            foreach (HclItem field in fields.Items)
            {
                string name = field.Keys[0].ToLowerInvariant();
                IEnumerable<ParameterValue> values = AsList(Value(field)).Select(AsParameter);
                parameters[name] = [.. parameters.GetValueOrDefault(name, []), .. values];
            }
        }

        return parameters;
    }

    // Vault's messages name the fields of its own structure, and these two are not called as in the policy.
    private static string FieldName(string key) => key switch
    {
        "policy" => "root.Policy",
        "capabilities" => "root.Capabilities",
        _ => $"root.{key}",
    };

    private IEnumerable<HclNode> Values(IReadOnlyList<HclItem> items, string key) =>
        items.Where(item => item.Keys[0] == key).Select(Value);

    private HclNode Value(HclItem item)
    {
        if (item.Keys.Count > 1)
        {
            Fail(item.Value, $"root.{item.Keys[0]}: unexpected label {GoText.Quote(item.Keys[1])}");
        }

        return item.Value;
    }

    private IReadOnlyList<HclNode> AsList(HclNode node)
    {
        if (node is HclList list)
        {
            return list.Items;
        }

        Fail(node, $"unknown slice type: {node.TypeName}");
        return [];
    }

    private string AsText(HclNode node, string name)
    {
        if (node is HclLiteral { Kind: HclLiteralKind.Text or HclLiteralKind.Integer } literal)
        {
            return literal.Value;
        }

        Fail(node, $"{name}: unknown type for string {node.TypeName}");
        return "";
    }

    private static ParameterValue AsParameter(HclNode node) => node switch
    {
        HclList list => new ParameterValue.List([.. list.Items.Select(AsParameter)]),
        HclObject fields => new ParameterValue.Object(AsFields(fields)),
        HclLiteral { Kind: HclLiteralKind.Text } literal => new ParameterValue.Text(literal.Value),
        HclLiteral { Kind: HclLiteralKind.Boolean } literal => new ParameterValue.Boolean(literal.Value == "true"),
        HclLiteral literal => new ParameterValue.Number(literal.Value),
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    private static Dictionary<string, ParameterValue> AsFields(HclObject fields)
    {
        var values = new Dictionary<string, ParameterValue>(StringComparer.Ordinal);
        foreach (HclItem field in fields.Items)
        {
            values[field.Keys[0]] = AsParameter(field.Value);
        }

        return values;
    }

    private void Fail(HclNode node, string message) => Error ??= node.Position.Locate(message);
}
