using System.Globalization;
using BackupCodeBroker.Core.VaultPolicies.Hcl;

namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>
/// Reads one <c>path</c> stanza. Attributes may be given more than once: lists and parameter values then add up, of single values the
/// last holds. A stanza with <c>deny</c> is nothing but a deny.
/// </summary>
internal sealed class PathRuleReader
{
    private static readonly string[] Keys =
    [
        "comment", "policy", "capabilities", "allowed_parameters", "denied_parameters", "required_parameters", "min_wrapping_ttl",
        "max_wrapping_ttl", "mfa_methods", "control_group",
    ];

    // What the older attribute "policy" stands for.
    private static readonly Dictionary<string, string[]> OldPolicies = new()
    {
        ["deny"] = ["deny"],
        ["read"] = ["read", "list"],
        ["write"] = ["create", "read", "update", "delete", "list"],
        ["sudo"] = ["create", "read", "update", "delete", "list", "sudo"],
    };

    private readonly string _path;
    private readonly StanzaDecoder _decoder = new();

    private PathRuleReader(string path) => _path = path;

    /// <summary>The rule, or the message that says what is wrong with the stanza.</summary>
    public static (VaultPathRule? Rule, string? Error) Read(string path, HclNode stanza)
    {
        string where = $"path {GoText.Quote(path)}:";
        if (!PathTemplate.IsBalanced(path))
        {
            return (null, "failed to validate policy templating: unbalanced templating characters");
        }

        if (stanza is not HclObject fields)
        {
            return (null, $"{where} cannot check HCL keys of type {stanza.TypeName}");
        }

        if (PolicyKeys.Check(fields.Items, Keys, where + " ") is { } unknown)
        {
            return (null, unknown);
        }

        if (PathPattern.Parse(path) is null)
        {
            string shown = GoText.Quote(PathPattern.WithoutFirstSlash(path));
            return (null, $"path {shown}: invalid use of wildcards ('+*' is forbidden)");
        }

        return new PathRuleReader(path).Read(fields.Items, where);
    }

    private (VaultPathRule? Rule, string? Error) Read(IReadOnlyList<HclItem> items, string where)
    {
        string oldPolicy = _decoder.Text(items, "policy");
        List<string> names = _decoder.Texts(items, "capabilities");
        var rule = new VaultPathRule
        {
            Path = _path,
            Capabilities = VaultCapabilities.None,
            AllowedParameters = _decoder.Parameters(items, "allowed_parameters"),
            DeniedParameters = _decoder.Parameters(items, "denied_parameters"),
            RequiredParameters = _decoder.Texts(items, "required_parameters"),
        };
        _decoder.Texts(items, "mfa_methods");
        _decoder.Object(items, "control_group");
        if (_decoder.Error is { } misfit)
        {
            return (null, $"{where} {misfit}");
        }

        (VaultCapabilities capabilities, string? error) = Grant(oldPolicy, names);
        if (error is not null)
        {
            return (null, $"{where} {error}");
        }

        return capabilities is VaultCapabilities.Deny
            ? (new VaultPathRule { Path = _path, Capabilities = capabilities }, null)
            : WithWrapping(rule with { Capabilities = capabilities }, items);
    }

    private static (VaultCapabilities Capabilities, string? Error) Grant(string oldPolicy, List<string> names)
    {
        if (oldPolicy.Length > 0)
        {
            if (!OldPolicies.TryGetValue(oldPolicy, out string[]? granted))
            {
                return (default, $"invalid policy {GoText.Quote(oldPolicy)}");
            }

            names = oldPolicy == "deny" ? [.. granted] : [.. names, .. granted];
        }

        VaultCapabilities capabilities = VaultCapabilities.None;
        foreach (string name in names)
        {
            switch (VaultCapabilityNames.Find(name))
            {
                case VaultCapabilities.None:
                    return (default, $"invalid capability {GoText.Quote(name)}");
                case VaultCapabilities.Deny:
                    return (VaultCapabilities.Deny, null);
                case var capability:
                    capabilities |= capability;
                    break;
            }
        }

        return (capabilities, null);
    }

    private static (VaultPathRule? Rule, string? Error) WithWrapping(VaultPathRule rule, IReadOnlyList<HclItem> items)
    {
        if (!TryReadTtl(items, "min_wrapping_ttl", out TimeSpan minimum, out string error)
            || !TryReadTtl(items, "max_wrapping_ttl", out TimeSpan maximum, out error))
        {
            return (null, error);
        }

        bool crossed = minimum != TimeSpan.Zero && maximum != TimeSpan.Zero && maximum < minimum;
        return crossed
            ? (null, "max_wrapping_ttl cannot be less than min_wrapping_ttl")
            : (rule with { MinWrappingTtl = minimum, MaxWrappingTtl = maximum }, null);
    }

    private static bool TryReadTtl(IReadOnlyList<HclItem> items, string key, out TimeSpan ttl, out string error)
    {
        ttl = TimeSpan.Zero;
        error = "";
        if (items.LastOrDefault(item => item.Keys[0] == key) is not { } item)
        {
            return true;
        }

        error = "could not parse duration from input";
        bool read = item.Value switch
        {
            HclLiteral { Kind: HclLiteralKind.Text } literal => GoText.TryParseSeconds(literal.Value, out ttl, out error),
            HclLiteral { Kind: HclLiteralKind.Integer } literal =>
                TryReadInteger(literal.Value, out long seconds) && GoText.TryFromSeconds(seconds, out ttl),
            HclLiteral { Kind: HclLiteralKind.Decimal } literal =>
                double.TryParse(literal.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
                && GoText.TryFromSeconds(Math.Truncate(seconds), out ttl),
            _ => false,
        };
        error = $"error parsing {key}: {error}";
        return read;
    }

    private static bool TryReadInteger(string digits, out long value)
    {
        bool negative = digits.StartsWith('-');
        string magnitude = digits.TrimStart('-');
        bool hexadecimal = magnitude.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool octal = !hexadecimal && magnitude.Length > 1 && magnitude[0] == '0';
        bool read = octal
            ? TryReadOctal(magnitude, out value)
            : long.TryParse(
                hexadecimal ? magnitude.AsSpan(2) : magnitude,
                hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
                CultureInfo.InvariantCulture,
                out value);
        value = negative ? -value : value;
        return read;
    }

    private static bool TryReadOctal(string digits, out long value)
    {
        const int mostDigits = 21;
        value = 0;
        foreach (char digit in digits)
        {
            value = (value * 8) + digit - '0';
        }

        return digits.Length <= mostDigits;
    }
}
