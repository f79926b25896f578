namespace BackupCodeBroker.Audit.Join;

/// <summary>
/// A map of bounded size that forgets what has not been used for longest, by halves: when the young half is full, the old one goes. A log that
/// somebody fills on purpose cannot make it grow.
/// </summary>
internal sealed class AgingMap<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly int _half = Math.Max(1, capacity / 2);
    private Dictionary<TKey, TValue> _young = [];
    private Dictionary<TKey, TValue> _old = [];

    /// <summary>Looks one up; it is young again.</summary>
    public bool TryGet(TKey key, out TValue value)
    {
        if (_young.TryGetValue(key, out value!))
        {
            return true;
        }

        if (!_old.Remove(key, out value!))
        {
            return false;
        }

        Set(key, value);
        return true;
    }

    /// <summary>Whether it is there.</summary>
    public bool Has(TKey key) => TryGet(key, out _);

    /// <summary>Sets one.</summary>
    public void Set(TKey key, TValue value)
    {
        if (_young.Count >= _half && !_young.ContainsKey(key))
        {
            (_old, _young) = (_young, []);
        }

        _old.Remove(key);
        _young[key] = value;
    }

    /// <summary>Takes one out.</summary>
    public void Remove(TKey key)
    {
        _young.Remove(key);
        _old.Remove(key);
    }
}
