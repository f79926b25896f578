using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>A token with the broker's powers that somebody else made.</summary>
/// <param name="making">The request that made it.</param>
internal sealed class MadeToken(AuditEntry making)
{
    /// <summary>The request that made it.</summary>
    public AuditEntry Making => making;

    /// <summary>Whether it was reported.</summary>
    public bool IsReported { get; set; }

    /// <summary>The finding about it, where its making lies in the period. Its uses belong there.</summary>
    public Draft? Finding { get; set; }
}

/// <summary>
/// Whose token is whose: the broker's own tokens, by their log-in or their policy; children, by the answer that made them; tokens of the same powers
/// that somebody else made; and who callers are.
/// </summary>
internal sealed class TokenBook(AuditNames names, TimeSpan skew, Func<Mark, bool> isWrap)
{
    private const int MaxTokens = 50_000;
    private const int MaxChildren = 100_000;

    // What a child lives for: one that was made before the log begins is the broker's by its form alone.
    private static readonly TimeSpan ChildLife = TimeSpan.FromSeconds(60);

    private readonly AgingMap<Mark, bool> _broker = new(MaxTokens);
    private readonly AgingMap<Mark, bool> _children = new(MaxChildren);
    private readonly AgingMap<Mark, MadeToken> _made = new(MaxTokens);
    private readonly AgingMap<Mark, Party> _callers = new(MaxTokens);

    /// <summary>When the log begins.</summary>
    public DateTimeOffset? LogBegins { get; set; }

    /// <summary>Learns from an entry with a new token in it, when it arrives.</summary>
    public void Learn(AuditEntry entry, Subject subject)
    {
        if (entry.Error is not null || entry.Answer?.Auth is not { } made || entry.Answer.Token.IsNone)
        {
            return;
        }

        var token = entry.Answer.Token;
        if (subject.Kind == SubjectKind.Mint && HolderOf(entry) == Holder.Broker)
        {
            _children.Set(token, subject.Name == names.SweeperRole);
        }
        else if (subject.Kind is SubjectKind.Mint or SubjectKind.TokenMade)
        {
            if (HasOurPowers(made))
            {
                _made.Set(token, new MadeToken(entry));
            }
        }
        else if (made.Policies.Contains(names.BrokerRole))
        {
            _broker.Set(token, true);
        }
    }

    /// <summary>Whether a token could do what the broker or its children can.</summary>
    public bool HasOurPowers(AuditAuth auth) =>
        auth.Policies.Contains(names.BrokerRole) || auth.Policies.Contains(names.IdentityRole) || auth.Policies.Contains(names.SweeperRole);

    /// <summary>Whose token a request was made with.</summary>
    public Holder HolderOf(AuditEntry entry)
    {
        if (_made.Has(entry.Token))
        {
            return Holder.Lookalike;
        }

        if (_broker.Has(entry.Token) || entry.Auth.Policies.Contains(names.BrokerRole))
        {
            return Holder.Broker;
        }

        if (_children.TryGet(entry.Token, out var reads))
        {
            return reads ? Holder.Sweeper : Holder.Child;
        }

        return isWrap(entry.Token) ? Holder.Wrap : ByForm(entry) ?? Holder.Caller;
    }

    /// <summary>The making of a token with the broker's powers by somebody else; null where it was not made so.</summary>
    public MadeToken? MakingOf(Mark token) => _made.TryGet(token, out var made) ? made : null;

    /// <summary>Learns who a token is.</summary>
    public Party? Know(AuditEntry entry)
    {
        if (_callers.TryGet(entry.Token, out var known))
        {
            return known;
        }

        if (Parties.Of(entry) is { } party && (party.Entity ?? party.Name) is not null && !entry.Token.IsNone)
        {
            _callers.Set(entry.Token, party);
            if (entry.TokenAsSent != entry.Token && !entry.TokenAsSent.IsNone)
            {
                // A failed request names the token as it was sent, and nothing else.
                _callers.Set(entry.TokenAsSent, party);
            }

            return party;
        }

        return null;
    }

    /// <summary>Who made a request, by what the log says there or said before: a failed opening names the token alone.</summary>
    public Someone Someone(AuditEntry entry)
    {
        var party = Know(entry) ?? Who(entry.Token) ?? Parties.Of(entry);
        return new Someone(entry.Auth.Entity.Length > 0 ? entry.Auth.Entity : party?.Entity ?? "", entry.Token, entry.Accessor, party);
    }

    /// <summary>Who a token is, from whatever it was seen doing before.</summary>
    public Party? Who(Mark token) => _callers.TryGet(token, out var party) ? party : null;

    private Holder? ByForm(AuditEntry entry)
    {
        var policies = entry.Auth.Policies;
        if (!policies.Contains(names.IdentityRole) && !policies.Contains(names.SweeperRole))
        {
            return null;
        }

        return policies.Count == 1 && entry.Auth is { TokenType: "batch", IsMarkedAsChild: true } && LogBegins is { } begin && entry.Time <= begin + ChildLife + skew
            ? policies[0] == names.SweeperRole ? Holder.Sweeper : Holder.Child
            : Holder.Lookalike;
    }
}
