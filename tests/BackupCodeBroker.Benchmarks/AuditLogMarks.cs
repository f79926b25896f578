using System.Security.Cryptography;
using System.Text;

namespace BackupCodeBroker.Benchmarks;

/// <summary>Values of a made log: HMACs and ids that belong to a name and stay the same, and ids that are drawn, the same for the same seed.</summary>
internal sealed class AuditLogMarks(int seed)
{
    private const int MostKept = 200_000;

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, string> _marks = [];

    /// <summary>What Vault's log shows in the place of a value.</summary>
    public string Mark(string value)
    {
        if (!_marks.TryGetValue(value, out var mark))
        {
            if (_marks.Count >= MostKept)
            {
                _marks.Clear();
            }

            mark = "hmac-sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)));
            _marks[value] = mark;
        }

        return mark;
    }

    /// <summary>An id that belongs to a name.</summary>
    public string Uuid(string name) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)).ToString("D");

    /// <summary>A drawn id.</summary>
    public string RandomUuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes).ToString("D");
    }

    /// <summary>Drawn hex digits.</summary>
    public string Hex(int digits)
    {
        Span<byte> bytes = stackalloc byte[digits / 2];
        _random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
