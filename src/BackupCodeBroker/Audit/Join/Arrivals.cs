using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>
/// Tells the first entry of its kind of a request from its copies: several audit devices, and the nodes of a cluster, log the same requests. Each device
/// has its own HMAC key, so the copies also tell which marks of two devices are one value; from then on there is one mark for it.
/// </summary>
internal sealed class Arrivals
{
    private const int MaxIds = 200_000;
    private const int MaxAliases = 100_000;

    private readonly AgingMap<UInt128, bool> _seen = new(MaxIds);
    private readonly AgingMap<Mark, Mark> _aliases = new(MaxAliases);
    private bool _several;

    /// <summary>The number that a request's id is: ids are UUIDs; anything else is hashed.</summary>
    public static UInt128 IdOf(string id)
    {
        Span<byte> bytes = stackalloc byte[32];
        if (Guid.TryParseExact(id, "D", out var guid))
        {
            guid.TryWriteBytes(bytes);
        }
        else
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(id), bytes);
        }

        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    /// <summary>Whether an entry is the first of its kind.</summary>
    public bool IsFirst(UInt128 id, bool isAnswer)
    {
        var key = isAnswer ? ~id : id;
        if (_seen.Has(key))
        {
            return false;
        }

        _seen.Set(key, true);
        return true;
    }

    /// <summary>Whether the other entry of a request has been seen.</summary>
    public bool HasOther(UInt128 id, bool isAnswer) => _seen.Has(isAnswer ? id : ~id);

    /// <summary>An entry with one mark for each value.</summary>
    public AuditEntry InOneKey(AuditEntry entry) => !_several ? entry : entry with
    {
        Token = One(entry.Token),
        TokenAsSent = One(entry.TokenAsSent),
        Accessor = One(entry.Accessor),
        Sent = ReferenceEquals(entry.Sent, AuditBody.None) ? entry.Sent : entry.Sent with
        {
            Token = One(entry.Sent.Token),
            Accessor = One(entry.Sent.Accessor),
            Activation = One(entry.Sent.Activation),
            Alias = One(entry.Sent.Alias),
            Entities = entry.Sent.Entities.Count == 0 ? [] : [.. entry.Sent.Entities.Select(One)],
            Merged = entry.Sent.Merged.Count == 0 ? [] : [.. entry.Sent.Merged.Select(One)],
        },
        Answer = entry.Answer is not { } answer ? null : answer with
        {
            Token = One(answer.Token),
            Accessor = One(answer.Accessor),
            Activation = One(answer.Activation),
            Entity = One(answer.Entity),
            Wrap = answer.Wrap is not { } wrap ? null : wrap with { Token = One(wrap.Token), Accessor = One(wrap.Accessor) },
        },
    };

    /// <summary>Learns from a copy which marks are one value.</summary>
    public void Compare(AuditEntry known, AuditEntry copy)
    {
        Same(known.Token, copy.Token);
        Same(known.TokenAsSent, copy.TokenAsSent);
        Same(known.Accessor, copy.Accessor);
        Same(known.Sent.Token, copy.Sent.Token);
        Same(known.Sent.Accessor, copy.Sent.Accessor);
        Same(known.Sent.Activation, copy.Sent.Activation);
        Same(known.Sent.Alias, copy.Sent.Alias);
        foreach (var (one, other) in known.Sent.Entities.Zip(copy.Sent.Entities))
        {
            Same(one, other);
        }

        if (known.Answer is not { } a || copy.Answer is not { } b)
        {
            return;
        }

        Same(a.Token, b.Token);
        Same(a.Accessor, b.Accessor);
        Same(a.Activation, b.Activation);
        Same(a.Entity, b.Entity);
        Same(a.Wrap?.Token ?? default, b.Wrap?.Token ?? default);
        Same(a.Wrap?.Accessor ?? default, b.Wrap?.Accessor ?? default);
    }

    private Mark One(Mark mark) => !mark.IsNone && _aliases.TryGet(mark, out var one) ? one : mark;

    private void Same(Mark known, Mark copy)
    {
        if (known.IsNone || copy.IsNone || known == copy || One(copy) == known)
        {
            return;
        }

        _several = true;
        _aliases.Set(copy, known);
    }
}
