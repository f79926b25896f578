using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>All requests under one span, and the operation on record under it.</summary>
internal sealed class Group(SpanName? span, DateTimeOffset begunAt)
{
    /// <summary>Most requests of one span that are kept; an operation makes a few hundred at most.</summary>
    public const int MaxRequests = 5_000;

    /// <summary>Their span.</summary>
    public SpanName? Span => span;

    /// <summary>When the first of it was logged.</summary>
    public DateTimeOffset BegunAt => begunAt;

    /// <summary>The operation.</summary>
    public AccessRecord? Record { get; set; }

    /// <summary>The requests.</summary>
    public List<Request> Requests { get; private set; } = [];

    /// <summary>Requests of it that an operation explained and that were let go.</summary>
    public int LetGo { get; private set; }

    /// <summary>Whether judgement has been passed.</summary>
    public bool IsJudged { get; set; }

    /// <summary>Its place among those that wait.</summary>
    public LinkedListNode<Group>? Place { get; set; }

    /// <summary>Identity, in clear, where it is known.</summary>
    public string? Identity { get; set; }

    /// <summary>The operation is explained in full: what it kept is not needed any more, what comes late is one too many.</summary>
    public void LetGoOf(int requests)
    {
        LetGo = requests;
        Requests = [];
        Record = Record! with
        {
            VaultRequests = [],
            CallerEntity = null,
            CallerAccessor = null,
            CallerName = null,
            Owner = null,
            Reason = null,
            Profile = null,
            ProfileDigest = null,
            Approval = null,
            Replica = null,
        };
    }
}
