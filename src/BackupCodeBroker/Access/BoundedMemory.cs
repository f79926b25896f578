using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace BackupCodeBroker.Access;

/// <summary>
/// A memory with a limit in time and in number: what is older than its life is forgotten, and at the limit the oldest go first. Whoever fills
/// it from outside can make the broker forget, which costs calls to Vault, and never make it grow.
/// </summary>
internal sealed class BoundedMemory<TKey, TValue>(int limit, TimeSpan life, TimeProvider time)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, (TValue Value, long At)> _items = new();

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_items.TryGetValue(key, out var item) && time.GetElapsedTime(item.At) < life)
        {
            value = item.Value;
            return true;
        }

        value = default;
        return false;
    }

    public void Set(TKey key, TValue value)
    {
        if (_items.Count >= limit && !_items.ContainsKey(key))
        {
            MakeRoom();
        }

        _items[key] = (value, time.GetTimestamp());
    }

    public void Forget(TKey key) => _items.TryRemove(key, out _);

    public void Clear() => _items.Clear();

    // A tenth goes at once, so that the search for the oldest is paid rarely.
    private void MakeRoom()
    {
        foreach (var key in _items.OrderBy(i => i.Value.At).Take(Math.Max(1, limit / 10)).Select(i => i.Key).ToList())
        {
            _items.TryRemove(key, out _);
        }
    }
}
