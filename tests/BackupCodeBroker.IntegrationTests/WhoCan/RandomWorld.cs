using System.Text.Json;
using BackupCodeBroker.IntegrationTests.Kit;

namespace BackupCodeBroker.IntegrationTests.WhoCan;

/// <summary>A token that somebody came by, and how.</summary>
/// <param name="Text">The token.</param>
/// <param name="EntityId">Whose it is.</param>
/// <param name="LogIn">The auth mount.</param>
/// <param name="Role">Role or user that gave it.</param>
internal sealed record WorldToken(string Text, string EntityId, string LogIn, string Role);

/// <summary>
/// Policies, entities, groups within groups, users, roles and token roles at random, each from a seed that can be run again; and a token by every log-in
/// that there is. Paths are those of the deployment's authorisation mount, by name, by wildcard in each place, by template, with grants and denials in
/// each other's way.
/// </summary>
internal sealed class RandomWorld(BrokerEnvironment environment, int seed)
{
    public static readonly string[] Teams = ["team-a", "team-b"];
    public static readonly string[] Identities = ["team-a.x", "team-a.y", "team-b.x", "team-b"];
    public static readonly string[] Operations = ["issue", "consume", "approve", "register"];

    private const int PolicyCount = 24;
    private const int UserCount = 14;
    private const int RoleCount = 5;
    private const int GroupCount = 6;

    private readonly Random _random = new(seed);
    private readonly string _name = $"w{seed}-{Guid.NewGuid().ToString("n")[..6]}";
    private readonly List<string> _groupNames = [];
    private string _accessor = "";

    /// <summary>All of their tokens.</summary>
    public List<WorldToken> Tokens { get; } = [];

    /// <summary>Entities and groups, any of which may own something.</summary>
    public List<string> Owners { get; } = [];

    private RootClient Root => environment.Root;

    private string Ask => environment.Names.AskMount;

    public async Task MakeAsync()
    {
        await Root.PostAsync($"sys/auth/{_name}-up", new { type = "userpass" });
        await Root.PostAsync($"sys/auth/{_name}-ar", new { type = "approle" });
        _accessor = (await Root.GetAsync("sys/auth")).GetProperty("data").GetProperty(_name + "-up/").GetProperty("accessor").GetString()!;
        _groupNames.AddRange(Enumerable.Range(0, GroupCount).Select(i => $"{_name}-g{i}"));
        for (var i = 0; i < PolicyCount; i++)
        {
            await Root.PostAsync("sys/policies/acl/" + Policy(i), new { policy = string.Join('\n', Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Stanza())) });
        }

        List<string> entities = [];
        for (var i = 0; i < UserCount; i++)
        {
            entities.Add(await UserAsync(i));
        }

        await GroupsAsync(entities);
        for (var i = 0; i < UserCount; i++)
        {
            await LogInAsync($"auth/{_name}-up", "u" + i, new { password = "p" }, $"login/u{i}");
        }

        for (var i = 0; i < RoleCount; i++)
        {
            await RoleAsync(i);
        }

        await TokenRoleAsync();
        Owners.AddRange(Tokens.Select(token => token.EntityId).Distinct());
    }

    private async Task<string> UserAsync(int i)
    {
        await Root.PostAsync($"auth/{_name}-up/users/u{i}", new { password = "p", token_policies = Some(3), token_no_default_policy = _random.Next(4) == 0 });
        var entity = (await Root.PostAsync("identity/entity", new { name = $"{_name}-e{i}", policies = Some(2), metadata = new { team = Pick(Teams) } })).GetProperty("data").GetProperty("id").GetString()!;
        await Root.PostAsync("identity/entity-alias", new { name = "u" + i, canonical_id = entity, mount_accessor = _accessor });
        return entity;
    }

    // The later ones hold earlier ones, so that some are three deep.
    private async Task GroupsAsync(List<string> entities)
    {
        var made = new List<string>();
        for (var i = 0; i < GroupCount; i++)
        {
            var group = (await Root.PostAsync("identity/group", new
            {
                name = _groupNames[i],
                policies = Some(2),
                metadata = new { team = Pick(Teams) },
                member_entity_ids = entities.Where(_ => _random.Next(4) == 0).ToArray(),
                member_group_ids = made.Where(_ => _random.Next(3) == 0).ToArray(),
            })).GetProperty("data").GetProperty("id").GetString()!;
            made.Add(group);
            Owners.Add(group);
        }
    }

    private async Task RoleAsync(int i)
    {
        var path = $"auth/{_name}-ar/role/r{i}";
        await Root.PostAsync(path, new { token_policies = Some(3), token_no_default_policy = _random.Next(4) == 0 });
        var role = (await Root.GetAsync(path + "/role-id")).GetProperty("data").GetProperty("role_id").GetString();
        var secret = (await Root.PostAsync(path + "/secret-id", new { })).GetProperty("data").GetProperty("secret_id").GetString();
        await LogInAsync($"auth/{_name}-ar", "r" + i, new { role_id = role, secret_id = secret }, "login");
    }

    private async Task TokenRoleAsync()
    {
        var allowed = Some(4).Distinct().ToArray();
        var role = _name + "-t";
        await Root.PostAsync("auth/token/roles/" + role, new { allowed_policies = allowed, allowed_entity_aliases = new[] { _name + "-*" }, orphan = true });
        foreach (var policy in allowed)
        {
            var auth = (await Root.PostAsync("auth/token/create/" + role, new { entity_alias = _name + "-made", policies = new[] { policy } })).GetProperty("auth");
            Tokens.Add(Token(auth, "auth/token", role));
        }
    }

    private async Task LogInAsync(string mount, string role, object body, string path) =>
        Tokens.Add(Token((await Root.PostAsync($"{mount}/{path}", body)).GetProperty("auth"), mount, role));

    private static WorldToken Token(JsonElement auth, string mount, string role) =>
        new(auth.GetProperty("client_token").GetString()!, auth.GetProperty("entity_id").GetString()!, mount, role);

    private string Policy(int i) => $"{_name}-p{i}";

    private string[] Some(int most) => [.. Enumerable.Range(0, _random.Next(most + 1)).Select(_ => Policy(_random.Next(PolicyCount)))];

    private string Stanza() => _random.Next(30) switch
    {
        0 => "path \"auth/token/lookup-self\" { capabilities = [\"deny\"] }",
        1 or 2 => "path \"auth/token/lookup-self\" { capabilities = [\"read\"] }\npath \"sys/capabilities-self\" { capabilities = [\"update\"] }",
        _ => $"path \"{Path()}\" {{ capabilities = [{Capabilities()}]{Demands()} }}",
    };

    private string Path() => _random.Next(24) switch
    {
        0 => $"{Ask}/*",
        1 => "+/" + Pick(Operations) + "/" + Pick(Identities),
        2 => $"{Ask}/+/{Pick(Identities)}",
        3 => $"{Ask}/+/{Pick(Teams)}.*",
        4 => $"{Ask}/{Pick(Operations)}/+",
        5 => $"{Ask}/{Pick(Operations)}/{{{{identity.entity.metadata.team}}}}.*",
        6 => $"{Ask}/{Pick(Operations)}/{{{{ identity.groups.names.{Pick(_groupNames)}.metadata.team }}}}.x",
        7 => $"{Ask}/+/{{{{identity.entity.metadata.team}}}}*",
        8 => $"{Ask}/{Pick(Operations)}/{{{{identity.entity.aliases.{_accessor}.name}}}}",
        9 or 10 or 11 => $"{Ask}/{Pick(Operations)}/@owned",
        12 or 13 => $"{Ask}/{Pick(Operations)}/*",
        14 => $"{Ask}/{Pick(Operations)[..3]}*",
        15 or 16 => $"{Ask}/{Pick(Operations)}/{Pick(Identities)}",
        _ => $"{Ask}/{Pick(Operations)}/{Pick(Teams)}.*",
    };

    private string Capabilities() => _random.Next(10) switch
    {
        0 or 1 => "\"deny\"",
        2 => "\"update\", \"list\"",
        3 => "\"read\", \"list\"",
        4 => "",
        _ => "\"read\"",
    };

    private string Demands() => _random.Next(16) switch
    {
        0 => "\n min_wrapping_ttl = \"10s\"",
        1 => "\n required_parameters = [\"x\"]",
        _ => "",
    };

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
