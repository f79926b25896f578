using System.Text.Json.Nodes;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.WhoCan;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>The answer of <c>bcb who-can</c> for programs; its members are listed in <c>src/docs/who-can.md</c>.</summary>
internal static class WhoCanDocument
{
    /// <summary>Of those who are left so many are named: that there is somebody is what counts.</summary>
    private const int MostLeft = 5;

    /// <summary>The whole answer.</summary>
    public static JsonObject Of(WhoCanTold told)
    {
        var json = new JsonObject();
        if (told.Identity is { } identity)
        {
            json["identity"] = identity.Identity;
            json["owner"] = identity.Owner is null ? null : new JsonObject { ["id"] = identity.Owner, ["kind"] = told.OwnerIsGroup ? "group" : "entity" };
            json["entity"] = identity.Entity;
        }

        json["complete"] = told.Gaps.Count == 0;
        if (told.Identity is not null)
        {
            json["by_code"] = ByCode();
        }

        json["operations"] = Array(told.Answers, answer => Of(answer, told.Mount));
        if (told.Standing is { } standing)
        {
            json["without"] = Texts(told.Without);
            json["standing"] = Of(standing);
        }

        json["circles"] = Array(told.Circles, circle => new JsonObject { ["kind"] = Word(circle.Kind), ["log_in"] = circle.LogIn });
        json["too_broad"] = Of(told.TooBroad);
        json["unsure"] = Of(told.Unsure);
        json["not_read"] = Of(told.Gaps);
        json["trace_id"] = told.TraceId;
        return json;
    }

    /// <summary>What whoever holds a live code may, without a token.</summary>
    public static JsonArray ByCode() => Texts(Operation.All.Where(operation => !operation.IsAsked).Select(operation => operation.Name));

    /// <summary>Where an identity stands.</summary>
    public static JsonObject Of(RecoveryStanding standing) => new()
    {
        ["identity"] = standing.Identity.Identity,
        ["outlook"] = Word(standing.Outlook),
        ["consume"] = Of(standing.Consume),
        ["approve"] = Of(standing.Approve),
    };

    /// <summary>A circle of one of many identities.</summary>
    public static JsonObject Of(IdentityAccess identity, Circle circle) =>
        new() { ["identity"] = identity.Identity, ["kind"] = Word(circle.Kind), ["log_in"] = circle.LogIn };

    /// <summary>Those of whom something is remarked.</summary>
    public static JsonArray Of(IReadOnlyList<Remarked> remarked) => Array(remarked, one =>
    {
        var json = Of(one.Holder);
        json["log_ins"] = Texts(one.LogIns);
        json["policies"] = Texts(one.Policies);
        json["stanzas"] = Array(one.Stanzas, Of);
        return json;
    });

    /// <summary>What could not be read.</summary>
    public static JsonArray Of(IReadOnlyList<AccessGap> gaps) => Array(gaps, gap =>
    {
        var json = new JsonObject { ["about"] = gap.About, ["why"] = gap.Why };
        if (gap.Stanza is not null)
        {
            json["stanza"] = gap.Stanza;
        }

        return json;
    });

    /// <summary>The word for an outlook.</summary>
    public static string Word(Outlook outlook) => outlook switch
    {
        Outlook.Kept => "kept",
        Outlook.Perhaps => "perhaps",
        Outlook.ApprovalLost => "approval-lost",
        Outlook.Lost => "lost",
        _ => "nobody",
    };

    private static string Word(CircleKind kind) => kind switch
    {
        CircleKind.OwnEntity => "own-entity",
        CircleKind.LogIn => "log-in",
        _ => "vault",
    };

    private static string Word(HolderKind kind) => kind switch
    {
        HolderKind.Entity => "entity",
        HolderKind.LogIn => "log-in",
        _ => "external-group",
    };

    private static JsonObject Of(WhoCanAnswer answer, string mount) => new()
    {
        ["operation"] = answer.Question.Operation.Name,
        ["by_code"] = !answer.Question.Operation.IsAsked,
        ["path"] = answer.Question.Operation.IsAsked ? answer.Question.Path(mount) : null,
        ["owned_path"] = answer.Question.OwnedPath(mount),
        ["holders"] = Array(answer.Holders, Of),
        ["disabled"] = Array(answer.Disabled, Of),
        ["cannot_ask"] = Array(answer.CannotAsk, Of),
        ["depends_on_who"] = Of(answer.DependingOnWho),
        ["policies"] = Array(answer.Policies, policy =>
        {
            var json = Of(policy.Stanza);
            json["as_owner"] = policy.IsOwners;
            json["given"] = policy.IsGiven;
            return json;
        }),
    };

    private static JsonObject Of(HolderWays holder)
    {
        var json = Of(holder.Holder);
        json["ways"] = Array(holder.Ways, way => new JsonObject
        {
            ["log_in"] = way.LogIn,
            ["role"] = way.Role is null ? null : new JsonObject { ["kind"] = way.Role.Word, ["name"] = way.Role.Name },
            ["certain"] = way.IsCertain,
            ["as_owner"] = way.Grant.IsOwners,
            ["stanzas"] = Array(way.Grant.Stanzas, stanza =>
            {
                var of = Of(stanza);
                of["given_by"] = Texts(way.Given.FirstOrDefault(given => given.Policy == stanza.Policy)?.Givers ?? []);
                return of;
            }),
        });
        return json;
    }

    private static JsonObject Of(Holder holder) => new() { ["kind"] = Word(holder.Kind), ["id"] = holder.Id, ["name"] = holder.Name };

    private static JsonObject Of(GrantingStanza stanza) => new() { ["policy"] = stanza.Policy, ["path"] = stanza.Path };

    private static JsonObject Of(HoldersLeft left) => new()
    {
        ["before"] = left.Before.Count,
        ["after"] = left.After.Count,
        ["left"] = Array([.. left.After.OrderBy(holder => holder.Kind).ThenBy(holder => holder.Name, StringComparer.Ordinal).Take(MostLeft)], Of),
    };

    private static JsonArray Array<T>(IReadOnlyList<T> items, Func<T, JsonObject> of) => new([.. items.Select(item => (JsonNode)of(item))]);

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Order(StringComparer.Ordinal).Select(text => (JsonNode)text)]);
}
