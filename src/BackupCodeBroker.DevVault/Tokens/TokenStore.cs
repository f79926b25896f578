using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>
/// The service tokens as a tree. Revoking a token takes everything below it along; a batch token is valid while its parent is.
/// Expiry is the caller's clock read at each request: <see cref="RevokeExpired"/> comes first, so nobody meets a token that has ended.
/// </summary>
internal sealed class TokenStore : IDisposable
{
    private const int RandomLength = 24;

    private readonly Dictionary<string, TokenEntry> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TokenEntry> _byAccessor = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(string Id, Instant At), Instant> _expiries = new();
    private readonly BatchTokenSeal _seal = new();

    public Dictionary<string, TokenRole> Roles { get; } = new(StringComparer.Ordinal);

    public IEnumerable<string> Accessors => _byAccessor.Keys;

    public void RevokeExpired(Instant now)
    {
        while (_expiries.TryPeek(out (string Id, Instant At) next, out Instant at) && at <= now)
        {
            _expiries.Dequeue();
            if (_tokens.TryGetValue(next.Id, out TokenEntry? token) && token.ExpireTime is { } expiry && expiry <= now)
            {
                RevokeTree(token);
            }
        }
    }

    /// <summary>Keeps a new token under a fresh id, unless it has one already.</summary>
    public void Create(TokenEntry token, Instant now)
    {
        token.IssueTime = now;
        token.LeaseTtl = token.Ttl;
        if (token.Type == TokenType.Batch)
        {
            token.Id = _seal.Seal(token);
            return;
        }

        if (token.Id.Length == 0)
        {
            token.Id = "s." + Secrets.Base62Text(RandomLength);
        }

        token.Accessor = Secrets.Base62Text(RandomLength);
        _tokens[token.Id] = token;
        _byAccessor[token.Accessor] = token;
        if (token.Parent.Length > 0 && _tokens.TryGetValue(token.Parent, out TokenEntry? parent))
        {
            parent.Children.Add(token.Id);
        }

        SetExpiry(token, token.Ttl == TimeSpan.Zero ? null : now + token.Ttl);
    }

    public void SetExpiry(TokenEntry token, Instant? at)
    {
        token.ExpireTime = at;
        if (at is { } time)
        {
            _expiries.Enqueue((token.Id, time), time);
        }
    }

    public bool Exists(string id) => _tokens.ContainsKey(id);

    /// <summary>Why a text cannot even be looked up as a token; null where it can.</summary>
    public static string? FormError(string id)
    {
        bool prefixed = id.StartsWith("s.", StringComparison.Ordinal) || id.StartsWith("b.", StringComparison.Ordinal);
        string rest = prefixed ? id[2..] : id;
        if (rest.Contains('.', StringComparison.Ordinal))
        {
            // Two dots not after the first letter look like a JWT, which is looked up and not found.
            return !prefixed && id.Count(c => c == '.') == 2 ? null : "failed to look up namespace from the token: no namespace";
        }

        int bad = id.StartsWith("b.", StringComparison.Ordinal) ? BatchTokenSeal.ErrorAt(rest) : -1;
        return bad < 0 ? null : $"illegal base64 data at input byte {bad}";
    }

    /// <summary>A token that can still be used; null for every other text.</summary>
    public TokenEntry? Lookup(string id, Instant now)
    {
        TokenEntry? token = LookupSpent(id, now);
        return token is { NumUses: >= 0 } ? token : null;
    }

    /// <summary>Also finds a token whose last use is the request under way.</summary>
    public TokenEntry? LookupSpent(string id, Instant now)
    {
        if (!id.StartsWith("b.", StringComparison.Ordinal))
        {
            return _tokens.GetValueOrDefault(id);
        }

        TokenEntry? batch = _seal.Open(id);
        bool alive = batch is not null && now < batch.ExpireTime && (batch.Parent.Length == 0 || Lookup(batch.Parent, now) is not null);
        return alive ? batch : null;
    }

    public TokenEntry? ByAccessor(string accessor) => _byAccessor.GetValueOrDefault(accessor);

    /// <summary>Counts a use. Where it was the last, the token is to be revoked once the request has been served.</summary>
    public static void Use(TokenEntry token)
    {
        if (token.NumUses > 0)
        {
            token.NumUses = token.NumUses == 1 ? TokenEntry.RevocationPending : token.NumUses - 1;
        }
    }

    public void RevokeTree(TokenEntry token)
    {
        var pending = new Stack<TokenEntry>([token]);
        while (pending.TryPop(out TokenEntry? next))
        {
            foreach (string child in next.Children)
            {
                if (_tokens.TryGetValue(child, out TokenEntry? entry))
                {
                    pending.Push(entry);
                }
            }

            Forget(next);
        }
    }

    /// <summary>Revokes one token; its children become orphans.</summary>
    public void RevokeOrphaning(TokenEntry token)
    {
        foreach (string child in token.Children)
        {
            if (_tokens.TryGetValue(child, out TokenEntry? entry))
            {
                entry.Parent = "";
            }
        }

        Forget(token);
    }

    /// <summary>Revokes the tokens that a log-in path gave out, when its auth method is disabled.</summary>
    public void RevokeByPrefix(string prefix)
    {
        foreach (TokenEntry token in _tokens.Values.Where(token => token.Path.StartsWith(prefix, StringComparison.Ordinal)).ToList())
        {
            RevokeTree(token);
        }
    }

    public void Dispose() => _seal.Dispose();

    private void Forget(TokenEntry token)
    {
        _tokens.Remove(token.Id);
        _byAccessor.Remove(token.Accessor);
        token.Wrapped = null;
        token.Cubbyhole.Clear();
        if (token.Parent.Length > 0 && _tokens.TryGetValue(token.Parent, out TokenEntry? parent))
        {
            parent.Children.Remove(token.Id);
        }
    }
}
