using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>
/// Reads one line of Vault's audit log. Only the members that the audit compares are taken; everything else is walked over. What newer Vaults and
/// OpenBao add (mount points and classes, policy results, clusters) is passed over, and what older ones lack is empty.
/// </summary>
internal sealed class AuditLine
{
    private readonly TextPool _texts = new();

    /// <summary>Reads a line.</summary>
    /// <exception cref="LineFault">It is not one of Vault's.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public AuditEntry Read(ReadOnlySpan<byte> line, Place place)
    {
        var reader = JsonWalk.Begin(line);
        var part = new Parts();
        while (JsonWalk.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("time"u8))
            {
                part.Time = JsonWalk.Time(ref reader, "time");
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                part.Type = JsonWalk.Text(ref reader, _texts, "type");
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                part.Error = JsonWalk.Text(ref reader, _texts, "error");
            }
            else if (reader.ValueTextEquals("auth"u8))
            {
                part.Auth = JsonWalk.Enter(ref reader, "auth") ? Auth(ref reader, ref part.AuthToken, ref part.AuthAccessor) : null;
            }
            else if (reader.ValueTextEquals("request"u8))
            {
                Request(ref reader, part);
            }
            else if (reader.ValueTextEquals("response"u8))
            {
                part.Answer = JsonWalk.Enter(ref reader, "response") ? Answer(ref reader) : null;
            }
            else
            {
                JsonWalk.Pass(ref reader);
            }
        }

        while (reader.Read())
        {
            // Only blanks may follow.
        }

        return part.ToEntry(place);
    }

    private void Request(ref Utf8JsonReader reader, Parts part)
    {
        if (!JsonWalk.Enter(ref reader, "request"))
        {
            return;
        }

        part.HasRequest = true;
        while (JsonWalk.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("id"u8))
            {
                part.RequestId = JsonWalk.Text(ref reader, null, "request.id");
            }
            else if (reader.ValueTextEquals("operation"u8))
            {
                part.Verb = JsonWalk.Text(ref reader, _texts, "request.operation");
            }
            else if (reader.ValueTextEquals("path"u8))
            {
                part.Path = JsonWalk.Text(ref reader, _texts, "request.path");
            }
            else if (reader.ValueTextEquals("client_token"u8))
            {
                part.Token = JsonWalk.Mark(ref reader);
            }
            else if (reader.ValueTextEquals("client_token_accessor"u8))
            {
                part.Accessor = JsonWalk.Mark(ref reader);
            }
            else if (reader.ValueTextEquals("remote_address"u8))
            {
                part.Address = JsonWalk.Text(ref reader, _texts, "request.remote_address");
            }
            else if (reader.ValueTextEquals("namespace"u8))
            {
                part.Namespace = JsonWalk.Enter(ref reader, "request.namespace") ? Namespace(ref reader) : "";
            }
            else if (reader.ValueTextEquals("headers"u8))
            {
                part.Span = JsonWalk.Enter(ref reader, "request.headers") ? Headers(ref reader) : null;
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                part.Sent = JsonWalk.Enter(ref reader, "request.data") ? Sent(ref reader) : AuditBody.None;
            }
            else
            {
                JsonWalk.Pass(ref reader);
            }
        }
    }

    private string Namespace(ref Utf8JsonReader reader)
    {
        var path = "";
        while (JsonWalk.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("path"u8))
            {
                path = JsonWalk.Text(ref reader, _texts, "request.namespace.path").Trim('/');
            }
            else
            {
                JsonWalk.Pass(ref reader);
            }
        }

        return path;
    }

    private static SpanName? Headers(ref Utf8JsonReader reader)
    {
        SpanName? span = null;
        while (JsonWalk.NextMember(ref reader))
        {
            if (!reader.ValueTextEquals("traceparent"u8))
            {
                JsonWalk.Pass(ref reader);
                continue;
            }

            reader.Read();
            var isArray = reader.TokenType == JsonTokenType.StartArray;
            if (isArray)
            {
                reader.Read();
            }

            span = reader.TokenType == JsonTokenType.String ? SpanOf(reader.ValueSpan) : null;
            while (isArray && reader.TokenType != JsonTokenType.EndArray)
            {
                reader.Skip();
                if (!reader.Read())
                {
                    break;
                }
            }

            if (!isArray)
            {
                reader.Skip();
            }
        }

        return span;
    }

    /// <summary>The span that a <c>traceparent</c> names: <c>00-TRACE-SPAN-FLAGS</c>.</summary>
    private static SpanName? SpanOf(ReadOnlySpan<byte> header)
    {
        Span<byte> bytes = stackalloc byte[24];
        return header.Length >= 55 && header[2] == '-' && header[35] == '-' && header[52] == '-'
            && Convert.FromHexString(header[3..35], bytes, out _, out _) == System.Buffers.OperationStatus.Done
            && Convert.FromHexString(header[36..52], bytes[16..], out _, out _) == System.Buffers.OperationStatus.Done
            ? new SpanName(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]))
            : null;
    }

    private static AuditBody? Sent(ref Utf8JsonReader reader)
    {
        AuditBody? sent = null;
        while (JsonWalk.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("token"u8))
            {
                sent = (sent ?? AuditBody.None) with { Token = JsonWalk.Mark(ref reader) };
            }
            else if (reader.ValueTextEquals("accessor"u8))
            {
                sent = (sent ?? AuditBody.None) with { Accessor = JsonWalk.Mark(ref reader) };
            }
            else if (reader.ValueTextEquals("activation"u8))
            {
                sent = (sent ?? AuditBody.None) with { Activation = JsonWalk.Mark(ref reader) };
            }
            else if (reader.ValueTextEquals("entity_alias"u8) || reader.ValueTextEquals("alias_name"u8) || reader.ValueTextEquals("name"u8))
            {
                sent = (sent ?? AuditBody.None) with { Alias = JsonWalk.Mark(ref reader) };
            }
            else if (reader.ValueTextEquals("from"u8))
            {
                sent = (sent ?? AuditBody.None) with { From = JsonWalk.Mark(ref reader) };
            }
            else if (reader.ValueTextEquals("to"u8))
            {
                sent = (sent ?? AuditBody.None) with { To = JsonWalk.Mark(ref reader) };
            }
            else if (NamesEntities(ref reader))
            {
                var body = sent ?? AuditBody.None;
                sent = body with { Entities = [.. body.Entities, .. JsonWalk.Marks(ref reader)] };
            }
            else
            {
                JsonWalk.Pass(ref reader);
            }
        }

        return sent ?? AuditBody.None;
    }

    private static bool NamesEntities(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("canonical_id"u8) || reader.ValueTextEquals("entity_id"u8)
        || reader.ValueTextEquals("entity_ids"u8) || reader.ValueTextEquals("member_entity_ids"u8)
        || reader.ValueTextEquals("from_entity_ids"u8) || reader.ValueTextEquals("to_entity_id"u8);

    private AuditAuth Auth(ref Utf8JsonReader reader, ref Mark token, ref Mark accessor)
    {
        var (name, entity, type, marked) = ("", "", "", false);
        IReadOnlyList<string> policies = [], tokenPolicies = [];
        while (JsonWalk.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("client_token"u8))
            {
                token = JsonWalk.Mark(ref reader);
            }
            else if (reader.ValueTextEquals("accessor"u8))
            {
                accessor = JsonWalk.Mark(ref reader);
            }
            else if (reader.ValueTextEquals("display_name"u8))
            {
                name = JsonWalk.Text(ref reader, _texts, "display_name");
            }
            else if (reader.ValueTextEquals("entity_id"u8))
            {
                entity = JsonWalk.Text(ref reader, _texts, "entity_id");
            }
            else if (reader.ValueTextEquals("token_type"u8))
            {
                type = JsonWalk.Text(ref reader, _texts, "token_type");
            }
            else if (reader.ValueTextEquals("policies"u8))
            {
                policies = JsonWalk.Texts(ref reader, _texts, "policies");
            }
            else if (reader.ValueTextEquals("token_policies"u8))
            {
                tokenPolicies = JsonWalk.Texts(ref reader, _texts, "token_policies");
            }
            else if (reader.ValueTextEquals("metadata"u8))
            {
                marked = JsonWalk.Enter(ref reader, "metadata") && IsMarkedAsChild(ref reader);
            }
            else
            {
                JsonWalk.Pass(ref reader);
            }
        }

        return new AuditAuth
        {
            Name = name, Entity = entity, TokenType = type, IsMarkedAsChild = marked, Policies = policies.Count > 0 ? policies : tokenPolicies,
        };
    }

    private static bool IsMarkedAsChild(ref Utf8JsonReader reader)
    {
        var (replica, child) = (false, false);
        while (JsonWalk.NextMember(ref reader))
        {
            replica |= reader.ValueTextEquals("replica"u8);
            child |= reader.ValueTextEquals("child"u8);
            JsonWalk.Pass(ref reader);
        }

        return replica && child;
    }

    private AuditAnswer Answer(ref Utf8JsonReader reader)
    {
        var answer = new AuditAnswer();
        while (JsonWalk.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("auth"u8))
            {
                if (JsonWalk.Enter(ref reader, "response.auth"))
                {
                    Mark token = default, accessor = default;
                    var auth = Auth(ref reader, ref token, ref accessor);
                    answer = answer with { HasContent = true, Auth = auth, Token = token, Accessor = accessor };
                }
            }
            else if (reader.ValueTextEquals("wrap_info"u8))
            {
                answer = JsonWalk.Enter(ref reader, "response.wrap_info") ? answer with { Wrap = Wrap(ref reader) } : answer;
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                answer = JsonWalk.Enter(ref reader, "response.data") ? Data(ref reader, answer with { HasContent = true }) : answer;
            }
            else
            {
                JsonWalk.Pass(ref reader);
            }
        }

        return answer;
    }

    private static AuditAnswer Data(ref Utf8JsonReader reader, AuditAnswer answer)
    {
        while (JsonWalk.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("activation"u8))
            {
                answer = answer with { Activation = JsonWalk.Mark(ref reader) };
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                answer = answer with { Entity = answer.Entity.IsNone ? JsonWalk.Mark(ref reader) : Passed(ref reader, answer.Entity) };
            }
            else if (reader.ValueTextEquals("entity_id"u8))
            {
                answer = answer with { Entity = JsonWalk.Mark(ref reader) };
            }
            else if (reader.ValueTextEquals("complete"u8))
            {
                reader.Read();
                answer = answer with { IsComplete = reader.TokenType == JsonTokenType.True };
                reader.Skip();
            }
            else
            {
                JsonWalk.Pass(ref reader);
            }
        }

        return answer;
    }

    private static Mark Passed(ref Utf8JsonReader reader, Mark kept)
    {
        JsonWalk.Pass(ref reader);
        return kept;
    }

    private static AuditWrap Wrap(ref Utf8JsonReader reader)
    {
        Mark token = default, accessor = default;
        DateTimeOffset? created = null;
        var ttl = TimeSpan.Zero;
        while (JsonWalk.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("token"u8))
            {
                token = JsonWalk.Mark(ref reader);
            }
            else if (reader.ValueTextEquals("accessor"u8))
            {
                accessor = JsonWalk.Mark(ref reader);
            }
            else if (reader.ValueTextEquals("creation_time"u8))
            {
                reader.Read();
                created = reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time) ? time.ToUniversalTime() : null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("ttl"u8))
            {
                reader.Read();
                ttl = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var seconds) && seconds is >= 0 and < int.MaxValue
                    ? TimeSpan.FromSeconds(seconds)
                    : TimeSpan.Zero;
                reader.Skip();
            }
            else
            {
                JsonWalk.Pass(ref reader);
            }
        }

        return new AuditWrap(token, accessor, created, ttl);
    }

    private sealed class Parts
    {
        public DateTimeOffset? Time;
        public string Type = "", RequestId = "", Verb = "", Path = "", Namespace = "";
        public string? Error, Address;
        public bool HasRequest;
        public Mark Token, Accessor, AuthToken, AuthAccessor;
        public SpanName? Span;
        public AuditAuth? Auth;
        public AuditBody? Sent;
        public AuditAnswer? Answer;

        public AuditEntry ToEntry(Place place) => new()
        {
            Time = Time ?? throw new LineFault("no time"),
            IsAnswer = Type switch { "request" => false, "response" => true, _ => throw new LineFault("type is neither request nor response") },
            RequestId = HasRequest ? RequestId : throw new LineFault("no request"),
            Verb = Verb,
            Path = Path,
            Namespace = Namespace,
            Token = Token.IsNone && Answer?.Auth is null ? AuthToken : Token,
            Accessor = Accessor.IsNone && Answer?.Auth is null ? AuthAccessor : Accessor,
            Address = Address,
            Span = Span,
            Auth = Auth ?? AuditAuth.None,
            Sent = Sent ?? AuditBody.None,
            Answer = Answer,
            Error = string.IsNullOrEmpty(Error) ? null : Error,
            Place = place,
        };
    }
}
