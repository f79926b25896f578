using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using BackupCodeBroker.Cli.Broker;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb register</c>: bind an identity to owner, entity, profile and labels.</summary>
internal static class RegisterVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var options = new Fields();
        var identity = CliFrame.Identity();
        var command = frame.Command(
            "register",
            "Register an identity, or say anew what belongs to it (what is left out then is removed): the step before anything else, by the platform team.",
            "register build-bot --owner 7d2e3179-f69b-450c-7179-ac8ee8bd8ca9 --profile machine --label team=ci");
        command.Add(identity);
        options.AddTo(command);
        frame.Run(command, Reach.Broker, async (context, parsed, cancellation) =>
            await context.Broker.RegisterAsync(parsed.GetRequiredValue(identity), w => options.Write(w, parsed), cancellation) switch
            {
                BrokerAnswer<Registered>.Done done => Outcome.Done(done.Json, screen =>
                {
                    screen.Line($"Registered {done.Value.Identity}.");
                    screen.Fields(
                        ("owner", done.Value.Owner),
                        ("entity", done.Value.Entity),
                        ("external id", done.Value.ExternalId),
                        ("profile", done.Value.Profile),
                        ("recertify by", done.Value.RecertifyBy),
                        ("state", done.Value.State));
                }),
                var failed => failed.Failure(),
            });
        return command;
    }

    private sealed class Fields
    {
        private const string Rfc3339 = "yyyy-MM-dd'T'HH:mm:ss'Z'";
        private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

        private readonly Option<string> _owner = new("--owner")
        {
            Required = true,
            HelpName = "ENTITY-ID",
            Description = "Id of the Vault entity that is responsible for the identity.",
        };

        private readonly Option<string?> _entity = new("--entity") { HelpName = "ENTITY-ID", Description = "Id of the identity's own Vault entity." };

        private readonly Option<string?> _externalId = new("--external-id")
        {
            HelpName = "ID",
            Description = "What it is called elsewhere: an e-mail address, a SPIFFE id, a service account.",
        };

        private readonly Option<string> _profile = new("--profile")
        {
            HelpName = "NAME",
            Description = "Name of its profile.",
            DefaultValueFactory = _ => "machine",
        };

        private readonly Option<KeyValuePair<string, string>[]> _labels = new("--label")
        {
            HelpName = "NAME=VALUE",
            Description = "A label; can be given several times.",
            CustomParser = Labels,
        };

        private readonly Option<DateTimeOffset?> _recertifyBy = new("--recertify-by")
        {
            HelpName = "TIME",
            Description = "Until when somebody has to confirm it: a date, or a time as in RFC 3339 (UTC where no zone is given).",
            CustomParser = Time,
        };

        public void AddTo(Command command)
        {
            Option[] all = [_owner, _entity, _externalId, _profile, _labels, _recertifyBy];
            foreach (var option in all)
            {
                command.Add(option);
            }
        }

        public void Write(Utf8JsonWriter writer, ParseResult parsed)
        {
            writer.WriteString("owner", parsed.GetValue(_owner));
            Optional(writer, "entity", parsed.GetValue(_entity));
            Optional(writer, "external_id", parsed.GetValue(_externalId));
            writer.WriteString("profile", parsed.GetValue(_profile));
            if (parsed.GetValue(_labels) is { Length: > 0 } labels)
            {
                writer.WriteStartObject("labels");
                foreach (var (name, value) in labels)
                {
                    writer.WriteString(name, value);
                }

                writer.WriteEndObject();
            }

            Optional(writer, "recertify_by", parsed.GetValue(_recertifyBy)?.UtcDateTime.ToString(Rfc3339, CultureInfo.InvariantCulture));
        }

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

            result.AddError("--recertify-by is a date such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z");
            return null;
        }
    }
}
