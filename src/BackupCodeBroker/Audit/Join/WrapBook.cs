using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Audit.Join;

/// <summary>
/// Follows each wrap of codes: opened by its recipient, or by whoever then proves receipt; by nobody else, once, and never wrapped again. What happens
/// to one wrap is one finding.
/// </summary>
internal sealed class WrapBook(FindingBook findings, LifeBook lives, TokenBook tokens, Agenda agenda, TimeSpan patience)
{
    private const int MaxWraps = 30_000;

    private readonly AgingMap<Mark, CodeWrap> _byToken = new(MaxWraps);
    private readonly AgingMap<Mark, CodeWrap> _byAccessor = new(MaxWraps);
    private readonly AgingMap<Mark, CodeWrap> _byActivation = new(MaxWraps);
    private readonly AgingMap<(string Identity, int Generation), CodeWrap> _bySet = new(MaxWraps);

    /// <summary>The broker wrapped codes.</summary>
    public void Made(AuditEntry entry, string identity, int? generation, AuditEntry? asked)
    {
        if (entry.Answer?.Wrap is not { } wrap || wrap.Token.IsNone)
        {
            return;
        }

        var made = new CodeWrap
        {
            Token = wrap.Token,
            Identity = identity,
            Generation = generation,
            Asked = asked is null ? null : tokens.Someone(asked),
            Deadline = (wrap.CreatedAt ?? entry.Time) + wrap.Ttl + Profile.ActivationGrace,
        };
        Set(_byToken, wrap.Token, made);
        Set(_byAccessor, wrap.Accessor, made);
        Set(_byActivation, entry.Sent.Activation, made);
        if (generation is { } number)
        {
            _bySet.Set((identity, number), made);
        }

        agenda.At(made.Deadline + patience, () => Lapse(made));
    }

    /// <summary>Whether a token is a wrap of codes.</summary>
    public bool Knows(Mark token) => !token.IsNone && _byToken.Has(token);

    /// <summary>The broker used a wrap up, because the codes in it were not recorded.</summary>
    public void Spent(Mark token)
    {
        if (_byToken.TryGet(token, out var wrap))
        {
            wrap.IsEnded = true;
        }
    }

    /// <summary>Somebody opened a wrap or tried to.</summary>
    public bool Opening(AuditEntry entry)
    {
        var token = Knows(entry.Token) ? entry.Token : entry.Sent.Token;
        if (token.IsNone || !_byToken.TryGet(token, out var wrap))
        {
            return false;
        }

        var by = entry.Token == token ? null : tokens.Know(entry) ?? tokens.Who(entry.Token) ?? Parties.Of(entry);
        lives.AtVault(wrap, entry, entry.Error is null ? LifeStep.Unwrapped : LifeStep.UnwrapFailed, by);
        if (entry.Error is not null)
        {
            TriedAgain(wrap, entry, by);
        }
        else
        {
            Open(wrap, entry, token);
        }

        return true;
    }

    /// <summary>Somebody wrapped a wrap again.</summary>
    public bool Rewrapped(AuditEntry entry)
    {
        var token = Knows(entry.Token) ? entry.Token : entry.Sent.Token;
        if (token.IsNone || !_byToken.TryGet(token, out var wrap))
        {
            return false;
        }

        if (entry.Error is not null)
        {
            TriedAgain(wrap, entry, tokens.Know(entry));
            return true;
        }

        Again(wrap, entry);
        return true;
    }

    /// <summary>Somebody wrapped something: known when it is what a wrap of codes held.</summary>
    public bool Wrapped(AuditEntry entry)
    {
        if (entry.Error is not null || entry.Sent.Activation.IsNone || !_byActivation.TryGet(entry.Sent.Activation, out var wrap))
        {
            return false;
        }

        Again(wrap, entry);
        return true;
    }

    /// <summary>Somebody revoked a token by its accessor.</summary>
    public bool Revoked(AuditEntry entry)
    {
        if (entry.Error is not null || entry.Sent.Accessor.IsNone || !_byAccessor.TryGet(entry.Sent.Accessor, out var wrap))
        {
            return false;
        }

        findings.Note(entry.Time, $"{Parties.Capital(Parties.Named(Parties.Of(entry)))} revoked the wrap of codes before it was opened: its recipient gets nothing.", wrap.Identity, entry.Place);
        wrap.IsEnded = true;
        return true;
    }

    /// <summary>Receipt of a set was proven.</summary>
    public void Activated(string identity, int generation, Someone? by)
    {
        if (!_bySet.TryGet((identity, generation), out var wrap) || wrap.IsActivated)
        {
            return;
        }

        (wrap.IsActivated, wrap.Activated) = (true, by);
        Settle(wrap);
    }

    /// <summary>A pending set was ended on purpose.</summary>
    public void Ended(string identity, int generation)
    {
        if (_bySet.TryGet((identity, generation), out var wrap) && !wrap.IsActivated)
        {
            wrap.IsEnded = true;
            Settle(wrap);
        }
    }

    private static void Set<T>(AgingMap<Mark, T> map, Mark mark, T value)
    {
        if (!mark.IsNone)
        {
            map.Set(mark, value);
        }
    }

    private static string Of(CodeWrap wrap) => wrap.Generation is { } generation ? $"generation {generation} of {wrap.Identity}" : wrap.Identity;

    private void Open(CodeWrap wrap, AuditEntry entry, Mark token)
    {
        var by = tokens.Someone(entry);
        if (wrap.Opened is null)
        {
            (wrap.Opened, wrap.OpenedAt) = (by, entry.Time);
        }

        if (wrap.Finding is { } finding)
        {
            finding.Add(entry);
        }
        else if (wrap.Asked is null)
        {
            Another(wrap, entry, $"The wrap with the codes of {Of(wrap)} was opened by {Parties.Named(by.Party)}, and the log does not show who had asked for them.");
        }
        else if (entry.Token == token)
        {
            Another(
                wrap,
                entry,
                $"The wrap with the codes of {Of(wrap)} was opened with the wrapping token itself, so nobody can be named; {Parties.Named(wrap.Asked.Party)} had asked for them.");
        }
        else if (!by.Is(wrap.Asked))
        {
            wrap.Doubtful = entry;
            Settle(wrap);
        }
    }

    // Opened by somebody else than who asked: explained where the same then proves receipt, as where one has codes made for another.
    private void Settle(CodeWrap wrap)
    {
        if (wrap.Doubtful is not { } opening || !(wrap.IsActivated || wrap.IsEnded))
        {
            return;
        }

        if (wrap.IsActivated && !wrap.IsEnded && wrap.Activated is { } activated && wrap.Opened!.Is(activated))
        {
            wrap.Doubtful = null;
            findings.Note(
                opening.Time,
                $"Codes of {Of(wrap)} were asked for by {Parties.Named(wrap.Asked!.Party)}, opened and activated by {Parties.Named(wrap.Opened!.Party)}.",
                wrap.Identity,
                opening.Place);
            return;
        }

        Stolen(wrap);
    }

    private void Stolen(CodeWrap wrap)
    {
        if (wrap.Doubtful is { } opening)
        {
            wrap.Doubtful = null;
            Another(
                wrap,
                opening,
                $"The wrap with the codes of {Of(wrap)} was opened by {Parties.Named(wrap.Opened!.Party)}; {Parties.Named(wrap.Asked!.Party)} had asked for them, and whoever opened it did not prove receipt.");
        }
    }

    private void Another(CodeWrap wrap, AuditEntry entry, string what) => Attach(wrap, findings.Find(FindingKind.UnwrappedByAnother, entry, what, wrap.Identity));

    private static void Attach(CodeWrap wrap, Draft? draft)
    {
        wrap.Finding = draft;
        if (draft is not null)
        {
            draft.Generation = wrap.Generation;
        }
    }

    private void TriedAgain(CodeWrap wrap, AuditEntry entry, Party? by)
    {
        if (wrap.Opened is null)
        {
            return;
        }

        if (wrap.Finding is { } finding)
        {
            finding.Add(entry);
            return;
        }

        if (wrap.Doubtful is not null)
        {
            // The recipient comes second: the first opening is what there is to explain.
            Stolen(wrap);
            wrap.Finding?.Add(entry);
            return;
        }

        Attach(wrap, findings.Find(
            FindingKind.SecondUnwrap,
            entry,
            $"The wrap with the codes of {Of(wrap)} had been opened by {Parties.Named(wrap.Opened.Party)}, and {Parties.Named(by)} tried to open it again: two hold, or held, the wrapping token.",
            wrap.Identity));
        if (wrap.Finding is { } again)
        {
            again.Who = by ?? again.Who;
        }
    }

    private void Again(CodeWrap wrap, AuditEntry entry)
    {
        if (entry.Answer?.Wrap is { } next)
        {
            Set(_byToken, next.Token, wrap);
            Set(_byAccessor, next.Accessor, wrap);
        }

        var what = $"{Parties.Capital(Parties.Named(Parties.Of(entry)))} wrapped the codes of {Of(wrap)} again under another wrapping token: the recipient cannot tell any more whether they are the first to see them.";
        if (wrap.Finding is { } finding)
        {
            finding.Add(entry);
            if (finding.Kind != FindingKind.WrappedAgain)
            {
                (finding.Kind, finding.What) = (FindingKind.WrappedAgain, $"{finding.What} Then {what}");
            }

            return;
        }

        var opened = wrap.Doubtful;
        wrap.Doubtful = null;
        Attach(wrap, findings.Find(FindingKind.WrappedAgain, entry, what, wrap.Identity));
        if (opened is not null)
        {
            wrap.Finding?.Add(opened);
        }
    }

    private void Lapse(CodeWrap wrap)
    {
        Stolen(wrap);
        if (!wrap.IsActivated && !wrap.IsEnded && wrap is { Finding: null, Opened: { } opened } && agenda.Now >= wrap.Deadline && findings.Find(
            FindingKind.TakenNotActivated,
            wrap.Deadline,
            $"{Parties.Capital(Parties.Named(opened.Party))} opened the wrap with the codes of {Of(wrap)} at {wrap.OpenedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}, and nobody proved receipt before it lapsed: the codes were read and are worthless.",
            wrap.Identity) is { } draft)
        {
            Attach(wrap, draft);
            draft.Who = opened.Party;
        }
    }
}
