using System.Text;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>Makes one text of the many that a log repeats: paths, verbs, policies. A fixed number of places, the last one to come keeps its.</summary>
internal sealed class TextPool
{
    private const int Places = 8192;
    private const int Longest = 200;

    private readonly (byte[] Bytes, string Text)[] _known = new (byte[], string)[Places];

    /// <summary>The text of some UTF-8.</summary>
    public string Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > Longest)
        {
            return utf8.IsEmpty ? "" : Encoding.UTF8.GetString(utf8);
        }

        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var place = ref _known[(uint)hash.ToHashCode() % Places];
        if (place.Bytes is null || !utf8.SequenceEqual(place.Bytes))
        {
            place = (utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        }

        return place.Text;
    }
}
