using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Core.WhoCan;
using Xunit;

namespace BackupCodeBroker.Tests.Core.WhoCan;

/// <summary>A Vault of a few people, put together line by line.</summary>
internal sealed class SmallVault
{
    public const string Mount = "ask";

    private const string DefaultText = "path \"auth/token/lookup-self\" { capabilities = [\"read\"] }\npath \"sys/capabilities-self\" { capabilities = [\"update\"] }";

    private readonly Dictionary<string, VaultPolicy> _policies = [];
    private readonly HashSet<string> _unread = [];
    private readonly Dictionary<string, KnownGroup> _groups = [];
    private readonly List<KnownEntity> _entities = [];
    private readonly Dictionary<string, LogIn> _logIns = [];

    public SmallVault() => Text("default", DefaultText);

    /// <summary>A policy of stanzas such as <c>consume/*</c> (read), <c>!consume/x</c> (deny).</summary>
    public SmallVault Policy(string name, params string[] grants) => Text(name, string.Join('\n', grants.Select(grant =>
        $"path \"{Mount}/{grant.TrimStart('!')}\" {{ capabilities = [\"{(grant.StartsWith('!') ? "deny" : "read")}\"] }}")));

    public SmallVault Text(string name, string text)
    {
        _policies[name] = Assert.IsType<VaultPolicyParse.Parsed>(VaultPolicy.Parse(name, text)).Policy;
        return this;
    }

    public SmallVault Unreadable(string name)
    {
        _unread.Add(name);
        return this;
    }

    /// <summary>A group; <paramref name="parents"/> are those that it is in.</summary>
    public SmallVault Group(string id, string[] policies, params string[] parents)
    {
        _groups[id] = new KnownGroup(id, id, new Dictionary<string, string>(), policies, parents);
        return this;
    }

    /// <summary>A group that an auth mount fills as its members log in.</summary>
    public SmallVault External(string id, string logIn, string[] policies, params string[] parents)
    {
        Group(id, policies, parents);
        _groups[id] = _groups[id] with { External = Alias(logIn, id) };
        return this;
    }

    public SmallVault LogIn(string path, string type, params LogInRole[] roles)
    {
        _logIns[path] = new LogIn(path, type, path) { Roles = roles };
        return this;
    }

    /// <summary>An entity with aliases such as <c>auth/up alice</c>, or with metadata behind: <c>auth/ar x role_name=ci</c>.</summary>
    public SmallVault Entity(string id, string[] policies, string[] groups, params string[] aliases) => Entity(id, policies, groups, false, aliases);

    public SmallVault Entity(string id, string[] policies, string[] groups, bool isDisabled, params string[] aliases)
    {
        var all = new List<string>(groups);
        for (var i = 0; i < all.Count; i++)
        {
            all.AddRange(_groups[all[i]].ParentIds.Where(parent => !all.Contains(parent)));
        }

        _entities.Add(new KnownEntity
        {
            Id = id,
            Name = id,
            IsDisabled = isDisabled,
            Policies = policies,
            DirectGroupIds = groups,
            GroupIds = all,
            Metadata = new Dictionary<string, string> { ["team"] = id },
            Aliases = [.. aliases.Select(alias => alias.Split(' ')).Select(words => Alias(words[0], words[1], words[2..]))],
        });
        return this;
    }

    public AccessEvaluator Evaluator => new(
        new AccessMap { Policies = _policies, UnreadPolicies = _unread, Groups = _groups, Entities = _entities, LogIns = [.. _logIns.Values] }, Mount);

    public WhoCanAnswer Who(Operation operation, string identity, string? owner = null) =>
        Evaluator.Ask(new AccessQuestion(operation, identity) { Owner = owner });

    /// <summary>Those who may consume, each with the log-ins: <c>alice: auth/up</c>.</summary>
    public string[] Consumers(string identity = "x", string? owner = null) => [.. Who(Operation.Consume, identity, owner).Holders.Select(one =>
        $"{one.Holder.Name}: {string.Join(", ", one.Ways.Select(way => (way.LogIn ?? "none") + (way.Role is null ? "" : " " + way.Role.Name) + (way.IsCertain ? "" : "?")))}")];

    private static KnownAlias Alias(string logIn, string name, params string[] metadata) => new(
        logIn, logIn, "id-" + name, name, metadata.Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]));
}
