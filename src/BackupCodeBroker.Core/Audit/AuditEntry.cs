namespace BackupCodeBroker.Core.Audit;

/// <summary>
/// One request to Vault as its audit log tells it, in the few fields that the audit reads. Vault logs a request twice, when it comes and when it is
/// answered; <see cref="With"/> puts the two together. Nothing in it is secret: values are <see cref="Mark"/>s.
/// </summary>
public sealed record AuditEntry
{
    /// <summary>When it was logged.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Whether it is the answer's entry.</summary>
    public bool IsAnswer { get; init; }

    /// <summary>Vault's id of the request.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>Vault's verb: <c>read</c>, <c>list</c>, <c>create</c>, <c>update</c>, <c>delete</c>, …</summary>
    public string Verb { get; init; } = "";

    /// <summary>Path, without <c>v1/</c> and without the namespace.</summary>
    public string Path { get; init; } = "";

    /// <summary>Namespace, without slashes at its ends; empty for the root.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Token that was used, as answers name it that make tokens; as it was sent where Vault did not look it up.</summary>
    public Mark Token { get; init; }

    /// <summary>
    /// The token as it was sent. Vault 1.10 and later hand out service tokens in a form that also holds the state of the storage, and log its hash here, the hash
    /// of the token itself everywhere else; on older ones, and for batch tokens, the two are the same.
    /// </summary>
    public Mark TokenAsSent { get; init; }

    /// <summary>Accessor of the token that was used.</summary>
    public Mark Accessor { get; init; }

    /// <summary>Address that the request came from.</summary>
    public string? Address { get; init; }

    /// <summary>Span that the request claims to be part of, by its <c>traceparent</c>.</summary>
    public SpanName? Span { get; init; }

    /// <summary>Who the token is.</summary>
    public AuditAuth Auth { get; init; } = AuditAuth.None;

    /// <summary>What was sent, as far as it matters.</summary>
    public AuditBody Sent { get; init; } = AuditBody.None;

    /// <summary>What was answered; null where no answer is logged.</summary>
    public AuditAnswer? Answer { get; init; }

    /// <summary>Vault's error.</summary>
    public string? Error { get; init; }

    /// <summary>Where it stands: number of the source and of the line.</summary>
    public Place Place { get; init; }

    /// <summary>Verb and path.</summary>
    public string What => Verb + " " + Path;

    /// <summary>Whether Vault said no.</summary>
    public bool IsDenied => Error is not null && Error.Contains("permission denied", StringComparison.Ordinal);

    /// <summary>Whether anything may have come of it: it was not refused. A request without an answer counts as carried out.</summary>
    public bool MayHaveHappened => Error is null;

    /// <summary>Whether the answer carried the request's id: those with content do, wraps and errors do not.</summary>
    public bool AnswersWithId => Error is null && Answer is { HasContent: true, Wrap: null };

    /// <summary>Both entries of one request in one.</summary>
    public AuditEntry With(AuditEntry other)
    {
        var (asked, answered) = IsAnswer ? (other, this) : (this, other);
        return answered with
        {
            Time = asked.Time,
            Place = asked.Place,
            Span = answered.Span ?? asked.Span,
            Token = answered.Token.IsNone || !asked.Token.IsNone && answered.Token == answered.TokenAsSent ? asked.Token : answered.Token,
            TokenAsSent = answered.TokenAsSent.IsNone ? asked.TokenAsSent : answered.TokenAsSent,
            Error = answered.Error ?? asked.Error,
        };
    }
}

/// <summary>A span's name by W3C Trace Context.</summary>
/// <param name="Trace">Trace id.</param>
/// <param name="Id">Span id.</param>
public readonly record struct SpanName(UInt128 Trace, ulong Id)
{
    /// <summary>The trace's id, 32 hex digits.</summary>
    public string TraceId => Trace.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Where a line stands.</summary>
/// <param name="Source">Number of the source.</param>
/// <param name="Line">Number of the line, from 1.</param>
public readonly record struct Place(int Source, long Line);

/// <summary>Who a token is.</summary>
public sealed record AuditAuth
{
    /// <summary>Nobody.</summary>
    public static AuditAuth None { get; } = new();

    /// <summary>Display name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Entity.</summary>
    public string Entity { get; init; } = "";

    /// <summary>All policies that act: the token's own and its entity's.</summary>
    public IReadOnlyList<string> Policies { get; init; } = [];

    /// <summary><c>service</c> or <c>batch</c>.</summary>
    public string TokenType { get; init; } = "";

    /// <summary>Whether its metadata names replica and child, as the broker's children do.</summary>
    public bool IsMarkedAsChild { get; init; }

    /// <summary>Whether it is a root token.</summary>
    public bool IsRoot => Policies.Contains("root");
}

/// <summary>Members of what was sent that the audit compares; every one a <see cref="Mark"/>.</summary>
public sealed record AuditBody
{
    /// <summary>Nothing.</summary>
    public static AuditBody None { get; } = new();

    /// <summary><c>token</c>: a wrapping token, or one that is looked up.</summary>
    public Mark Token { get; init; }

    /// <summary><c>accessor</c>.</summary>
    public Mark Accessor { get; init; }

    /// <summary><c>activation</c>: the activation secret in a wrap's payload.</summary>
    public Mark Activation { get; init; }

    /// <summary><c>entity_alias</c>, <c>alias_name</c> or <c>name</c>: an alias's name.</summary>
    public Mark Alias { get; init; }

    /// <summary>Ids of entities in whatever member names some.</summary>
    public IReadOnlyList<Mark> Entities { get; init; } = [];

    /// <summary><c>from_entity_ids</c>: those of them that a merge ends.</summary>
    public IReadOnlyList<Mark> Merged { get; init; } = [];
}

/// <summary>What was answered, as far as it matters.</summary>
public sealed record AuditAnswer
{
    /// <summary>Whether it had content: data or a token.</summary>
    public bool HasContent { get; init; }

    /// <summary>A token that was made: who it is.</summary>
    public AuditAuth? Auth { get; init; }

    /// <summary>A token that was made.</summary>
    public Mark Token { get; init; }

    /// <summary>Accessor of a token that was made.</summary>
    public Mark Accessor { get; init; }

    /// <summary>A wrap that was made.</summary>
    public AuditWrap? Wrap { get; init; }

    /// <summary><c>activation</c> in the data.</summary>
    public Mark Activation { get; init; }

    /// <summary><c>id</c> or <c>entity_id</c> in the data, of an entity.</summary>
    public Mark Entity { get; init; }

    /// <summary><c>complete</c> in the data: a new root token came out.</summary>
    public bool IsComplete { get; init; }
}

/// <summary>A wrap, as its making is logged.</summary>
/// <param name="Token">Its token.</param>
/// <param name="Accessor">Its token's accessor.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Ttl">Its life.</param>
public sealed record AuditWrap(Mark Token, Mark Accessor, DateTimeOffset? CreatedAt, TimeSpan Ttl);
