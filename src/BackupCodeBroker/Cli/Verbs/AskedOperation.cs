using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>An operation and what it is about, as <c>bcb can</c> was asked.</summary>
internal sealed record AskedOperation(Operation Operation, string? Target)
{
    /// <summary>Reads both; what is wrong is said.</summary>
    public static bool TryRead(string name, string? target, [NotNullWhen(true)] out AskedOperation? asked, out string error)
    {
        var operation = Operation.Named(name);
        error = operation?.Target switch
        {
            null => "there is no such operation; there are " + string.Join(", ", Operation.All.Where(o => o.IsAsked).Select(o => o.Name)),
            _ when !operation!.IsAsked => $"nobody is asked whether they may '{name}': the code is all that counts",
            OperationTarget.None when target is not null => $"'{name}' is about all identities: name none",
            OperationTarget.Identity when target is null => $"'{name}' is about one identity: name it",
            OperationTarget.Identity when !IdentityName.TryParse(target, out _) => "an identity is " + IdentityName.Grammar,
            OperationTarget.Prefix when target is not null && !IdentityName.TryParse(target, out _) => "the beginning of names is " + IdentityName.Grammar,
            _ => "",
        };
        // Whatever names begin with: all of them.
        var meant = operation?.Target == OperationTarget.Prefix ? target ?? "" : target;
        asked = error.Length == 0 ? new AskedOperation(operation!, meant) : null;
        return asked is not null;
    }

    /// <summary>The answer for programs.</summary>
    public JsonObject ToJson(string verdict, string path)
    {
        var json = new JsonObject { ["operation"] = Operation.Name };
        if (Target is not null)
        {
            json[Operation.Target == OperationTarget.Prefix ? "prefix" : "identity"] = Target;
        }

        json["verdict"] = verdict;
        json["path"] = path;
        return json;
    }

    /// <inheritdoc/>
    public override string ToString() => string.IsNullOrEmpty(Target) ? Operation.Name : $"{Operation.Name} {Target}";
}
