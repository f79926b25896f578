using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.VaultPolicies;

namespace BackupCodeBroker.Core.WhoCan;

/// <summary>
/// Answers who may do what at the broker, from what was read of Vault: every token that anybody could come by is put together once, and then asked about as
/// often as wanted. It says what Vault itself would (<c>sys/capabilities-self</c> of such a token), and what the broker makes of that.
/// </summary>
public sealed class AccessEvaluator
{
    private readonly AccessMap _map;
    private readonly AskedPaths _paths;
    private readonly ReachBook _book;
    private readonly ILookup<TokenReach, TokenCase> _cases;
    private readonly ILookup<string, TokenCase> _byEntity;
    private readonly ILookup<string, TokenCase> _byGroup;
    private readonly HashSet<string> _given;
    private readonly Dictionary<Operation, IReadOnlyList<TokenReach>> _mentioning = [];
    private readonly Givers _givers;

    /// <summary>Puts the tokens together; <paramref name="mount"/> is the broker's authorisation mount.</summary>
    public AccessEvaluator(AccessMap map, string mount)
    {
        (_map, _paths, _givers) = (map, new AskedPaths(mount), new Givers(map));
        _book = new ReachBook(map, _paths);
        var cases = TokenCases.Of(map, _book);
        _cases = cases.ToLookup(one => one.Reach);
        _byEntity = cases.Where(one => one.Entity is not null).ToLookup(one => one.Entity!.Id, StringComparer.Ordinal);
        _byGroup = cases.Where(one => one.Entity is not null)
            .SelectMany(one => one.GroupIds.Select(group => (Group: group, Case: one))).ToLookup(one => one.Group, one => one.Case, StringComparer.Ordinal);
        _given = _givers.All;
    }

    /// <summary>Those whose tokens the broker refuses, because a wildcard grants them everything at once.</summary>
    public IReadOnlyList<Remarked> TooBroad => Remarks(reach => reach.IsTooBroad, reach => reach.BroadStanzas, reach => [.. reach.BroadStanzas.Select(stanza => stanza.Policy).Distinct(StringComparer.Ordinal)]);

    /// <summary>Those who carry a policy that could not be read: they may be able to more, or to less.</summary>
    public IReadOnlyList<Remarked> Unsure => Remarks(reach => reach.Unread.Count > 0, _ => [], reach => reach.Unread);

    /// <summary>Who may do it; nobody in particular where Vault is not asked about anybody.</summary>
    public WhoCanAnswer Ask(AccessQuestion question)
    {
        if (!question.Operation.IsAsked)
        {
            return new WhoCanAnswer { Question = question, Holders = [], Disabled = [], CannotAsk = [], DependingOnWho = [], Policies = [] };
        }

        var granted = Granted(question).ToList();
        var able = granted.Where(one => one.Case.Reach.CanIntroduceItself).ToList();
        var holders = able.Where(one => !one.Case.Holder.IsDisabled).GroupBy(one => one.Case.Holder)
            .Select(ways => new HolderWays(ways.Key, WaysOf(ways))).OrderBy(one => one.Holder.Kind).ThenBy(one => one.Holder.Name, StringComparer.Ordinal).ToList();
        var found = holders.Select(one => one.Holder).ToHashSet();
        return new WhoCanAnswer
        {
            Question = question,
            Holders = holders,
            Disabled = Named(able.Where(one => one.Case.Holder.IsDisabled)),
            CannotAsk = [.. Named(granted.Where(one => !one.Case.Reach.CanIntroduceItself && !one.Case.Holder.IsDisabled)).Where(holder => !found.Contains(holder))],
            DependingOnWho = [.. Depending(question).Where(one => !found.Contains(one.Holder))],
            Policies = [.. PoliciesOf(question)],
        };
    }

    /// <summary>What <c>sys/capabilities-self</c> answers about a path to each token that an entity could come by through a log-in.</summary>
    public IEnumerable<IReadOnlyList<string>> CapabilitiesOf(string entityId, string logIn, string path) =>
        _byEntity[entityId].Where(one => one.LogIn == logIn).Select(one => VaultCapabilityNames.List(one.Reach.CapabilitiesOf(path)));

    /// <summary>The different reaches that are granted it by name.</summary>
    internal IReadOnlyList<TokenReach> ByName(AccessQuestion question)
    {
        if (!_mentioning.TryGetValue(question.Operation, out var mentioning))
        {
            _mentioning[question.Operation] = mentioning = [.. _book.All.Where(reach => !reach.IsTooBroad && reach.Mentions(question.Operation) && _cases.Contains(reach))];
        }

        return [.. mentioning.Where(reach => reach.ByName(question) is not null)];
    }

    /// <summary>The tokens of one reach.</summary>
    internal IEnumerable<TokenCase> CasesOf(TokenReach reach) => _cases[reach];

    /// <summary>The tokens that are granted it as the identity's owner's: the form that counts where none is granted by name, and is asked only of who owns it.</summary>
    internal IEnumerable<(TokenCase Case, Grant Grant)> AsOwner(AccessQuestion question)
    {
        foreach (var one in question.Owner is { } owner ? _byEntity[owner].Concat(_byGroup[owner]).Distinct() : [])
        {
            if (!one.Reach.IsTooBroad && one.Reach.AsOwner(question) is { } grant)
            {
                yield return (one, grant);
            }
        }
    }

    private IEnumerable<(TokenCase Case, Grant Grant)> Granted(AccessQuestion question) =>
        ByName(question).SelectMany(reach => _cases[reach].Select(one => (one, reach.ByName(question)!))).Concat(AsOwner(question));

    private List<Way> WaysOf(IEnumerable<(TokenCase Case, Grant Grant)> granted) =>
    [
        .. granted.Select(one => new Way(
                one.Case.LogIn,
                one.Case.Choice.Role,
                one.Case.Choice.IsCertain,
                one.Grant,
                [.. one.Grant.Stanzas.Select(stanza => stanza.Policy).Distinct(StringComparer.Ordinal).Select(policy => new GivenPolicy(policy, _givers.Of(one.Case, policy)))]))
            .OrderBy(way => way.LogIn, StringComparer.Ordinal).ThenBy(way => way.Role?.Name, StringComparer.Ordinal),
    ];

    private IReadOnlyList<Remarked> Remarks(
        Func<TokenReach, bool> wanted, Func<TokenReach, IReadOnlyList<GrantingStanza>> stanzas, Func<TokenReach, IReadOnlyList<string>> policies) =>
    [
        .. _book.All.Where(wanted).SelectMany(reach => _cases[reach]).Where(one => !one.Holder.IsDisabled).GroupBy(one => one.Holder)
            .Select(same => new Remarked(
                same.Key,
                [.. same.Select(one => one.LogIn).OfType<string>().Distinct(StringComparer.Ordinal)],
                [.. same.SelectMany(one => stanzas(one.Reach)).Distinct()],
                [.. same.SelectMany(one => policies(one.Reach)).Distinct(StringComparer.Ordinal)]))
            .OrderBy(one => one.Holder.Kind).ThenBy(one => one.Holder.Name, StringComparer.Ordinal),
    ];

    // A templated stanza reads nothing for somebody unknown; what it would read is open.
    private IEnumerable<Remarked> Depending(AccessQuestion question) => _cases.SelectMany(same => same)
        .Where(one => one.Holder.Kind == HolderKind.LogIn && !one.Reach.IsTooBroad)
        .Select(one => (Case: one, Stanzas: Templated(one.Choice.Policies, question)))
        .Where(one => one.Stanzas.Count > 0)
        .GroupBy(one => one.Case.Holder)
        .Select(same => new Remarked(
            same.Key,
            [.. same.Select(one => one.Case.LogIn!).Distinct(StringComparer.Ordinal)],
            [.. same.SelectMany(one => one.Stanzas).Distinct()],
            [.. same.SelectMany(one => one.Stanzas).Select(stanza => stanza.Policy).Distinct(StringComparer.Ordinal)]));

    private List<GrantingStanza> Templated(IEnumerable<string> policies, AccessQuestion question) =>
    [
        .. policies.Distinct(StringComparer.Ordinal).Where(_map.Policies.ContainsKey).SelectMany(name => _map.Policies[name].Rules
            .Where(rule => PathTemplate.IsTemplated(rule.Path) && rule.Capabilities.HasFlag(VaultCapabilities.Read) && CouldRead(rule.Path, question))
            .Select(rule => new GrantingStanza(name, rule.Path))),
    ];

    private bool CouldRead(string template, AccessQuestion question)
    {
        var literal = PathPattern.WithoutFirstSlash(template[..template.IndexOfAny(['{', '+', '*'])]);
        return question.Path(_paths.Mount).StartsWith(literal, StringComparison.Ordinal);
    }

    private IEnumerable<GrantingPolicy> PoliciesOf(AccessQuestion question)
    {
        foreach (var name in _map.Policies.Keys.Order(StringComparer.Ordinal))
        {
            var reach = _book.Of([name], subject: null);
            var grant = reach.IsTooBroad ? null : reach.ByName(question) ?? reach.AsOwner(question);
            foreach (var stanza in grant?.Stanzas ?? [])
            {
                yield return new GrantingPolicy(stanza, grant!.IsOwners, _given.Contains(name));
            }
        }
    }

    private static List<Holder> Named(IEnumerable<(TokenCase Case, Grant Grant)> found) =>
        [.. found.Select(one => one.Case.Holder).Distinct().OrderBy(holder => holder.Name, StringComparer.Ordinal)];
}
