using System.Text.Json;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>
/// Reads one line of Vault's audit log. Only the members that the audit compares are taken; everything else is walked over. What newer Vaults and
/// OpenBao add (mount points and classes, policy results, clusters) is passed over, and what older ones lack is empty.
/// </summary>
internal sealed class AuditLine
{
    private static readonly Members<Line> Top = new(
        ("time", (ref Utf8JsonReader r, Line l) => l.Time = JsonWalk.Time(ref r, "time")),
        ("type", (ref Utf8JsonReader r, Line l) => l.Type = JsonWalk.Text(ref r, l.Texts, "type")),
        ("error", (ref Utf8JsonReader r, Line l) => l.Error = JsonWalk.Text(ref r, l.Texts, "error")),
        ("auth", (ref Utf8JsonReader r, Line l) => l.Auth = JsonWalk.Enter(ref r, "auth") ? AuthLine.Read(ref r, l.Texts) : null),
        ("request", Request),
        ("response", (ref Utf8JsonReader r, Line l) => l.Answer = JsonWalk.Enter(ref r, "response") ? AnswerLine.Read(ref r, l.Texts) : null));

    private static readonly Members<Line> OfRequest = new(
        ("id", (ref Utf8JsonReader r, Line l) => l.RequestId = JsonWalk.Text(ref r, null, "request.id")),
        ("operation", (ref Utf8JsonReader r, Line l) => l.Verb = JsonWalk.Text(ref r, l.Texts, "request.operation")),
        ("path", (ref Utf8JsonReader r, Line l) => l.Path = JsonWalk.Text(ref r, l.Texts, "request.path")),
        ("client_token", (ref Utf8JsonReader r, Line l) => l.Token = JsonWalk.Mark(ref r)),
        ("client_token_accessor", (ref Utf8JsonReader r, Line l) => l.Accessor = JsonWalk.Mark(ref r)),
        ("remote_address", (ref Utf8JsonReader r, Line l) => l.Address = JsonWalk.Text(ref r, l.Texts, "request.remote_address")),
        ("namespace", Namespace),
        ("headers", Headers),
        ("data", (ref Utf8JsonReader r, Line l) => l.Sent = JsonWalk.Enter(ref r, "request.data") ? BodyLine.Read(ref r) : AuditBody.None));

    private static readonly Members<Line> OfNamespace = new(
        ("path", (ref Utf8JsonReader r, Line l) => l.Namespace = JsonWalk.Text(ref r, l.Texts, "request.namespace.path").Trim('/')));

    private static readonly Members<Line> OfHeaders = new(
        ("traceparent", (ref Utf8JsonReader r, Line l) => l.Span = TraceParent.Read(ref r)));

    private readonly TextPool _texts = new();

    /// <summary>Reads a line.</summary>
    /// <exception cref="LineFault">It is not one of Vault's.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public AuditEntry Read(ReadOnlySpan<byte> text, Place place)
    {
        var reader = JsonWalk.Begin(text);
        var line = new Line { Texts = _texts };
        Top.Walk(ref reader, line);
        while (reader.Read())
        {
            // Only blanks may follow; anything else is no JSON.
        }

        return line.ToEntry(place);
    }

    private static void Request(ref Utf8JsonReader reader, Line line)
    {
        if (JsonWalk.Enter(ref reader, "request"))
        {
            line.HasRequest = true;
            OfRequest.Walk(ref reader, line);
        }
    }

    private static void Namespace(ref Utf8JsonReader reader, Line line)
    {
        if (JsonWalk.Enter(ref reader, "request.namespace"))
        {
            OfNamespace.Walk(ref reader, line);
        }
    }

    private static void Headers(ref Utf8JsonReader reader, Line line)
    {
        if (JsonWalk.Enter(ref reader, "request.headers"))
        {
            OfHeaders.Walk(ref reader, line);
        }
    }

    private sealed class Line
    {
        public required TextPool Texts;
        public DateTimeOffset? Time;
        public string Type = "", RequestId = "", Verb = "", Path = "", Namespace = "";
        public string? Error, Address;
        public bool HasRequest;
        public Mark Token, Accessor;
        public SpanName? Span;
        public AuthParts? Auth;
        public AuditBody? Sent;
        public AuditAnswer? Answer;

        // The token of a log-in's answer is the new one, and nobody used it yet. What the client sent is logged as it came, and from Vault 1.10 on that is not
        // what answers call a service token: the one under auth is.
        public AuditEntry ToEntry(Place place)
        {
            var isLogin = Answer is { Auth: not null } answer && (Auth is null || Auth.Token == answer.Token);
            var used = isLogin ? null : Auth;
            return new AuditEntry
            {
                Time = Time ?? throw new LineFault("no time"),
                IsAnswer = Type switch { "request" => false, "response" => true, _ => throw new LineFault("type is neither request nor response") },
                RequestId = !HasRequest ? throw new LineFault("no request") : RequestId.Length > 0 ? RequestId : throw new LineFault("no request id"),
                Verb = Verb,
                Path = Path,
                Namespace = Namespace,
                Token = used is null || used.Token.IsNone ? Token : used.Token,
                TokenAsSent = Token,
                Accessor = Accessor.IsNone ? used?.Accessor ?? default : Accessor,
                Address = Address,
                Span = Span,
                Auth = Auth?.ToAuth() ?? AuditAuth.None,
                Sent = Sent ?? AuditBody.None,
                Answer = Answer,
                Error = string.IsNullOrEmpty(Error) ? null : Error,
                Place = place,
            };
        }
    }
}
