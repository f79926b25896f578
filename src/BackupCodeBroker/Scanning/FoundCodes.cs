using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Scanning;

/// <summary>The different codes that were found, in plain: they are kept only as long as somebody may want to report them, and zeroed then.</summary>
internal sealed class FoundCodes : IDisposable
{
    /// <summary>Most codes that are kept: whoever finds more has more to do than to report them one by one.</summary>
    public const int Max = 10_000;

    private readonly List<BackupCode> _codes = [];
    private readonly Dictionary<string, List<BackupCode>> _bySelector = new(StringComparer.Ordinal);

    /// <summary>The codes.</summary>
    public IReadOnlyList<BackupCode> All => _codes;

    /// <summary>Keeps a copy of a code that it does not have.</summary>
    public void Add(BackupCode code)
    {
        if (!_bySelector.TryGetValue(code.Selector, out var alike))
        {
            _bySelector[code.Selector] = alike = [];
        }

        if (_codes.Count < Max && !alike.Exists(code.IsSame))
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
