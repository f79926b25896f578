using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>Lines that could not be read: the first of them with their places, the rest by their number.</summary>
internal sealed class LineFaults
{
    private const int MaxListed = 1000;

    private readonly List<UnreadableLine> _listed = [];

    /// <summary>Those that are listed.</summary>
    public IReadOnlyList<UnreadableLine> Listed => _listed;

    /// <summary>Notes one.</summary>
    public void Add(UnreadableLine line)
    {
        if (_listed.Count < MaxListed)
        {
            _listed.Add(line);
        }
    }
}
