using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>Which codes a lockdown is about and how it treats them, as options. Nothing said is an error: everything is locked down by <c>--all</c> alone.</summary>
internal sealed class LockdownScopeOptions
{
    private const string Rfc3339 = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    private readonly Option<bool> _freeze = new("--freeze") { Description = "Codes are unusable until the lockdown is lifted; nothing is lost." };
    private readonly Option<bool> _void = new("--void") { Description = "Codes are worthless for good; new ones have to be issued." };
    private readonly Option<bool> _all = new("--all") { Description = "Every identity." };
    private readonly Option<string?> _owner = Text("--owner", "ID", "Of the Vault entity or group with this id.");
    private readonly Option<string?> _issuedBy = Text("--issued-by", "ID", "Issued by this Vault entity, or with the token of this accessor.");
    private readonly Option<string?> _activatedBy = Text("--activated-by", "ID", "Received by this Vault entity, or with the token of this accessor.");

    private readonly Option<string?> _identities = new("--identities")
    {
        HelpName = "PATTERN",
        Description = "One identity, or all whose names begin alike: 'team-a.*' (in quotes, or the shell takes it).",
        CustomParser = result =>
        {
            if (NamePattern.TryParse(result.Tokens[0].Value) is null)
            {
                result.AddError("--identities is a name, or the beginning of names and one * at its end; a name is " + IdentityName.Grammar);
            }

            return result.Tokens[0].Value;
        },
    };

    private readonly Option<KeyValuePair<string, string>[]> _labels = new("--label")
    {
        HelpName = "NAME=VALUE",
        Description = "With this label; can be given several times, and then all are meant together.",
        CustomParser = Labels,
    };

    private readonly Option<DateTimeOffset?> _since = new("--issued-since")
    {
        HelpName = "TIME",
        Description = "Issued at or after this date, or time as in RFC 3339 (UTC where no zone is given).",
        CustomParser = Time,
    };

    /// <summary>The mode.</summary>
    public string ModeOf(ParseResult parsed) => parsed.GetValue(_void) ? "void" : "freeze";

    public void AddTo(Command command)
    {
        Option[] conditions = [_identities, _owner, _labels, _since, _issuedBy, _activatedBy, _all];
        foreach (var option in (Option[])[_freeze, _void, .. conditions])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(_freeze) == result.GetValue(_void))
            {
                result.AddError("say one of --freeze (until it is lifted) and --void (for good)");
            }

            var narrowed = conditions.Count(option => option != _all && result.GetResult(option) is { Implicit: false });
            if (result.GetValue(_all) ? narrowed > 0 : narrowed == 0)
            {
                result.AddError(result.GetValue(_all)
                    ? "--all contradicts the other conditions: leave it out, or them"
                    : "say which codes: --identities, --owner, --label, --issued-since, --issued-by, --activated-by, or --all");
            }
        });
    }

    /// <summary>Writes the request's scope and mode.</summary>
    public void Write(Utf8JsonWriter writer, ParseResult parsed)
    {
        writer.WriteStartObject("scope");
        Optional(writer, "identities", parsed.GetValue(_identities));
        Optional(writer, "owner", parsed.GetValue(_owner));
        if (parsed.GetValue(_labels) is { Length: > 0 } labels)
        {
            writer.WriteStartObject("labels");
            foreach (var (name, value) in labels)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        Optional(writer, "issued_since", parsed.GetValue(_since)?.UtcDateTime.ToString(Rfc3339, CultureInfo.InvariantCulture));
        Optional(writer, "issued_by", parsed.GetValue(_issuedBy));
        Optional(writer, "activated_by", parsed.GetValue(_activatedBy));
        if (parsed.GetValue(_all))
        {
            writer.WriteBoolean("all", true);
        }

        writer.WriteEndObject();
        writer.WriteString("mode", ModeOf(parsed));
    }

    private static Option<string?> Text(string name, string helpName, string description) => new(name) { HelpName = helpName, Description = description };

    private static void Optional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static KeyValuePair<string, string>[] Labels(ArgumentResult result)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in result.Tokens.Select(t => t.Value))
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !labels.TryAdd(text[..at], text[(at + 1)..]))
            {
                result.AddError("a label is NAME=VALUE, and each name is given once");
                break;
            }
        }

        return [.. labels];
    }

    private static DateTimeOffset? Time(ArgumentResult result)
    {
        if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, Utc, out var time))
        {
            return time;
        }

        result.AddError("--issued-since is a date such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z");
        return null;
    }
}
