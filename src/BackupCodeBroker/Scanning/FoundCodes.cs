using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Scanning;

/// <summary>The different codes that were found, in plain: they are kept only as long as somebody may want to report them, and zeroed then.</summary>
internal sealed class FoundCodes : IDisposable
{
    /// <summary>Most codes that are kept: whoever finds more has more to do than to report them one by one.</summary>
    public const int Max = 10_000;

    /// <summary>Most codes of one selector: an honest selector has one, and whoever plants more is not to make each find dearer than the one before.</summary>
    public const int MaxAlike = 64;

    private readonly List<BackupCode> _codes = [];
    private readonly Dictionary<string, List<BackupCode>> _bySelector = new(StringComparer.Ordinal);

    /// <summary>The codes.</summary>
    public IReadOnlyList<BackupCode> All => _codes;

    /// <summary>Finds that were not kept, as there were too many: each may be of a code that nobody knows of.</summary>
    public int NotKept { get; private set; }

    /// <summary>Keeps a copy of a code that it does not have.</summary>
    public void Add(BackupCode code)
    {
        if (_codes.Count >= Max)
        {
            NotKept++;
            return;
        }

        if (!_bySelector.TryGetValue(code.Selector, out var alike))
        {
            _bySelector[code.Selector] = alike = [];
        }

        if (alike.Exists(code.IsSame))
        {
            return;
        }

        if (alike.Count >= MaxAlike)
        {
            NotKept++;
        }
        else
        {
            var copy = code.Copy();
            alike.Add(copy);
            _codes.Add(copy);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _codes.ForEach(code => code.Dispose());

    /// <inheritdoc/>
    public override string ToString() => $"[{_codes.Count} backup codes]";
}
