using System.CommandLine;
using System.Text.Json.Nodes;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>Words for the record: a purpose, a reason. They are kept and audited, so a code that slipped in here would be lost.</summary>
internal static class PlainText
{
    private const int MaxLength = 256;

    /// <summary>A required option that takes such words.</summary>
    public static Option<string> Option(string name, string description, int most = MaxLength)
    {
        var option = new Option<string>(name) { Required = true, HelpName = "TEXT", Description = description };
        option.Validators.Add(result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (text.Trim().Length == 0 || text.Length > most || text.Any(char.IsControl))
            {
                result.AddError($"{name} has 1 to {most} characters and no control characters");
            }
            else if (BackupCode.IsWithin(text))
            {
                result.AddError(
                    $"{name} holds a backup code, and would keep it in records for all to read. Replace that code: shells keep histories");
            }
        });
        return option;
    }

    /// <summary>Adds what another document says.</summary>
    public static JsonObject With(this JsonObject json, JsonObject other)
    {
        foreach (var (name, value) in other)
        {
            json[name] = value?.DeepClone();
        }

        return json;
    }
}
