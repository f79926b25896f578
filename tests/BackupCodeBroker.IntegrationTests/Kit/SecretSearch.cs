using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>
/// Finds secrets in bytes, in the forms in which they leak: as they are, in either case, without dashes, by halves, and each of these in base64 (at
/// every alignment), base64url, hex, escaped for URLs or JSON, or in UTF-16. Case is never looked at: where a form fits but for its case, it is found.
/// </summary>
internal sealed class SecretSearch
{
    /// <summary>Shortest piece that is looked for: what is shorter could stand there by chance.</summary>
    public const int Shortest = 12;

    private const int KeyBytes = 8;

    private readonly Dictionary<ulong, List<(byte[] Form, string Label)>> _forms = [];
    private readonly HashSet<string> _secrets = [];

    /// <summary>How many secrets are looked for.</summary>
    public int Count => _secrets.Count;

    /// <summary>Looks for a secret from now on; one that is known already is not added again.</summary>
    public void Add(string label, string secret)
    {
        Xunit.Assert.True(secret.Length >= Shortest, $"{label} is too short to be told from chance");
        if (!_secrets.Add(secret))
        {
            return;
        }

        foreach (var (encoding, form) in FormsOf(secret))
        {
            var bytes = Lower(form);
            var key = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            if (!_forms.TryGetValue(key, out var same))
            {
                _forms[key] = same = [];
            }

            same.Add((bytes, $"{label} ({encoding})"));
        }
    }

    /// <summary>What is found, each once: the labels, never the secrets.</summary>
    public IReadOnlyList<string> In(byte[] content)
    {
        var text = Lower(content);
        var found = new SortedSet<string>(StringComparer.Ordinal);
        for (var at = 0; at + KeyBytes <= text.Length; at++)
        {
            if (_forms.TryGetValue(BinaryPrimitives.ReadUInt64LittleEndian(text.AsSpan(at)), out var candidates))
            {
                found.UnionWith(candidates.Where(c => text.AsSpan(at).StartsWith(c.Form)).Select(c => c.Label));
            }
        }

        return [.. found];
    }

    /// <summary>As <see cref="In(byte[])"/>, of a text.</summary>
    public IReadOnlyList<string> In(string content) => In(Encoding.UTF8.GetBytes(content));

    /// <summary>The forms of a secret, with their names.</summary>
    public static IEnumerable<(string Encoding, byte[] Form)> FormsOf(string secret) =>
        from piece in PiecesOf(secret)
        from spelt in new[] { piece.Text, piece.Text.ToUpperInvariant(), piece.Text.ToLowerInvariant() }.Distinct()
        from form in EncodingsOf(spelt)
        where form.Text.Length >= Shortest
        select (piece.Name + ", " + form.Name, Encoding.Latin1.GetBytes(form.Text));

    private static IEnumerable<(string Name, string Text)> PiecesOf(string secret)
    {
        foreach (var (name, whole) in new[] { ("as is", secret), ("without dashes", secret.Replace("-", "", StringComparison.Ordinal)) }.DistinctBy(p => p.Item2))
        {
            yield return (name, whole);
            var half = whole.Length / 2;
            if (half >= Shortest)
            {
                yield return (name + ", first half", whole[..half]);
                yield return (name + ", second half", whole[half..]);
            }
        }
    }

    private static IEnumerable<(string Name, string Text)> EncodingsOf(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        yield return ("plain", text);
        for (var shift = 0; shift < 3; shift++)
        {
            // Within a longer text the same bytes stand at one of three alignments; what neighbours change is left out.
            var base64 = Convert.ToBase64String([.. new byte[shift], .. bytes]);
            var inner = base64[((shift * 8 + 5) / 6)..((shift + bytes.Length) * 8 / 6)];
            yield return ("base64", inner);
            yield return ("base64url", inner.Replace('+', '-').Replace('/', '_'));
        }

        yield return ("hex", Convert.ToHexString(bytes));
        yield return ("URL-encoded", Uri.EscapeDataString(text));
        yield return ("every byte URL-encoded", string.Concat(bytes.Select(b => "%" + Convert.ToHexString([b]))));
        yield return ("JSON-escaped", JavaScriptEncoder.Default.Encode(text));
        yield return ("every character JSON-escaped", string.Concat(text.Select(c => "\\u00" + Convert.ToHexString([(byte)c]))));
        yield return ("UTF-16", Encoding.Latin1.GetString(Encoding.Unicode.GetBytes(text)));
    }

    private static byte[] Lower(byte[] bytes) => Array.ConvertAll(bytes, b => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b);
}
