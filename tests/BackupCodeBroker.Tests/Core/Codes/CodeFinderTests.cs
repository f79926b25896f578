using System.Text;
using System.Text.Json;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Tests.Architecture;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Codes;

/// <summary>Codes in bytes of any kind: everything that reading forgives is found, wherever it stands, and hardly anything else.</summary>
public sealed class CodeFinderTests
{
    private static readonly string[] Separators = ["", "-", " ", "\t", "--", "- ", "\u00a0", "\u2010", "\u2013", "\u2212"];

    [Fact]
    [Trait("Requirement", "R-46")]
    public void What_a_reader_must_accept_is_found_in_the_middle_of_a_text_and_what_it_must_reject_is_not()
    {
        using var vectors = JsonDocument.Parse(Repository.Read("tests/BackupCodeBroker.Tests/Core/Codes/vectors/code-format.json"));
        var accepted = vectors.RootElement.GetProperty("accept").EnumerateArray().ToList();
        Assert.NotEmpty(accepted);
        Assert.All(accepted, vector =>
            Assert.Equal([vector.GetProperty("canonical").GetString()!], Found($"line\nsee {vector.GetProperty("text").GetString()}, or not")));
        Assert.All(
            vectors.RootElement.GetProperty("reject").EnumerateArray().Where(v => v.GetProperty("flaw").GetString() is "checksum" or "prefix"),
            vector => Assert.Empty(Found(vector.GetProperty("text").GetString()!)));
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public void However_a_code_is_spelt_it_is_found_where_reading_would_accept_it()
    {
        var random = new Random(5);
        for (var seed = 0; seed < 400; seed++)
        {
            using var code = BackupCode.Create(seed % 2 == 0 ? CodeKind.Machine : CodeKind.Printable, Plain.Entropy(seed));
            var canonical = Plain.Of(code);
            var spelt = Spelt(canonical, random);
            Assert.True(BackupCode.Parse(spelt) is BackupCodeParse.Parsed || spelt.Length > BackupCode.MaxTextLength, spelt);
            Assert.Equal(spelt.Length > BackupCode.MaxTextLength ? [] : [canonical], Found("xyz" + spelt + ".", Encoding.UTF8));
            // As a string in a binary has it: no byte order mark.
            Assert.Equal([canonical], Found("\u4e00" + canonical + "\u4e00", Encoding.Unicode));
        }
    }

    [Theory]
    [InlineData("BCB")]
    [InlineData("BCB1-")]
    [InlineData("b-c-b-BCB1")]
    [InlineData("password=")]
    [InlineData("Ω\u2013")]
    public void What_stands_before_or_behind_makes_no_difference(string neighbour)
    {
        var texts = new[] { CodeKind.Machine, CodeKind.Printable }.Select(kind => Plain.Of(BackupCode.Create(kind, Plain.Entropy(9)))).ToList();
        Assert.All(texts, text => Assert.Equal([text], Found(neighbour + text + neighbour)));
        Assert.Equal([texts[0], texts[1], texts[0]], Found(string.Concat(texts[0], texts[1], texts[0])));
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public void One_wrong_character_makes_it_no_code()
    {
        foreach (var kind in new[] { CodeKind.Machine, CodeKind.Printable })
        {
            var text = Plain.Of(BackupCode.Create(kind, Plain.Entropy(3)));
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] != '-')
                {
                    var wrong = string.Concat(text.AsSpan(0, i), text[i] == 'Z' ? "Y" : "Z", text.AsSpan(i + 1));
                    Assert.Empty(Found(wrong));
                    Assert.Empty(Found(string.Concat(text.AsSpan(0, i), "U", text.AsSpan(i + 1))));
                    Assert.Empty(Found(string.Concat(text.AsSpan(0, i), "\n", text.AsSpan(i + 1))));
                }
            }
        }
    }

    [Fact]
    public void What_is_cut_at_the_end_is_shown_again_and_nothing_is_lost()
    {
        var text = Encoding.UTF8.GetBytes("a\u2013 b " + Plain.Of(BackupCode.Create(CodeKind.Printable, Plain.Entropy(4))).Replace("-", "\u2013", StringComparison.Ordinal) + "!");
        for (var cut = 0; cut < text.Length; cut++)
        {
            using var early = CodeFinder.Next(text.AsSpan(0, cut), isEnd: false, out var open, out _);
            if (early is null)
            {
                Assert.InRange(open, 0, cut);
                using var late = CodeFinder.Next(text.AsSpan(open), isEnd: true, out _, out _);
                Assert.NotNull(late);
            }
        }
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public void A_hundred_megabytes_of_noise_in_the_alphabet_of_codes_hold_none()
    {
        // A code's alphabet, dense with beginnings of codes: of those one in a million would pass by chance.
        var random = new Random(11);
        var noise = new byte[1 << 20];
        for (var round = 0; round < 4; round++)
        {
            random.NextBytes(noise);
            for (var i = 0; i < noise.Length; i++)
            {
                noise[i] = (byte)"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[noise[i] & 31];
            }

            for (var i = 0; i + 400 < noise.Length; i += 400)
            {
                "BCB1"u8.CopyTo(noise.AsSpan(i));
            }

            Assert.Empty(Found(noise));
        }
    }

    private static List<string> Found(string text, Encoding? encoding = null) => Found((encoding ?? Encoding.UTF8).GetBytes(text));

    private static List<string> Found(ReadOnlySpan<byte> bytes)
    {
        List<string> found = [];
        while (CodeFinder.Next(bytes, isEnd: true, out _, out var end) is { } code)
        {
            found.Add(Plain.Of(code));
            bytes = bytes[end..];
        }

        return found;
    }

    private static string Spelt(string canonical, Random random)
    {
        var spelt = new StringBuilder();
        foreach (var c in canonical)
        {
            var alike = c switch
            {
                '-' => Separators[random.Next(Separators.Length)],
                '0' => "0oO"[random.Next(3)].ToString(),
                '1' => "1iIlL"[random.Next(5)].ToString(),
                _ => random.Next(2) == 0 ? c.ToString() : char.ToLowerInvariant(c).ToString(),
            };
            spelt.Append(alike).Append(random.Next(12) == 0 ? Separators[random.Next(Separators.Length)] : "");
        }

        // What follows the last character is none of the code's.
        return spelt.ToString().TrimEnd('-', ' ', '\t', '\u00a0', '\u2010', '\u2013', '\u2212');
    }
}
